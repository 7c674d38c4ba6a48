"""A block of chat that somebody pastes keeps the times and names that stand in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.incident.paste import Line, parsed

NOW = datetime(2026, 11, 28, 2, 30, tzinfo=UTC).timestamp()


def at(hour: int, minute: int, second: int = 0, day: int = 28) -> float:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("02:14 mara: db is gone", Line("db is gone", at(2, 14), "mara")),
        ("[02:14:05] <mara> db is gone", Line("db is gone", at(2, 14, 5), "mara")),
        ("2026-11-28T02:14:05Z mara: db is gone", Line("db is gone", at(2, 14, 5), "mara")),
        ("2026-11-28 03:14 +01:00 mara: db is gone", Line("db is gone", at(2, 14), "mara")),
        ("2:14 AM mara: db is gone", Line("db is gone", at(2, 14), "mara")),
        ("23:50 mara: it began", Line("it began", at(23, 50, day=27), "mara")),
        ("02:14 db is gone", Line("db is gone", at(2, 14))),
        ("db is gone", Line("db is gone")),
        ("99:99 is no time", Line("99:99 is no time")),
    ],
)
def test_one_line(line: str, meant: Line) -> None:
    assert parsed(line, NOW) == (meant,)


def test_names_above_their_words_as_chats_copy_them() -> None:
    block = "mara  2:14 AM\ndb is gone\nand the replica lags\n\nleo [02:16]\nlooking"
    assert parsed(block, NOW) == (
        Line("db is gone\nand the replica lags", at(2, 14), "mara"),
        Line("looking", at(2, 16), "leo"),
    )


def test_over_midnight_what_comes_before_was_the_day_before() -> None:
    block = "23:58 mara: slow\n00:03 leo: gone\n02:00 ada: back"
    assert [line.at for line in parsed(block, NOW)] == [at(23, 58, day=27), at(0, 3), at(2, 0)]


def test_text_without_a_time_is_one_message() -> None:
    assert parsed("first\nsecond", NOW) == (Line("first\nsecond"),)


@given(st.text(max_size=300))
def test_nothing_that_was_said_is_lost_and_nothing_is_said_in_the_future(block: str) -> None:
    found = parsed(block, NOW)
    assert all(line.at is None or line.at <= NOW + 300 for line in found)
    if block.strip() and not any(line.at is not None for line in found):
        assert "".join("".join(line.text.split()) for line in found) == "".join(block.split())


def test_a_day_that_stands_there_is_kept_whatever_stands_below() -> None:
    block = "2026-11-20 02:14 mara: slow\n2026-11-18 02:14 leo: it began here"
    assert [line.at for line in parsed(block, NOW)] == [at(2, 14, day=20), at(2, 14, day=18)]


@pytest.mark.parametrize("line", ["0001-01-01T00:00+14:00 mara: early", "9999-12-31T23:59-14:00 mara: late"])
def test_a_time_beyond_all_calendars_is_no_time(line: str) -> None:
    assert [each.at for each in parsed(line, NOW)] == [None]


@pytest.mark.parametrize(
    "block",
    [
        "a 1:00" + " " * 200_000 + "x",
        "1:00" + " -," * 60_000 + "x",
        "02:14 mara: gone\n" + "y\n" * 100_000,
        "9999-01-01 02:14 a: b\n" * 9_000 + "0001-01-02 02:14 a: b",
        "02:14 a: b\n" * 9_000 + "0001-01-02 02:14 a: b",
    ],
)
def test_a_hostile_block_takes_no_longer_than_another_of_its_length(block: str) -> None:
    """Each of these once took minutes to years."""
    assert "".join(line.text for line in parsed(block, NOW))
