"""`cockpit runbooks` and `plan` say what has been done: here for real, and elsewhere by files of evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.config import load
from cockpit.core.rehearsal.evidence import Evidence, parts
from cockpit.core.rehearsal.evidence_line import line

from .changing import changing, go


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return changing(tmp_path)


def listed(here: Path) -> str:
    done = go(here, "runbooks")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_what_was_run_here_is_proven_and_what_was_not_taken_back_is_not(here: Path) -> None:
    assert listed(here) == "change  Change the value; all of it can be undone; not rehearsed"
    assert go(here, "run", "change", "--yes").returncode == 0
    assert "; all of it can be undone; undo not proven; only " in listed(here)
    assert go(here, "rollback", "last", "--yes").returncode == 0
    assert "; undo proven, under 1 s; only " in listed(here)
    found = json.loads(go(here, "runbooks", "--json").stdout)["runbooks"][0]["rehearsal"]
    assert (found["grade"], found["undo"], found["changed_since"]) == ("proven", "proven", False)
    assert [(one["part"], one["mode"]) for one in found["parts"]] == [
        ("write", "live"),
        ("undo:write", "live"),
        ("second", "live"),
        ("undo:second", "live"),
    ]
    planned = go(here, "plan", "change").stdout
    assert "\nrehearsal: proven, and so is its undo; took under 1 s once; only " in planned
    assert planned.count("\n   proven 20") == 2
    book = here / "config/runbooks/change.yaml"
    book.write_text(book.read_text().replace("[./set, other, new]", "[./set, other, newer]"))
    assert "; changed since; " in listed(here)


def test_what_colleagues_have_proven_lies_beside_the_configuration(here: Path) -> None:
    book = load(here / "config", environ={}).model.books["change"]
    told = [Evidence("change", one.id, one.digest, 1.7e9, "mara", "sandbox") for one in parts(book)]
    folder = here / "config/evidence"
    folder.mkdir()
    (folder / "mara.ndjson").write_text("".join(json.dumps(line(each)) + "\n" for each in told))
    assert listed(here).endswith("; all of it can be undone; undo proven; only mara has done this")
    (folder / "ci.ndjson").write_text("{\n")
    done = go(here, "runbooks")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == (
        "config/evidence/ci.ndjson:1:1: the line is not JSON. "
        "Remove the line, or write it again with `cockpit drill --evidence FILE`\n"
    )
