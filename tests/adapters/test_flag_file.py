"""A flagd file as a source."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from cockpit.adapters.flag_file import FlagFile
from cockpit.core.events import Event, FlagsRead, SourceAnswered, SourceFailed
from cockpit.core.model import FlagStore

NOW = 1_700_000_000.0
LONG_AGO = NOW - 3600


def flag(value: bool, **more: Any) -> dict[str, Any]:
    variants = {"on": True, "off": False}
    return {"state": "ENABLED", "variants": variants, "defaultVariant": "on" if value else "off", **more}


def write(path: Path, mtime: float = LONG_AGO, **flags: Any) -> None:
    path.write_text(json.dumps({"flags": flags}))
    os.utime(path, (mtime, mtime))


async def look(source: FlagFile, at: float = NOW) -> list[Event]:
    return [event async for event in source.poll(at)]


def stored(path: Path) -> FlagFile:
    return FlagFile(FlagStore("files", "flagd-file", str(path)))


async def test_flags_are_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    write(path, a=flag(True), b=flag(False))
    assert await look(stored(path)) == [
        SourceAnswered("files", NOW),
        FlagsRead("files", NOW, {"a": True, "b": False}),
    ]


async def test_a_disabled_flag_is_not_off(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    write(path, a=flag(False, state="DISABLED"))
    assert (await look(stored(path)))[1] == FlagsRead("files", NOW, {})


async def test_a_change_is_seen_even_within_the_same_second_and_size(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    source = stored(path)
    for mtime in (NOW, LONG_AGO):
        write(path, mtime, a=flag(True), b=flag(False))
        os.utime(path, (mtime, mtime))
        await look(source)
        if mtime == NOW:
            write(path, mtime, a=flag(False), b=flag(True))
            assert (await look(source))[1] == FlagsRead("files", NOW, {"a": False, "b": True})


async def test_a_file_that_stays_the_same_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    write(path, a=flag(True))
    source = stored(path)
    first, second = (await look(source))[1], (await look(source))[1]
    assert isinstance(first, FlagsRead)
    assert isinstance(second, FlagsRead)
    assert first.values is second.values


async def test_one_invalid_flag_fails_the_store_and_leaves_no_flags(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    write(path, a=flag(True), b={"state": "MAYBE"})
    assert await look(stored(path)) == [
        SourceFailed(
            "files",
            NOW,
            f"{path}: flag 'b' has no \"state\" that is ENABLED or DISABLED",
            "one invalid flag freezes all of them in flagd",
        )
    ]


async def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    def reason(events: list[Event]) -> str:
        [event] = events
        assert isinstance(event, SourceFailed)
        return event.reason.replace(str(tmp_path), "")

    assert reason(await look(stored(tmp_path / "missing"))) == "/missing: No such file or directory"
    assert reason(await look(stored(tmp_path))) == ": Is a directory"
    (tmp_path / "broken").write_text('{"flags": {')
    assert reason(await look(stored(tmp_path / "broken"))).startswith("/broken:1:12 is not JSON")
    (tmp_path / "latin").write_bytes(b'{"flags": {"\xe9": 1}}')
    assert reason(await look(stored(tmp_path / "latin"))) == "/latin is not UTF-8"
