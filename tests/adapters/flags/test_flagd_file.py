"""A flagd file is edited where it lies: one writer wins, nothing is half written, bad files are refused."""

# ruff: noqa: ASYNC240 - nobody else waits for the loop of a test

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.flags import swap
from cockpit.adapters.flags.flagd_file import FlagdFile
from cockpit.adapters.flags.trouble import FlagTrouble
from cockpit.core.flagd import LONGEST
from cockpit.core.model import FlagStore
from cockpit.core.runbook.work import FlagChange, FlagOutcome, FlagState

SHOP = """{
  "flags": {
    "pay-async": {
      "state": "ENABLED",
      "variants": {"on": true, "off": false},
      "defaultVariant": "off",
      "targeting": {"if": [{"==": [{"var": "country"}, "CH"]}, "off"]}
    },
    "search": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}
  }
}
"""
KILLED = SHOP.replace('"defaultVariant": "off"', '"defaultVariant": "on"').replace(
    '{"if": [{"==": [{"var": "country"}, "CH"]}, "off"]}', "{}"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.flagd.json"
    path.write_text(SHOP)
    return path


def provider(path: Path) -> FlagdFile:
    return FlagdFile(FlagStore("files", "flagd-file", str(path)))


async def kill(path: Path, expect: FlagState | None = None, key: str = "pay-async") -> FlagChange:
    return await provider(path).set(key, "", True, expect, comment="c", actor="mara", op_id="1")


async def refused(path: Path) -> tuple[FlagOutcome, str]:
    """What a kill comes to, after reading was refused in the same words."""
    change = await kill(path)
    with pytest.raises(FlagTrouble) as raised:
        await provider(path).get("pay-async", "")
    assert str(raised.value) == change.reason
    return change.outcome, change.reason.replace(f"{path.parent}/", "")


async def test_hazards_tell_what_can_defeat_a_kill(file: Path) -> None:
    flag = await provider(file).get("pay-async", "default")
    assert flag is not None
    assert flag.hazards == ("targeting rules: a match beats the stored value; a kill parks them",)
    file.write_text(SHOP.replace("ENABLED", "DISABLED"))
    flag = await provider(file).get("search", "")
    assert flag is not None
    assert (flag.value, flag.hazards) == (
        None,
        ("disabled, which is not off: the default in the code counts; a kill enables it",),
    )


async def test_a_flag_that_says_so_already_but_has_targeting_is_killed_all_the_same(file: Path) -> None:
    file.write_text(SHOP.replace('"defaultVariant": "off"', '"defaultVariant": "on"'))
    assert (await kill(file)).outcome is FlagOutcome.APPLIED
    assert file.read_text() == KILLED
    assert (await kill(file)).outcome is FlagOutcome.NOOP


async def test_no_variant_with_the_value_is_denied_and_nothing_moves(file: Path) -> None:
    change = await provider(file).set("search", "", "dark", None, comment="", actor="", op_id="1")
    assert (change.outcome, change.reason) == (
        FlagOutcome.DENIED,
        "flag 'search' has no variant with the value \"dark\"",
    )
    assert file.read_text() == SHOP


async def test_mode_and_link_stay_and_the_time_is_always_later(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "link.json"
    link.symlink_to(file)
    file.chmod(0o640)
    future = 4_000_000_000
    os.utime(file, (future, future))
    change = await kill(link)
    assert change.outcome is FlagOutcome.APPLIED
    assert link.is_symlink()
    assert file.read_text() == KILLED
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_mtime == future + 1
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "shop.flagd.json"]
    assert change.before is not None
    await provider(link).restore(change.before, comment="", actor="", op_id="2")
    assert file.read_text() == SHOP
    assert file.stat().st_mtime == future + 2


async def test_a_restore_is_refused_once_somebody_else_has_touched_the_flag(file: Path) -> None:
    change = await kill(file)
    assert change.before is not None
    file.write_text(KILLED.replace('"on": true, "off": false', '"on": true, "off": false, "x": true', 1))
    again = await provider(file).restore(change.before, comment="", actor="", op_id="2", expect=change.after)
    assert (again.outcome, again.reason) == (FlagOutcome.CONFLICT, "somebody has changed it since")
    # Also without being told what our change left behind.
    again = await provider(file).restore(change.before, comment="", actor="", op_id="2")
    assert again.outcome is FlagOutcome.CONFLICT


async def test_other_flags_may_change_meanwhile(file: Path) -> None:
    change = await kill(file)
    assert change.before is not None
    theirs = ('"defaultVariant": "on"}', '"defaultVariant": "off"}')
    file.write_text(KILLED.replace(*theirs))
    again = await provider(file).restore(change.before, comment="", actor="", op_id="2", expect=change.after)
    assert again.outcome is FlagOutcome.APPLIED
    assert file.read_text() == SHOP.replace(*theirs)


async def test_a_record_that_was_tampered_with_puts_nothing_into_the_file(file: Path) -> None:
    await kill(file)
    evil = '{"state":"ENABLED","variants":{"on":true},"defaultVariant":"on"},"evil":{"state":"ENABLED"}'
    for written in (evil, "{", 7, '{"state":"ENABLED","variants":{"on":false},"defaultVariant":"on"}'):
        before = FlagState("pay-async", "default", False, record={"flagd": written})
        change = await provider(file).restore(before, comment="", actor="", op_id="2")
        assert change.outcome in (FlagOutcome.CONFLICT, FlagOutcome.FAILED)
        assert file.read_text() == KILLED


# Many writers

RACE = """
import asyncio, sys
from cockpit.adapters.flags.flagd_file import FlagdFile
from cockpit.core.model import FlagStore

async def main():
    flags = FlagdFile(FlagStore("files", "flagd-file", sys.argv[1]))
    seen = await flags.get(sys.argv[2], "")
    print("ready", flush=True)
    sys.stdin.readline()
    change = await flags.set(sys.argv[2], "", True, seen, comment="", actor="", op_id="1")
    print(change.outcome, flush=True)

asyncio.run(main())
"""


def race(file: Path, keys: list[str]) -> Counter[str]:
    """Processes that have all seen the file as it is before any of them writes."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(file), key], stdin=-1, stdout=subprocess.PIPE, text=True
        )
        for key in keys
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    return Counter(writer.communicate(timeout=60)[0].strip() for writer in writers)


def test_of_eight_who_saw_the_same_exactly_one_succeeds(file: Path) -> None:
    assert race(file, ["pay-async"] * 8) == {"APPLIED": 1, "CONFLICT": 7}
    assert file.read_text() == KILLED
    assert os.listdir(file.parent) == [file.name]


def test_eight_who_move_different_flags_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    off = {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off"}
    file = tmp_path / "many.json"
    file.write_text(json.dumps({"flags": {f"f{number}": off for number in range(8)}}))
    assert race(file, [f"f{number}" for number in range(8)]) == {"APPLIED": 8}
    assert {flag["defaultVariant"] for flag in json.loads(file.read_text())["flags"].values()} == {"on"}


async def test_a_writer_who_knows_nothing_of_the_lock_is_noticed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = swap._written

    def meanwhile(old: swap.Content, data: bytes) -> str:
        file.write_text(SHOP + "\n")
        return written(old, data)

    monkeypatch.setattr(swap, "_written", meanwhile)
    change = await kill(file)
    assert change.outcome is FlagOutcome.CONFLICT
    assert file.read_text() == SHOP + "\n"
    assert os.listdir(file.parent) == [file.name]


async def test_somebody_who_holds_the_lock_is_waited_for_and_then_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap.locked.__wrapped__, "__defaults__", (0.05,))
    with swap.locked(file):
        change = await kill(file)
    assert (change.outcome, change.reason.replace(f"{file}", "F")) == (
        FlagOutcome.FAILED,
        "F is being written by somebody else. See who holds a lock on its folder: `lsof` tells",
    )
    assert file.read_text() == SHOP


# Hostile files


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe{}", " is not UTF-8"),
        (b"{", ":1:2 is not JSON: Expecting property name enclosed in double quotes"),
        (b'{"a":' * 100_000, " is nested too deeply"),
        (b" " * (LONGEST + 1), " is larger than 8 MiB. Split it"),
        (
            SHOP.replace('"defaultVariant": "on"}', '"defaultVariant": "nix"}').encode(),
            " flag 'search' has a \"defaultVariant\" that is none of its variants",
        ),
    ],
    ids=["encoding", "cut", "deep", "huge", "invalid"],
)
async def test_a_file_that_flagd_would_refuse_is_not_touched(file: Path, data: bytes, reason: str) -> None:
    file.write_bytes(data)
    outcome, said = await refused(file)
    assert outcome is FlagOutcome.FAILED
    assert said.removeprefix(file.name).startswith(reason)
    assert file.read_bytes() == data


async def test_what_is_no_file_is_refused(file: Path) -> None:
    file.unlink()
    assert await refused(file) == (
        FlagOutcome.FAILED,
        "shop.flagd.json cannot be read: No such file or directory. Check the path and the disk",
    )
    os.mkfifo(file)
    assert await refused(file) == (FlagOutcome.FAILED, "shop.flagd.json is not a file. Mend the path")
    file.unlink()
    file.mkdir()
    assert await refused(file) == (FlagOutcome.FAILED, "shop.flagd.json is not a file. Mend the path")
    file.rmdir()
    file.symlink_to(file)
    assert (await kill(file)).outcome is FlagOutcome.FAILED


async def test_rights_and_second_names_are_respected(file: Path) -> None:
    file.chmod(0o444)
    change = await kill(file)
    assert (change.outcome, change.reason.replace(f"{file}", "F")) == (
        FlagOutcome.DENIED,
        "F may not be written. Mend its permissions",
    )
    file.chmod(0o644)
    os.link(file, file.with_name("second"))
    change = await kill(file)
    assert change.outcome is FlagOutcome.DENIED
    assert "hard link" in change.reason
    assert file.read_text() == SHOP


async def test_a_full_disk_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    change = await kill(file)
    assert (change.outcome, change.reason.replace(f"{file}", "F")) == (
        FlagOutcome.FAILED,
        "F cannot be written: No space left on device. Check the path and the disk",
    )
    assert file.read_text() == SHOP
    assert os.listdir(file.parent) == [file.name]


# Death


def test_killed_between_replacing_and_reading_back_the_file_is_whole(file: Path) -> None:
    program = RACE.replace('print("ready", flush=True)', "").replace("sys.stdin.readline()", "")
    done = subprocess.run(
        [sys.executable, "-c", program, str(file), "pay-async"],
        env={**os.environ, "COCKPIT_DIE_AT": "flag_replaced"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")
    assert file.read_text() == KILLED
    assert os.listdir(file.parent) == [file.name]
    flags = provider(file)
    assert asyncio.run(flags.verify("pay-async", "", True, 0.1)) is FlagOutcome.APPLIED
    before = asyncio.run(provider_before(file))
    change = asyncio.run(flags.restore(before, comment="", actor="", op_id="2"))
    assert change.outcome is FlagOutcome.APPLIED
    assert file.read_text() == SHOP


async def provider_before(file: Path) -> FlagState:
    """As it was on record before the kill."""
    copy = file.with_name("copy")
    copy.write_text(SHOP)
    state = await provider(copy).get("pay-async", "")
    copy.unlink()
    assert state is not None
    return replace(state, env="default")
