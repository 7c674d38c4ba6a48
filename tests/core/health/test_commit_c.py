"""Rules C: from verdicts to the committed level of a signal."""

from __future__ import annotations

from typing import Any

import pytest

from .world import (
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    NAN,
    OK,
    TOO_FEW,
    UNKNOWN,
    Answer,
    Said,
    World,
    service,
    signal,
)

WELL, BAD, WORSE = 0.5, 2.5, 3.5
"""OK, DEGRADED, FAILING."""


def told(*polls: tuple[float, Answer], **fields: Any) -> list[int]:
    """Committed levels after each (seconds after the start, answer), under the default times."""
    usual = {"for_": 30.0, "hold": 120.0, "stale_after": 90.0, "min_volume": 5.0}
    world = World.of(service("a", signals=[signal(**{**usual, **fields})]))
    start, found = world.at, []
    for at, answer in polls:
        world.poll({"a": answer}, after=start + at - world.at)
        found.append(world.committed())
    return found


def every(step: float, *answers: Answer) -> list[tuple[float, Answer]]:
    return [(step * number, answer) for number, answer in enumerate(answers)]


def test_at_the_start_ok_takes_for_and_bad_news_takes_nothing() -> None:
    assert told(*every(10, WELL, WELL, WELL, WELL)) == [UNKNOWN, UNKNOWN, UNKNOWN, OK]
    assert told(*every(10, WELL, WORSE)) == [UNKNOWN, FAILING]


def test_with_no_for_the_first_good_verdict_is_enough() -> None:
    assert told((0, WELL), for_=0.0) == [OK]


def test_ok_from_unknown_waits_until_no_unknown_is_left_in_the_window() -> None:
    assert told(*every(10, WELL, BROKEN, WELL, WELL, WELL, WELL)) == [UNKNOWN] * 5 + [OK]


def test_ok_from_unknown_needs_two_known_verdicts_however_slow_the_polls() -> None:
    assert told(*every(60, BROKEN, WELL, WELL)) == [UNKNOWN, UNKNOWN, OK]


def test_a_spike_raises_only_to_the_sustained_level() -> None:
    answers = [WELL] * 4 + [BAD, BAD, WORSE, BAD]
    assert told(*every(10, *answers)) == [UNKNOWN] * 3 + [OK] * 4 + [DEGRADED]
    assert told(*every(10, *[WELL] * 4, WORSE, WELL, WELL)) == [UNKNOWN] * 3 + [OK] * 4


def test_a_raise_needs_all_of_for_with_both_ends() -> None:
    assert told(*every(15, WELL, WELL, WELL, BAD, BAD, BAD)) == [UNKNOWN, UNKNOWN, OK, OK, OK, DEGRADED]


def test_slow_polls_raise_at_the_second_verdict_and_not_at_the_first() -> None:
    assert told(*every(60, WELL, WELL, BAD, BAD)) == [UNKNOWN, OK, OK, DEGRADED]
    assert told(*every(60, WELL, WELL, BAD, WORSE)) == [UNKNOWN, OK, OK, DEGRADED]


def test_without_for_one_verdict_raises() -> None:
    assert told(*every(60, WELL, BAD, WORSE), for_=0.0) == [OK, DEGRADED, FAILING]


def test_an_unknown_poll_neither_raises_nor_stops_a_raise() -> None:
    answers: list[Answer] = [*[WELL] * 4, BAD, BROKEN, BAD, BAD]
    assert told(*every(10, *answers)) == [UNKNOWN] * 3 + [OK] * 4 + [DEGRADED]


def test_a_fall_takes_the_worst_of_hold_and_no_unknown_inside() -> None:
    polls = [(0.0, WORSE), (10.0, BAD), (60.0, WELL), (119.0, WELL), (120.0, WELL), (121.0, WELL)]
    # The window is inclusive at both ends: FAILING, said at 0, still weighs at 120.
    assert told(*polls, (130.0, WELL), (131.0, WELL)) == [FAILING] * 5 + [DEGRADED] * 2 + [OK]


def test_unknown_is_never_recovery() -> None:
    assert told((0, BAD), (60, WELL), (100, BROKEN), (180, WELL), (219, WELL), (220, WELL), (221, WELL)) == [
        DEGRADED,
        DEGRADED,
        DEGRADED,
        DEGRADED,
        DEGRADED,
        DEGRADED,  # the unknown one lies at the very edge, which is inside
        OK,
    ]


