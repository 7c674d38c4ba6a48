"""A file that CI appends changes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters import change_file
from cockpit.adapters.change_file import ChangeFile
from cockpit.core.events import ChangesSeen, SourceAnswered, SourceFailed
from cockpit.core.poll import Change

NOW = 1_700_000_000.0


def release(number: int, at: Any = NOW) -> str:
    return json.dumps({"at": at, "service": "checkout", "what": f"release {number}"}) + "\n"


def append(path: Path, text: str | bytes) -> None:
    with path.open("ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)


def replace(path: Path, text: str) -> None:
    path.unlink()
    append(path, text)


def empty(path: Path) -> None:
    path.write_text("")


async def look(source: ChangeFile) -> tuple[list[str], str]:
    """(what was changed, note)"""
    whats: list[str] = []
    note = ""
    async for event in source.poll(NOW):
        match event:
            case ChangesSeen(changes):
                whats += [change.what for change in changes]
            case SourceAnswered():
                note = event.note
            case SourceFailed():
                note = event.reason
    return whats, note


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "changes.ndjson"


async def test_changes_are_told_once_as_they_are_appended(path: Path) -> None:
    source = ChangeFile(path)
    append(path, release(1) + release(2))
    assert await look(source) == (["release 1", "release 2"], "")
    assert await look(source) == ([], "")
    append(path, release(3))
    assert await look(source) == (["release 3"], "")


async def test_everything_that_ci_says_is_kept(path: Path) -> None:
    line = {
        "at": "2023-11-14T23:13:20+01:00",
        "service": "checkout",
        "what": "release 1.42",
        "version": "1.42",
        "by": "aiko",
        "url": "https://ci.example/1",
        "reversible": "until",
        "until": "2023-11-14T22:30:00Z",
        "rollback": "checkout-rollback",
        "point_of_no_return": "the migration",
        "pipeline": 4711,
    }
    append(path, json.dumps(line) + "\n")
    _, seen = [event async for event in ChangeFile(path).poll(NOW)]
    assert seen == ChangesSeen(
        (
            Change(
                "checkout",
                1_700_000_000.0,
                "release 1.42",
                "1.42",
                "aiko",
                "https://ci.example/1",
                "until",
                1_700_001_000.0,
                "checkout-rollback",
                "the migration",
            ),
        )
    )


async def test_half_a_line_waits_for_its_other_half(path: Path) -> None:
    source = ChangeFile(path)
    append(path, release(1) + release(2)[:20])
    assert await look(source) == (["release 1"], "")
    append(path, release(2)[20:])
    assert await look(source) == (["release 2"], "")


async def test_bad_lines_are_skipped_and_named(path: Path) -> None:
    source = ChangeFile(path)
    append(path, release(1) + "oops\n\n" + release(2) + release(3, at="2023-11-14 22:13:20"))
    said = "5: 'at' has no time zone: 2023-11-14 22:13:20. Append Z or +01:00; skipped (2 bad lines)"
    assert await look(source) == (["release 1", "release 2"], f"changes.ndjson:{said}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[]", 'a change is not an object. Write {"at": ..., "service": ..., "what": ...}'),
        ('{"service": "a", "what": "b"}', "a change lacks 'at'. Say when it was made"),
        ('{"at": 1, "what": "b"}', "'service' is missing"),
        ('{"at": 1, "service": "a", "what": 3}', "'what' is not a text: 3. Put it in quotes"),
        ('{"at": 1, "service": "a", "what": "b", "reversible": "maybe"}', "'reversible' is 'maybe'."),
        ('{"at": NaN, "service": "a", "what": "b"}', "'at' is no time in Unix seconds: nan."),
        ("[" * 60_000, "is not JSON"),
        ('"' + "x" * 70_000 + '"', "is longer than 64 KiB"),
    ],
)
async def test_what_is_wrong_is_said(path: Path, line: str, said: str) -> None:
    append(path, line + "\n")
    assert (await look(ChangeFile(path)))[1].startswith(f"changes.ndjson:1: {said}")


async def test_a_file_that_is_replaced_is_read_from_its_beginning(path: Path) -> None:
    source = ChangeFile(path)
    append(path, release(1) + release(2))
    await look(source)
    replace(path, release(3))
    assert await look(source) == (["release 3"], "")
    empty(path)
    await look(source)
    append(path, release(4))
    assert await look(source) == (["release 4"], "")


async def test_a_file_that_is_not_there_yet_is_no_failure(path: Path) -> None:
    source = ChangeFile(path)
    assert await look(source) == ([], f"{path} does not exist yet")
    append(path, release(1))
    assert await look(source) == (["release 1"], "")
    assert await look(ChangeFile(path.parent)) == ([], f"{path.parent}: Is a directory")


async def test_of_a_huge_file_the_end_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_file, "MOST", 1000)
    append(path, "".join(release(number) for number in range(1000)) + "oops\n")
    whats, note = await look(ChangeFile(path))
    assert whats == [f"release {number}" for number in range(1000 - len(whats), 1000)]
    assert 5 < len(whats) < 20
    assert note == "changes.ndjson:1001: is not JSON; skipped"


async def test_a_line_without_an_end_does_not_stop_what_comes_after(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_file, "MOST", 1000)
    source = ChangeFile(path)
    append(path, b"x" * 900)
    assert await look(source) == ([], "")
    append(path, b"x" * 900 + b"\n" + release(1).encode())
    seen = [await look(source) for _ in range(3)]
    assert [whats for whats, _ in seen if whats] == [["release 1"]]
