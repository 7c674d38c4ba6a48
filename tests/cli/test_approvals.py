"""One person runs, another agrees from another terminal: two processes, one real record."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from .changing import BOOK, changing, effects, go, last_run
from .typed import Typed, typed

UNDO = '    rollback: {run: [./set, value, "${captures.was}"]}\n'
GUARDED = BOOK.replace(UNDO, f"{UNDO}    approval: {{min: 1, from: [ines, leo, mara], expires: 5m}}\n")
ASKS = "Write the new value: a second person has to approve it"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = changing(tmp_path)
    assert GUARDED != BOOK
    (folder / "config" / "runbooks" / "change.yaml").write_text(GUARDED)
    return folder


def mara(here: Path, *arguments: str):  # type: ignore[no-untyped-def]
    """At her terminal."""
    return typed(here, *arguments, LOGNAME="mara")


def by(who: str, here: Path, *arguments: str) -> CompletedProcess[str]:
    return go(here, *arguments, LOGNAME=who)


def waiting(here: Path) -> list[dict[str, Any]]:
    document = json.loads(by("ines", here, "approvals", "--json").stdout)
    assert document["schema"] == "cockpit.approvals/v1"
    return document["approvals"]  # type: ignore[no-any-return]


def facts(here: Path, kind: str) -> list[dict[str, Any]]:
    lines = map(json.loads, go(here, "journal", "export").stdout.splitlines())
    return [each for each in lines if each.get("kind") == kind]


def to_the_approval(one: Typed) -> str:
    one.until("? Write the new value?")
    one.type("y\n")
    one.until(ASKS)
    return one.until("> ", 2)


def test_from_another_terminal_it_is_approved_and_the_run_goes_on_by_itself(here: Path) -> None:
    with mara(here, "run", "change") as one:
        shown = to_the_approval(one)
        (asked,) = waiting(here)
        assert (asked["run"], asked["step"], asked["requested_by"]) == ("R-1", "write", "mara")
        assert asked["argv"] == ["./set", "value", "new"]
        digest = asked["digest"][:12]
        command = f"cockpit approve R-1 write --digest {digest} --reason TEXT"
        assert f"in another terminal: {command}" in shown
        assert "may be answered by ines or leo\n" in shown
        assert command in by("leo", here, "approvals").stdout
        assert effects(here) == []
        done = by("ines", here, "approve", "R-1", "write", "--digest", digest, "--reason", "looks right")
        assert (done.returncode, done.stderr) == (0, "")
        assert "  run: ./set value new\n" in done.stdout
        assert "  captured: was=old\n" in done.stdout
        assert f"  digest: {asked['digest']}\n" in done.stdout
        assert done.stdout.endswith("R-1 write: approved (second person not enforced here)\n")
        one.until("Write the new value: approved by ines: looks right")
        one.until("? Write another?")
        one.type("y\n")
        one.until("COMPLETED")
        assert one.ends() == 0, "nothing waits for a key any more"
    assert effects(here) == ["value=new", "other=new"]
    assert waiting(here) == []
    (granted,) = facts(here, "approval.granted")
    assert (granted["actor"], granted["body"]["enforced"]) == ("ines", False)


def test_who_may_not_hears_one_line_and_it_is_on_record(here: Path) -> None:
    with mara(here, "run", "change") as one:
        to_the_approval(one)
        for who, more, why in (
            ("mara", (), "mara acts in R-1 and cannot answer for it. Ask a second person"),
            ("zoe", (), "zoe may not answer for write. Ask ines or leo"),
            ("ines", ("--digest", "0123456789ab"), "what would be done is not what was shown (0123456789ab)"),
        ):
            done = by(who, here, "approve", "R-1", "write", "--reason", "fine", *more)
            assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
            assert done.stderr.startswith(f"cockpit: {why}")
        done = by("ines", here, "approve", "R-1", "second", "--reason", "fine")
        assert (
            done.stderr == "cockpit: R-1 asks for no approval of 'second' now. It asks for one of R-1 write\n"
        )
    assert [each["actor"] for each in facts(here, "access.refused")] == ["mara", "zoe", "ines", "ines"]
    assert facts(here, "approval.granted") == []
    assert effects(here) == []


def test_a_refusal_is_read_where_it_was_asked_and_asked_anew_when_wanted(here: Path) -> None:
    with mara(here, "run", "change") as one:
        to_the_approval(one)
        done = by("leo", here, "approve", "--refuse", "--reason", "the standby lags")
        assert done.stdout.endswith("R-1 write: refused (second person not enforced here)\n")
        one.until("HELD: leo refused it: the standby lags")
        one.until("Ask once more")
        one.type("1\n")
        one.until(ASKS, 2)
        assert len(waiting(here)) == 1
        assert by("ines", here, "approve", "--reason", "it has caught up").returncode == 0
        one.until("approved by ines")
        one.until("? Write another?")
    assert effects(here) == ["value=new"]


def test_an_empty_line_leaves_nothing_while_others_are_waited_for(here: Path) -> None:
    with mara(here, "run", "change") as one:
        to_the_approval(one)
        one.type("\n")
        one.until("> ", 3)
        one.type("1 nobody is awake\n")
        one.until("broken glass by mara: nobody is awake")
        one.until("? Write another?")
    (told,) = facts(here, "approval.broken_glass")
    assert (told["actor"], told["body"]["reason"]) == ("mara", "nobody is awake")
    assert last_run(here)["broken_glass"] == [
        {"run": "R-1", "step": "write", "by": "mara", "reason": "nobody is awake"}
    ]
    assert "broken glass: Write the new value, by mara: nobody is awake" in go(here, "runs").stdout


def test_without_a_terminal_it_can_be_approved_before_the_run_is_taken_up_again(here: Path) -> None:
    done = by("mara", here, "run", "change", "--yes")
    assert done.returncode == 1
    assert "in another terminal: cockpit approve R-1 write" in done.stdout
    assert by("ines", here, "approve", "R-1", "--reason", "seen").returncode == 0
    assert by("mara", here, "resume", "R-1", "--yes").returncode == 0
    assert effects(here) == ["value=new", "other=new"]


def test_who_takes_it_over_does_not_count_as_the_second_person(here: Path) -> None:
    assert by("mara", here, "run", "change", "--yes").returncode == 1
    assert by("ines", here, "approve", "R-1", "--reason", "seen").returncode == 0
    assert by("ines", here, "takeover", "R-1", "--yes").returncode == 1
    assert effects(here) == []
    assert [each["body"]["why"] for each in facts(here, "approval.expired")] == ["it is in other hands now"]
    assert by("ines", here, "approve", "R-1", "--reason", "seen").returncode == 2
    assert by("leo", here, "approve", "R-1", "--reason", "seen").returncode == 0
    assert by("ines", here, "resume", "R-1", "--yes").returncode == 0
    assert effects(here) == ["value=new", "other=new"]


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("approve", "--reason", "x"), 64, "no approval waits"),
        (("approve", "R-9", "write", "--reason", "x"), 64, "there is no run 'R-9'"),
        (("approve", "R-1", "write"), 64, "--reason is empty"),
        (("approve", "R-1", "write", "--reason", "x", "--digest", "abc"), 64, "--digest abc is too short"),
        (("--readonly", "approve", "R-1", "--reason", "x"), 2, "this cockpit"),
    ],
)
def test_what_cannot_be_is_one_line(here: Path, arguments: tuple[str, ...], code: int, why: str) -> None:
    done = by("ines", here, *arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (code, 1), done.stderr
    assert done.stderr.startswith(f"cockpit: {why}")


def test_nothing_waits_is_said(here: Path) -> None:
    assert by("ines", here, "approvals").stdout == "nothing waits for an approval\n"
    assert waiting(here) == []
