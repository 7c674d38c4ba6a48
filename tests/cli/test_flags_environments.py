"""One switch in three environments of a store that is a program of one's own, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .running import CONFIG, cockpit, small

ENVIRONMENTS = ("dev", "staging", "prod")
STORE = """
import json, pathlib, sys
asked = json.load(sys.stdin)
file = pathlib.Path(sys.argv[1])
flags = json.loads(file.read_text())
if asked["op"] == "set" and asked["env"] == flags["refuses"]:
    print("a second person has to agree", file=sys.stderr)
    sys.exit(12)
if asked["op"] == "set":
    flags[asked["env"]] = asked["want"]
    file.write_text(json.dumps(flags))
print(json.dumps({"enabled": flags[asked["env"]], "revision": ""}))
"""
EVERYWHERE = [word for env in ENVIRONMENTS for word in ("--env", env)]
SAID = ("--reason", "try", "--yes")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "store.py").write_text(STORE)
    write(tmp_path, refuses="")
    run = json.dumps([sys.executable, str(tmp_path / "store.py"), str(tmp_path / "flags.json")])
    store = f"{{name: own, provider: command, run: {run}, environments: [dev, staging, prod]}}"
    switch = "{key: guest, provider: own, service: checkout, effect: nobody logs in, expires: 1h}"
    small(tmp_path, f"{CONFIG}flags: [{store}]\nkill_switches: [{switch}]\n")
    return tmp_path


def write(folder: Path, refuses: str) -> None:
    flags = {**dict.fromkeys(ENVIRONMENTS, False), "refuses": refuses}
    (folder / "flags.json").write_text(json.dumps(flags))


def stands(here: Path) -> list[bool]:
    flags = json.loads((here / "flags.json").read_text())
    return [flags[env] for env in ENVIRONMENTS]


def flags(here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return cockpit("flags", *arguments, cwd=here, XDG_STATE_HOME=str(here / "state"))


def test_without_a_word_on_where_nothing_is_moved(here: Path) -> None:
    said = flags(here, "kill", "guest", *SAID)
    assert (said.returncode, stands(here)) == (64, [False, False, False])
    assert "own has several environments" in said.stderr


def test_one_environment_leaves_the_others_alone_and_each_has_its_own_way_back(here: Path) -> None:
    assert flags(here, "kill", "guest", "--env", "staging", *SAID).returncode == 0
    assert stands(here) == [False, True, False]
    assert flags(here, "restore", "guest", "--env", "prod", *SAID).returncode == 0  # nothing to put back
    assert stands(here) == [False, True, False]
    told = {each["env"]: each["killed"] for each in json.loads(flags(here, "list", "--json").stdout)["flags"]}
    assert told == {"dev": False, "staging": True, "prod": False}
    assert flags(here, "restore", "guest", "--env", "staging", *SAID).returncode == 0
    assert stands(here) == [False, False, False]


def test_it_stops_at_the_first_that_is_refused_and_says_how_to_finish_or_undo(here: Path) -> None:
    write(here, refuses="staging")
    said = flags(here, "kill", "guest", *EVERYWHERE, *SAID)
    assert (said.returncode, stands(here)) == (2, [True, False, False])
    for part in (
        "kill guest@dev: applied",
        "kill guest@staging: not applied: somebody has to approve it there",
        "1 of 3 applied",
        "to finish: cockpit flags kill guest --env staging --env prod",
        "to undo: cockpit flags restore guest --env dev",
    ):
        assert part in said.stdout
    assert "a second person has to agree" in said.stdout


def test_a_phrase_for_one_environment_is_none_for_another(here: Path) -> None:
    with (here / "config" / "cockpit.yaml").open("a") as file:
        file.write("access: {protected: true}\n")
    said = flags(here, "kill", "guest", *EVERYWHERE, "--reason", "try", "--answer", "guest=guest@dev")
    assert (said.returncode, stands(here)) == (1, [False, False, False])
    answers = [word for env in ENVIRONMENTS for word in ("--answer", f"guest=guest@{env}")]
    assert flags(here, "kill", "guest", *EVERYWHERE, "--reason", "try", *answers).returncode == 0
    assert stands(here) == [True, True, True]
