"""`doctor --runbooks`: whether this is a place to run them from, before anybody has to."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.journal import mounts
from cockpit.cli import checks
from cockpit.config import load
from tests.cli.running import CONFIG, cockpit, small

TARGETS = """\
flags: [{name: files, provider: flagd-file, path: flags.json, environments: [default]}]
targets:
  - {name: right, cwd: ., check: {run: [./check, right]}}
  - {name: wrong, cwd: ., check: {run: [./check, wrong]}}
"""
BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: ID, title: ID, services: [checkout], owner: web, target: TARGET}
needs: [sh, flags/files, NEED]
steps:
  - {title: Look, probe: {run: [no-such-program]}}
"""
CHECK = '#!/bin/sh\necho "$1" >> checked\n[ "$1" = right ] || exit 1\n'


@pytest.fixture
def here(tmp_path: Path) -> Path:
    config = small(tmp_path, CONFIG + TARGETS)
    (config / "runbooks").mkdir()
    for id, target, need in (
        ("one", "right", "ls"),
        ("two", "right", "no-such-need"),
        ("three", "wrong", "ls"),
    ):
        text = BOOK.replace("ID", id).replace("TARGET", target).replace("NEED", need)
        (config / "runbooks" / f"{id}.yaml").write_text(text)
    (config / "check").write_text(CHECK)
    (config / "check").chmod(0o755)
    (config / "flags.json").write_text('{"flags": {}}')
    return tmp_path


def said(here: Path, *more: str) -> list[str]:
    done = cockpit("doctor", *more, cwd=here, XDG_STATE_HOME=str(here / "state"))
    assert done.returncode == 1
    return [line for line in done.stdout.splitlines() if line[4:].startswith("runbooks ")]


def test_what_they_need_is_looked_at_once_however_many_need_it(here: Path) -> None:
    found = said(here, "--runbooks")[1:]
    assert found[:3] == [
        "ok  runbooks       the target is right (one and two)",
        "!!  runbooks       the target is wrong (three): exit_code == 0 does not hold",
        "ok  runbooks       sh is installed (one and two)",
    ]
    assert "!!  runbooks       no-such-need is installed (two): it is not on the PATH" in found
    assert "ok  runbooks       flags/files answers (one and two)" in found
    [missing] = [line for line in found if "no-such-program" in line]
    assert missing.startswith("!!  runbooks       the program 'no-such-program' is not on PATH here: ")
    assert " and 2 more places. Install it" in missing
    assert (here / "config" / "checked").read_text().split() == ["right", "wrong"]
    assert not (here / "state").exists()


def test_unasked_nothing_is_run(here: Path) -> None:
    assert said(here) == ["ok  runbooks       config/runbooks: 3 runbooks"]
    assert not (here / "config" / "checked").exists()


def test_state_on_a_network_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load(here / "config", environ={}).model
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "state"))
    monkeypatch.setattr(checks, "_kills_user_processes", lambda: True)
    fine, ended = checks.state(model)
    assert (fine.good, fine.said) == (True, str(here / "state" / "cockpit" / "small"))
    assert (ended.good, "who logs out" in ended.said) == (False, True)
    monkeypatch.setattr(mounts, "kind_of", lambda device, table: "nfs4")
    far, _ = checks.state(model)
    assert (far.good, far.said.endswith("is on a network file system (nfs4)")) == (False, True)
