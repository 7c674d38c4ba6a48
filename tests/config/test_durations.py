"""Durations and deadlines as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config import deadlines
from cockpit.config.durations import UNITS, duration, meant, seconds


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("0s", 0),
        ("30s", 30),
        ("5m", 300),
        ("1h30m", 5400),
        ("4h", 14_400),
        ("30d", 2_592_000),
        ("1w", 604_800),
        ("250ms", 0.25),
        ("1w1d1h1m1s1ms", 694_861.001),
    ],
)
def test_a_duration_is_numbers_with_units_the_largest_first(text: str, length: float) -> None:
    assert seconds(text) == pytest.approx(length)


@pytest.mark.parametrize(
    "text", ["", "30", "s", "1.5h", "30m1h", "5m5m", "-5m", "5 m", "5M", "1y", "5m\n", "٣s"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)


@given(st.integers(0, 10**9))
def test_a_duration_reads_back_as_it_was_written(milliseconds: int) -> None:
    assert round(seconds(duration(milliseconds / 1000)) * 1000) == milliseconds


@given(st.dictionaries(st.sampled_from(list(UNITS)), st.integers(0, 10**6), min_size=1))
def test_units_add_up(counts: dict[str, int]) -> None:
    text = "".join(f"{counts[unit]}{unit}" for unit in UNITS if unit in counts)
    assert seconds(text) == pytest.approx(sum(counts[unit] * UNITS[unit] for unit in counts))


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.none())))
def test_whatever_stands_there_a_hint_says_what_to_write(value: object) -> None:
    assert meant(value).startswith("write ")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        (90, "write 1m30s if seconds are meant"),
        ("5 min", "write 5m"),
        ("2 Hours", "write 2h"),
        ("30 seconds", "write 30s"),
        ("100 millis", "write 100ms"),
    ],
)
def test_a_hint_guesses_what_was_meant(written: object, hint: str) -> None:
    assert meant(written) == hint


BERLIN = "23:00 Europe/Berlin"
A_MONDAY = datetime(2024, 3, 25, 12, tzinfo=UTC).timestamp()


def test_a_deadline_is_the_same_time_of_day_also_across_summer_time() -> None:
    coming = deadlines.coming(BERLIN, A_MONDAY)
    local = [datetime.fromtimestamp(each, ZoneInfo("Europe/Berlin")) for each in coming]
    assert len(coming) == 60
    assert {(each.hour, each.minute) for each in local} == {(23, 0)}
    assert datetime.fromtimestamp(coming[5], UTC).hour == 22  # the last evening of winter
    assert datetime.fromtimestamp(coming[6], UTC).hour == 21


@given(st.floats(0, 4e9))
def test_deadlines_are_ahead_and_the_first_within_a_day(now: float) -> None:
    coming = deadlines.coming(BERLIN, now)
    assert now < coming[0] <= now + 25 * 3600
    assert list(coming) == sorted(set(coming))


@given(st.text())
def test_any_text_is_a_deadline_or_told_why_not(text: str) -> None:
    found = deadlines.problem(text)
    assert found is None or all(found)


@pytest.mark.parametrize(
    "text", ["23:00", "24:00 Europe/Berlin", "9:00 UTC", "23:00 Europe/", "23:00 ../etc/passwd"]
)
def test_half_a_deadline_is_none(text: str) -> None:
    assert deadlines.problem(text) is not None
