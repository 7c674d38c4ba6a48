"""Runs from the plain command line, with real commands under real shims and a real journal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .changing import changing, effects, go, last_run, last_run_or_none, value


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return changing(tmp_path)


def test_a_run_from_key_to_end(here: Path) -> None:
    done = go(here, "run", "change", "--yes")
    assert done.returncode == 0, done.stderr
    assert effects(here) == ["value=new", "other=new"]
    run = last_run(here)
    assert (run["run"], run["state"], run["forward"], run["rollback"]) == (
        "R-1",
        "completed",
        "completed",
        None,
    )
    assert [(each["id"], each["state"], each["effect"]) for each in run["steps"]] == [
        ("write", "succeeded", "applied"),
        ("second", "succeeded", "applied"),
    ]


def test_without_a_terminal_an_unanswered_question_holds_and_exits_1(here: Path) -> None:
    done = go(here, "run", "change")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert last_run(here)["state"] == "interrupted"
    assert go(here, "resume", "last", "--answer", "write=y", "--answer", "second=y").returncode == 0
    assert effects(here) == ["value=new", "other=new"]


def test_a_failed_step_is_taken_back_with_everything_before_it(here: Path) -> None:
    (here / "config" / "lies-other").touch()
    done = go(here, "run", "change", "--yes", "--answer", "hold:second=undo-all")
    assert done.returncode == 1, done.stdout
    run = last_run(here)
    assert (run["state"], run["forward"], run["rollback"]) == ("rolled_back", "failed", "complete")
    assert (value(here), value(here, "other")) == ("old", "old")


def test_rollback_of_a_completed_run(here: Path) -> None:
    assert go(here, "run", "change", "--yes").returncode == 0
    done = go(here, "rollback", "R-1", "--yes", "--reason", "it was the wrong one")
    assert done.returncode == 0, done.stdout
    assert (value(here), value(here, "other")) == ("old", "old")
    assert effects(here)[2:] == ["other=old", "value=old"]
    assert go(here, "journal", "verify").returncode == 0


def test_a_killed_cockpit_leaves_its_command_alone_and_finds_it_again(here: Path) -> None:
    (here / "config" / "slow-value").touch()
    environ = {**os.environ, "XDG_STATE_HOME": str(here / "state")}
    child = subprocess.Popen(
        [sys.executable, "-m", "cockpit", "run", "change", "--yes"],
        cwd=here,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(here / "config" / "effects")
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert last_run(here)["state"] == "interrupted"
    assert last_run(here)["steps"][0]["effect"] == "intended"
    done = go(here, "resume", "last", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert effects(here) == ["value=new", "other=new"], "adopted, not repeated"


@pytest.mark.parametrize(
    "point",
    ["after_intent", "after_spawn", "after_act", "after_exit", "before_append", "in_append", "after_append"],
)
def test_a_death_at_any_named_point_is_followed_by_a_start_that_tells_the_truth(
    here: Path, point: str
) -> None:
    died = go(here, "run", "change", "--yes", COCKPIT_DIE_AT=point)
    assert died.returncode == -signal.SIGKILL
    go(here, "resume", "last", "--yes")
    if last_run_or_none(here) is None:  # it died before the run was on record
        assert not (here / "config" / "effects").exists()
        return
    if point == "after_intent":  # meant and never begun: found out about, and a person says how it goes on
        assert last_run(here)["steps"][0]["effect"] == "not_applied"
        assert not (here / "config" / "effects").exists()
        go(here, "resume", "last", "--yes", "--answer", "hold:write=retry")
    run = last_run(here)
    assert run["state"] == "completed", run
    assert effects(here) == ["value=new", "other=new"]
    assert go(here, "journal", "verify").returncode == 0


def test_plan_only_looks(here: Path) -> None:
    done = go(here, "plan", "change", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["schema"] == "cockpit.plan/v1"
    assert [each["argv"] for each in plan["steps"]] == [["./set", "value", "new"], ["./set", "other", "new"]]
    assert [each["already"] for each in plan["steps"]] == [False, False]
    assert plan["locks"] == ["target:checkout"]
    assert not (here / "config" / "effects").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "nothing"], 64),
        (["run", "change", "--param", "x"], 64),
        (["run", "change", "--param", "x=1"], 2),
        (["run", "change", "--target", "moon"], 2),
        (["run", "change", "--answer", "x"], 64),
        (["resume", "R-9"], 64),
        (["rollback", "last"], 64),
        (["approve", "R-1", "write", "--reason", "fine"], 64),
        (["--readonly", "run", "change"], 2),
        (["--readonly", "do", "--", "true"], 2),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else str(each),
)
def test_what_cannot_be_is_one_line_and_changes_nothing(here: Path, arguments: list[str], code: int) -> None:
    done = go(here, *arguments)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (here / "config" / "effects").exists()


def test_json_is_one_event_of_the_journal_a_line(here: Path) -> None:
    done = go(here, "run", "change", "--yes", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["schema"] for each in events} == {"cockpit.event/v1"}
    assert [each["kind"] for each in events][-1] == "run.finished"
    assert [each["seq"] for each in events] == sorted(each["seq"] for each in events)


def test_anything_can_be_done_under_the_same_record(here: Path) -> None:
    done = go(here, "do", "--target", "here", "--reason", "to see", "--", "./set", "value", "done")
    assert done.returncode == 0, done.stderr
    assert value(here) == "done"
    kinds = [json.loads(line).get("kind") for line in go(here, "journal", "export").stdout.splitlines()]
    assert kinds == ["did.intent", "did.exited", None]


def wait_for(file: Path) -> None:
    end = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    "command", [("runs",), ("runbooks",), ("plan", "change"), ("flags", "list"), ("print", "change")]
)
def test_looking_leaves_no_trace(here: Path, command: tuple[str, ...]) -> None:
    assert go(here, *command).returncode == 0
    assert not (here / "state").exists()
