"""Kill switches from the plain command line, on the shop's own flagd file and a real journal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .running import cockpit

SHOP = Path(__file__).parents[2]
TYPED = ("--reason", "try", "--answer", "pay-async=pay-async@default")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name in ("config", "runbooks"):
        shutil.copytree(SHOP / name, tmp_path / name)
    return tmp_path


def flags(here: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return cockpit("flags", *arguments, cwd=here, XDG_STATE_HOME=str(here / "state"), **environ)


def stored(here: Path) -> bytes:
    return (here / "config" / "flags" / "shop.flagd.json").read_bytes()


def on_record(here: Path) -> list[str]:
    told = cockpit("journal", "export", cwd=here, XDG_STATE_HOME=str(here / "state")).stdout
    return [each["kind"] for each in map(json.loads, told.splitlines()) if "kind" in each]


def state(here: Path) -> dict[str, object]:
    told = json.loads(flags(here, "show", "pay-async", "--json").stdout)["flags"][0]
    return {key: told[key] for key in ("stored", "killed", "unknown")}


def test_a_kill_is_put_back_to_the_letter(here: Path) -> None:
    before = stored(here)
    assert flags(here, "kill", "pay-async", *TYPED).returncode == 0
    assert state(here) == {"stored": True, "killed": True, "unknown": False}
    assert flags(here, "restore", "pay-async", *TYPED).returncode == 0
    assert stored(here) == before
    kinds = ["flag.requested", "flag.settled", "obligation.opened"]
    assert on_record(here) == [*kinds, *kinds[:2], "obligation.closed"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("kill", "pay-async", "--reason", "try", "--yes"), 1),
        (("kill", "pay-async", "--reason", "try", "--answer", "pay-async=yes"), 1),
        (("kill", "pay-async", "--yes"), 64),
        (("kill", "pay-asink", "--reason", "try", "--yes"), 2),
        (("kill", "pay-async", "--env", "prod", *TYPED), 2),
    ],
    ids=["a key is no phrase", "another phrase", "no reason", "no such switch", "no such environment"],
)
def test_what_is_not_said_rightly_moves_nothing(here: Path, arguments: tuple[str, ...], code: int) -> None:
    before = stored(here)
    said = flags(here, *arguments)
    assert said.returncode == code
    assert len(said.stderr.splitlines()) == 1
    assert stored(here) == before
    assert on_record(here) == []


@pytest.mark.parametrize("point", ["after_flag_request", "after_flag_set"])
def test_a_death_before_the_answer_leaves_a_doubt_and_not_a_success(here: Path, point: str) -> None:
    before = stored(here)
    died = flags(here, "kill", "pay-async", *TYPED, COCKPIT_DIE_AT=point)
    assert died.returncode == -signal.SIGKILL
    assert on_record(here) == ["flag.requested"]
    moved = point == "after_flag_set"
    assert (stored(here) != before) is moved
    assert state(here) == {"stored": moved, "killed": moved, "unknown": True}


def test_a_doubt_is_looked_into_before_anything_is_put_back(here: Path) -> None:
    before = stored(here)
    flags(here, "kill", "pay-async", *TYPED, COCKPIT_DIE_AT="after_flag_request")
    refused = flags(here, "restore", "pay-async", *TYPED)
    assert refused.returncode == 2
    assert "not known" in refused.stderr
    assert stored(here) == before
    assert flags(here, "kill", "pay-async", *TYPED).returncode == 0
    assert flags(here, "restore", "pay-async", *TYPED).returncode == 0
    assert stored(here) == before


def test_a_mark_that_nobody_may_make_is_refused(here: Path) -> None:
    said = cockpit("degrade", "checkout-api", "nope", "on", "--reason", "x", cwd=here)
    assert (said.returncode, said.stdout) == (2, "")
    assert "has no degradation state 'nope'" in said.stderr


def test_a_mark_goes_on_record_and_a_cockpit_that_is_open_hears_of_it(here: Path) -> None:
    environ = {"XDG_STATE_HOME": str(here / "state")}
    marked = cockpit("degrade", "fulfilment", "paper-list", "on", "--reason", "printed", cwd=here, **environ)
    assert (marked.returncode, marked.stdout) == (0, "fulfilment paper-list: marked on\n")
    program = (
        "import asyncio\n"
        "from cockpit import config, wiring\n"
        "async def look():\n"
        "    engine = wiring.live(config.load(), actor='leo')\n"
        "    running = asyncio.ensure_future(engine.run())\n"
        "    while not engine.state.record.seq:\n"
        "        await asyncio.sleep(0.05)\n"
        "    print(sorted(engine.state.record.marked))\n"
        "    await engine.stop()\n"
        "    await running\n"
        "asyncio.run(look())\n"
    )
    heard = subprocess.run(
        [sys.executable, "-c", program],
        cwd=here,
        env={"PATH": os.environ["PATH"], "HOME": str(here), "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert heard.stdout == "[('fulfilment', 'paper-list')]\n", heard.stderr
    off = cockpit("degrade", "fulfilment", "paper-list", "off", "--reason", "done", cwd=here, **environ)
    assert off.returncode == 0
    assert on_record(here) == ["degradation.marked", "degradation.marked"]