def test_a_window_is_covered_by_any_earlier_verdict_however_old() -> None:
    assert told((0, BAD), (1000, WELL)) == [DEGRADED, OK]
    assert told((0, BAD), (119, WELL), (120, WELL)) == [DEGRADED, DEGRADED, DEGRADED]


def test_without_hold_one_good_verdict_is_recovery() -> None:
    assert told((0, WORSE), (10, WELL), hold=0.0) == [FAILING, OK]


def test_what_stays_unknown_becomes_unknown_after_stale_after() -> None:
    assert told((0, BAD), (60, BROKEN), (89.5, NAN), (90, BROKEN)) == [DEGRADED, DEGRADED, DEGRADED, UNKNOWN]


def test_a_level_in_its_grace_is_marked_stale() -> None:
    world = World.of(service("a", signals=[signal()]))
    world.poll()
    assert [world.poll({"a": BROKEN}).node("a").stale, world.poll({"a": 0.5}).node("a").stale] == [
        True,
        False,
    ]


def test_no_traffic_moves_nothing_while_the_wall_clock_runs() -> None:
    busy: list[tuple[float, Answer]] = [(0.0, BAD), (60.0, TOO_FEW), (119.0, WELL)]
    assert told(*busy, (180.0, TOO_FEW), (240.0, WELL)) == [DEGRADED] * 4 + [OK]


def test_a_level_from_busier_times_is_not_kept_for_ever() -> None:
    assert told((0, BAD), (300, TOO_FEW), (599, TOO_FEW), (600, TOO_FEW)) == [DEGRADED] * 3 + [UNKNOWN]
    assert told((0, BAD), (590, BROKEN), (700, TOO_FEW), stale_after=1e6) == [DEGRADED] * 3


def test_no_traffic_does_not_make_a_level_stale() -> None:
    assert told((0, BAD), (500, TOO_FEW)) == [DEGRADED, DEGRADED]
    assert told((0, BAD), (500, Said(NAN, volume=NAN))) == [DEGRADED, UNKNOWN]


def test_a_verdict_in_the_dead_band_delays_the_fall_by_a_whole_hold() -> None:
    # 1.95 is DEGRADED only because DEGRADED is committed, and stays so for the window it lies in.
    polls = [(0.0, BAD), (100.0, 1.95), (130.0, WELL), (220.0, WELL), (220.5, WELL)]
    assert told(*polls) == [DEGRADED, DEGRADED, DEGRADED, DEGRADED, OK]


def flips(count: int, step: float) -> list[tuple[float, Answer]]:
    return [(step * number, WELL if number % 2 else BAD) for number in range(count)]


def test_after_four_commits_in_a_quarter_of_an_hour_recovery_takes_ten_minutes() -> None:
    quick = {"for_": 0.0, "hold": 0.0}
    # BAD comes from unknown, which does not count; then OK, BAD, OK, BAD are four.
    levels = told(*flips(5, 60), (300, WELL), (839, WELL), (840, WELL), (841, WELL), **quick)
    assert levels == [DEGRADED, OK, DEGRADED, OK, DEGRADED, DEGRADED, DEGRADED, DEGRADED, OK]


def test_flapping_shows_until_the_commits_are_a_quarter_of_an_hour_old() -> None:
    world = World.of(service("a", signals=[signal()]))
    shown = []
    for _, answer in flips(7, 60):
        shown.append(world.poll({"a": answer}, after=60).node("a").flapping)
    assert shown == [False] * 5 + [True] * 2
    # The first of the four was committed 300 s ago.
    assert world.poll(after=600).node("a").flapping
    assert not world.poll(after=1).node("a").flapping


@pytest.mark.parametrize("first", [BROKEN, TOO_FEW], ids=["failed", "no traffic"])
def test_nothing_known_ever_is_unknown(first: Said) -> None:
    assert told(*every(10, first, first, first), stale_after=1e6) == [UNKNOWN] * 3


def test_down_falls_straight_to_what_the_whole_window_held() -> None:
    assert told((0, 4.5), (10, BAD), (130, WELL), (131, WELL)) == [DOWN, DOWN, DEGRADED, OK]
