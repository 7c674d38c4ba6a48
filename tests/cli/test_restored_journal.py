"""An older copy of the journal is put back: what it does not know is shown and never taken over."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .changing import changing, effects, go, value


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """After two runs, with the journal as it was after the first."""
    folder = changing(tmp_path)
    state = folder / "state" / "cockpit" / "small"
    assert go(folder, "run", "change", "--yes").returncode == 0
    shutil.copy(state / "journal.sqlite3", folder / "backup")
    (folder / "config" / "value").write_text("old")
    (folder / "config" / "other").write_text("old")
    assert go(folder, "run", "change", "--yes").returncode == 0
    for side in ("-wal", "-shm"):
        (state / f"journal.sqlite3{side}").unlink(missing_ok=True)
    shutil.copy(folder / "backup", state / "journal.sqlite3")
    return folder


def test_results_that_the_record_does_not_know_are_shown(here: Path) -> None:
    done = go(here, "runs")
    assert done.stdout.splitlines()[-1] == (
        "R-2: results are here, and not in the record: was an older copy of it put back?"
    )
    assert json.loads(go(here, "runs", "--json").stdout)["foreign"] == ["R-2"]


def test_they_are_never_taken_for_those_of_a_new_run(here: Path) -> None:
    results = here / "state" / "cockpit" / "small" / "runs" / "R-2" / "write.1.1.do.result.json"
    before = results.read_bytes()
    (here / "config" / "value").write_text("old")
    (here / "config" / "other").write_text("old")
    done = go(here, "run", "change", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "R-3" in done.stdout, "its number is not given again"
    assert effects(here) == ["value=new", "other=new"] * 3, "the new run has done its own work"
    assert value(here) == "new"
    assert results.read_bytes() == before
    told = go(here, "journal", "tail").stdout
    assert "journal.gap" in told
    assert go(here, "journal", "verify").returncode == 0


def test_a_run_that_is_lost_cannot_be_taken_back_by_guessing(here: Path) -> None:
    done = go(here, "rollback", "R-2", "--yes", "--reason", "x")
    assert done.returncode == 64
    assert "there is no run 'R-2'" in done.stderr
    assert effects(here) == ["value=new", "other=new"] * 2
