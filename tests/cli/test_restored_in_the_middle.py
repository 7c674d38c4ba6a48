"""A journal is put back to the middle of a run: what the run has done since is not done a second time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.child import until

from .changing import changing, effects, go, last_run, value
from .running import environment

BEGUN = "this step was begun before, and that is not in the record"
SLOWLY = """#!/bin/sh
echo "$1=$2" >> effects
[ "$1" = other ] && sleep 600
printf %s "$2" > "$1"
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Its second step can be found out about by nobody but the record."""
    folder = changing(tmp_path)
    book = folder / "config" / "runbooks" / "change.yaml"
    text = book.read_text()
    at = text.rindex("    reconcile:")
    book.write_text(f"{text[:at]}    on_unknown: ask\n{text[text.index('    rollback', at) :]}")
    return folder


def journal(here: Path) -> Path:
    return here / "state" / "cockpit" / "small" / "journal.sqlite3"


def before_the_second_step(here: Path) -> None:
    """The journal as it is then is kept as `backup`; the run is left at its second question."""
    assert go(here, "run", "change", "--answer", "write=y").returncode == 1
    shutil.copy(journal(here), here / "backup")


def put_back(here: Path) -> None:
    for side in ("-wal", "-shm"):
        journal(here).with_name(f"journal.sqlite3{side}").unlink(missing_ok=True)
    shutil.copy(here / "backup", journal(here))


def last_effects(here: Path) -> dict[str, str]:
    return {f"{each['id']} {each['phase']}": each["effect"] for each in last_run(here)["steps"]}


def test_a_step_that_was_done_since_is_not_repeated(here: Path) -> None:
    before_the_second_step(here)
    assert go(here, "resume", "last", "--yes").returncode == 0
    put_back(here)
    done = go(here, "resume", "last", "--yes")
    assert done.returncode == 1
    assert f"HELD: {BEGUN}: it ended (exited 0); was an older one put back?" in done.stdout
    assert "Do it although it may have happened" in done.stdout
    assert effects(here) == ["value=new", "other=new"]
    assert last_effects(here) == {"write do": "applied", "second do": "none"}
    (foreign,) = (here / "state").rglob("second.1.1.do.result.json")
    kept = foreign.read_text()
    again = go(here, "resume", "last", "--answer", "hold:second=skip:seen in the result", "--yes")
    assert again.returncode == 0
    assert effects(here) == ["value=new", "other=new"]
    assert foreign.read_text() == kept, "never adopted, and left where it is"


def test_a_person_may_do_it_all_the_same_and_the_old_result_is_kept(here: Path) -> None:
    before_the_second_step(here)
    assert go(here, "resume", "last", "--yes").returncode == 0
    put_back(here)
    go(here, "resume", "last", "--yes")
    done = go(here, "resume", "last", "--yes", "--answer", "hold:second=override:it was taken back by hand")
    assert done.returncode == 0, done.stdout
    assert effects(here) == ["value=new", "other=new", "other=new"]
    assert len(list((here / "state").rglob("second.1.1.do.result.json.before-*"))) == 1


def test_an_undo_that_was_done_since_is_not_repeated(here: Path) -> None:
    before_the_second_step(here)
    assert go(here, "resume", "last", "--yes").returncode == 0
    shutil.copy(journal(here), here / "backup")
    assert go(here, "rollback", "last", "--yes").returncode == 0
    done = effects(here)
    put_back(here)
    again = go(here, "rollback", "last", "--yes")
    assert (again.returncode, BEGUN in again.stdout) == (1, True)
    assert effects(here) == done


def test_one_that_still_runs_is_not_begun_beside_itself(here: Path) -> None:
    (here / "config" / "set").write_text(SLOWLY)
    before_the_second_step(here)
    child = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "resume", "last", "--yes"],
        cwd=here,
        env={**environment(here), "XDG_STATE_HOME": str(here / "state")},
        stdout=subprocess.DEVNULL,
    )
    until(lambda: effects(here)[1:], 60)
    child.kill()
    child.wait()
    put_back(here)
    done = go(here, "resume", "last", "--yes")
    try:
        assert f"{BEGUN}: it is still running (pid " in done.stdout
        assert effects(here) == ["value=new", "other=new"]
        assert value(here, "other") == "old"
    finally:
        shim = int(done.stdout.partition("still running (pid ")[2].partition(")")[0])
        os.kill(shim, signal.SIGUSR1)
