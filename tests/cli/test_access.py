"""Who may run, take up, take back, move and do, from the command line; who may not is on record with why."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from .changing import changing, effects, go, value

ACCESS = "access: {roles: {responder: [leo, mara], approver: [ann], viewer: [eve]}}\n"
OUTER = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: outer, title: Outside, services: [checkout], owner: web}
steps:
  - {id: inside, title: The one inside, runbook: {id: change}}
"""
FLAGS = """\
flags: [{name: files, provider: flagd-file, path: flags.json, environments: [default], protected: [default]}]
kill_switches: [{key: off, provider: files, service: checkout, expires: 1h, roles: [approver]}]
"""
FLAG = {"state": "ENABLED", "variants": {"on": True, "no": False}, "defaultVariant": "no"}
HALF = ("run", "change", "--answer", "write=y")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    changing(tmp_path)
    (tmp_path / "config" / "runbooks" / "outer.yaml").write_text(OUTER)
    add(tmp_path, ACCESS)
    return tmp_path


def add(here: Path, text: str) -> None:
    with (here / "config" / "cockpit.yaml").open("a") as file:
        file.write(text)


def only(here: Path, *names: str) -> None:
    """Who may run `change`."""
    book = here / "config" / "runbooks" / "change.yaml"
    head = book.read_text().split("target: here")[0]
    rest = book.read_text().partition("}\nsteps:")[2]
    book.write_text(f"{head}target: here, roles: [{', '.join(names)}]}}\nsteps:{rest}")


def protect(here: Path) -> None:
    file = here / "config" / "cockpit.yaml"
    file.write_text(file.read_text().replace("name: here, ", "name: here, protected: true, "))


def by(who: str, here: Path, *arguments: str) -> CompletedProcess[str]:
    return go(here, *arguments, LOGNAME=who)


def refusals(here: Path) -> list[tuple[str, str, str]]:
    lines = map(json.loads, go(here, "journal", "export").stdout.splitlines())
    found = [each for each in lines if each.get("kind") == "access.refused"]
    return [(each["actor"], each["body"]["what"], each["body"]["why"]) for each in found]


def test_a_runbook_is_started_only_by_whom_it_is_for(here: Path) -> None:
    only(here, "approver")
    done = by("leo", here, "run", "change", "--yes")
    assert done.returncode == 2
    assert "change is not started: leo may not: it takes approver" in done.stderr
    assert (effects(here), refusals(here)) == ([], [("leo", "run change", "leo may not: it takes approver")])
    assert "who may: approver" in by("leo", here, "plan", "change").stdout
    assert by("ann", here, "run", "change", "--yes").returncode == 0
    assert value(here) == "new"


def test_whoever_holds_the_role_in_the_incident_may(here: Path) -> None:
    only(here, "scribe", "mara")
    assert by("leo", here, "incident", "declare", "Orders fail").returncode == 0
    assert by("leo", here, "run", "change", "--yes").returncode == 2
    assert "refused: run change: leo may not: it takes scribe or mara" in go(here, "incident", "show").stdout
    assert by("leo", here, "incident", "role", "scribe").returncode == 0
    assert by("leo", here, "run", "change", "--yes").returncode == 0


def test_a_run_is_for_whom_it_was_for_when_it_began(here: Path) -> None:
    assert by("leo", here, *HALF).returncode == 1
    only(here, "ann")
    before = effects(here)
    assert by("mara", here, "resume", "last", "--yes").returncode == 0
    assert effects(here) != before


@pytest.mark.parametrize("command", ["resume", "takeover", "rollback"])
def test_who_may_not_run_it_may_not_go_on_with_it_either(here: Path, command: str) -> None:
    only(here, "leo", "ann")
    assert by("leo", here, *HALF).returncode == 1
    before = effects(here)
    words = (command, "R-1") if command == "takeover" else (command, "R-1", "--yes")
    done = by("mara", here, *words)
    verb = "taken back" if command == "rollback" else "taken up"
    assert done.returncode == 2
    assert f"R-1 is not {verb}: mara may not: it takes leo or ann" in done.stderr
    assert effects(here) == before
    assert [each[:2] for each in refusals(here)] == [("mara", "run change")]


def test_who_acted_in_a_run_may_always_take_it_back(here: Path) -> None:
    only(here, "scribe")
    assert by("leo", here, "incident", "declare", "Orders fail").returncode == 0
    assert by("leo", here, "incident", "role", "scribe").returncode == 0
    assert by("leo", here, *HALF).returncode == 1
    assert by("mara", here, "incident", "role", "scribe").returncode == 0
    assert by("leo", here, "resume", "R-1", "--yes").returncode == 2
    assert by("leo", here, "rollback", "R-1", "--yes").returncode == 0
    assert value(here) == "old"


def test_a_runbook_inside_another_is_begun_only_by_whom_it_is_for(here: Path) -> None:
    only(here, "approver")
    assert by("leo", here, "run", "outer", "--yes").returncode == 1
    assert effects(here) == []
    assert refusals(here) == [("leo", "run change", "change is not begun: leo may not: it takes approver")]


def test_a_switch_is_moved_only_by_whom_it_is_for(here: Path) -> None:
    (here / "config" / "flags.json").write_text(json.dumps({"flags": {"off": FLAG}}))
    add(here, FLAGS)
    words = ("flags", "kill", "off", "--reason", "because", "--answer", "off=off@default")
    done = by("leo", here, *words)
    assert done.returncode == 2
    assert "off@default is not moved: leo may not: it takes approver" in done.stderr
    assert [each[:2] for each in refusals(here)] == [("leo", "kill off@default")]
    assert "who may    approver" in go(here, "flags", "show", "off").stdout
    assert by("ann", here, *words[:5], "--yes").returncode == 1  # its environment is protected
    assert by("ann", here, *words).returncode == 0


def test_what_is_protected_is_named_before_a_command_touches_it(here: Path) -> None:
    protect(here)
    words = ("do", "--target", "here", "--", "./set", "value", "done")
    done = by("leo", here, *words)
    assert done.returncode == 2
    assert "here is protected, and its name was not typed" in done.stderr
    assert by("leo", here, "do", "--confirm", "there", *words[1:]).returncode == 2
    assert (effects(here), {each[:2] for each in refusals(here)}) == ([], {("leo", "do ./set on here")})
    assert by("leo", here, "do", "--confirm", "here", *words[1:]).returncode == 0
    assert effects(here) == ["value=done"]


def test_on_what_is_protected_the_way_there_is_typed_and_the_way_back_is_a_key(here: Path) -> None:
    protect(here)
    assert by("leo", here, "run", "change", "--yes").returncode == 1
    assert effects(here) == []
    done = by("leo", here, "resume", "last", "--answer", "write=write", "--answer", "second=second")
    assert done.returncode == 0, done.stdout
    assert value(here) == "new"
    assert by("leo", here, "rollback", "last", "--yes").returncode == 0
    assert value(here) == "old"


def test_a_target_chosen_at_the_start_protects_as_well(here: Path) -> None:
    file = here / "config" / "cockpit.yaml"
    prod = "targets: [{name: prod, cwd: ., protected: true}, "
    file.write_text(file.read_text().replace("targets: [", prod))
    assert by("leo", here, "run", "outer", "--target", "prod", "--yes").returncode == 1
    assert effects(here) == []
    done = by("leo", here, "resume", "last", "--answer", "inside=inside", "--yes")
    assert (done.returncode, effects(here)) == (3, [])  # the one inside asks for what it changes there
    answers = ("--answer", "write=write", "--answer", "second=second")
    assert by("leo", here, "resume", "last", *answers).returncode == 0
    assert value(here) == "new"


def test_roles_that_nobody_has_declared_are_complained_of(here: Path) -> None:
    only(here, "aprover")
    done = go(here, "lint")
    assert done.returncode == 1
    assert "R19" in done.stdout
    assert "the role or person 'aprover' is not defined. Did you mean 'approver'?" in done.stdout
    (here / "config" / "flags.json").write_text(json.dumps({"flags": {"off": FLAG}}))
    wrong = FLAGS.replace("roles: [approver]", "roles: [zoe]")
    add(here, wrong.replace("protected: [default]", "protected: [x]"))
    said = go(here, "lint").stdout
    assert "kill switch 'off' names the role or person 'zoe', which is not defined" in said
    assert "flag store 'files' protects the environment 'x', which is not defined" in said
