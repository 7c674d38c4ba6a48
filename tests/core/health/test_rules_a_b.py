"""Rules A and B: what one answer is worth, and which level it reads."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.core.levels import Level
from cockpit.core.model import OnNoData

from .world import (
    AT_RISK,
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    INF,
    NAN,
    NOTHING,
    OK,
    UNKNOWN,
    Answer,
    Said,
    World,
    service,
    signal,
)

ONE_TWO = {DEGRADED: 1.0, FAILING: 2.0}


def read(*answers: Answer, partial: bool = False, **fields: Any) -> int:
    """The committed level after some answers, of a signal that commits at once."""
    world = World.of(service("a", signals=[signal(**{"thresholds": ONE_TWO, **fields})]))
    for answer in answers[:-1]:
        world.poll({"a": answer})
    world.poll({"a": answers[-1]}, partial=partial)
    return world.committed()


@pytest.mark.parametrize("answer", [BROKEN, NOTHING, NAN, Said(5.0, volume=NAN)], ids=str)
def test_what_could_not_be_seen_is_unknown(answer: Answer) -> None:
    assert read(answer) == UNKNOWN


def test_no_series_may_be_declared_a_breach_of_the_worst_threshold() -> None:
    assert read(NOTHING, on_no_data=OnNoData.BREACH) == FAILING
    assert read(BROKEN, on_no_data=OnNoData.BREACH) == UNKNOWN


def test_no_series_may_be_declared_well_and_a_failed_query_may_not() -> None:
    assert read(NOTHING, on_no_data=OnNoData.OK) == OK
    assert read(BROKEN, on_no_data=OnNoData.OK) == UNKNOWN


@pytest.mark.parametrize(("value", "level"), [(INF, FAILING), (-INF, OK)])
def test_infinities_compare_as_numbers(value: float, level: Level) -> None:
    assert read(value) == level


@pytest.mark.parametrize(("value", "level"), [(1.0, OK), (1.01, DEGRADED), (2.0, DEGRADED), (2.01, FAILING)])
def test_the_highest_threshold_that_is_strictly_crossed_is_the_verdict(value: float, level: Level) -> None:
    assert read(value) == level


@pytest.mark.parametrize(("value", "level"), [(4.0, OK), (3.99, DEGRADED), (1.0, DEGRADED), (0.99, DOWN)])
def test_below_is_read_the_other_way_round(value: float, level: Level) -> None:
    assert read(value, direction="below", thresholds={DEGRADED: 4.0, DOWN: 1.0}) == level


@pytest.mark.parametrize(
    ("before", "value", "level"),
    [
        (1.5, 0.91, DEGRADED),  # inside the band of the committed level
        (1.5, 0.9, OK),  # at its edge, which is not crossed
        (1.5, 1.95, DEGRADED),  # no band for a level above the committed one
        (2.5, 1.81, FAILING),
        (2.5, 1.8, DEGRADED),
        (2.5, 0.91, DEGRADED),  # levels below the committed one have their band too
        (0.5, 0.95, OK),  # nor on the way up
    ],
)
def test_a_committed_level_is_left_only_a_tenth_of_the_threshold_further(
    before: float, value: float, level: Level
) -> None:
    assert read(before, value) == level


@pytest.mark.parametrize(("value", "level"), [(4.39, DEGRADED), (4.4, OK), (1.05, DEGRADED)])
def test_the_dead_band_of_below_lies_above_the_threshold(value: float, level: Level) -> None:
    assert read(2.0, value, direction="below", thresholds={DEGRADED: 4.0, DOWN: 1.0}) == level


@pytest.mark.parametrize(("value", "level"), [(-1.09, DEGRADED), (-1.1, OK)])
def test_the_dead_band_of_a_negative_threshold_has_its_size_too(value: float, level: Level) -> None:
    assert read(0.0, value, thresholds={DEGRADED: -1.0}) == level


def test_the_dead_band_is_a_tenth_and_not_a_little_more() -> None:
    below: dict[str, Any] = {"direction": "below", "thresholds": {DEGRADED: 0.05}}
    assert read(0.01, 0.055, **below) == OK
    assert read(0.01, 0.0549, **below) == DEGRADED


def test_a_partial_answer_worsens_and_never_improves() -> None:
    assert read(0.5, 1.5, partial=True) == DEGRADED
    assert read(1.5, 2.5, partial=True) == FAILING
    assert read(2.5, 1.5, partial=True) == FAILING
    assert read(2.5, 0.5, partial=True) == FAILING
    assert read(0.5, partial=True) == UNKNOWN
    assert read(NOTHING, partial=True, on_no_data=OnNoData.OK) == UNKNOWN


@pytest.mark.parametrize(
    ("age", "level"), [(60.0, FAILING), (60.5, UNKNOWN), (INF, UNKNOWN), (NAN, FAILING)], ids=str
)
def test_a_sample_older_than_max_age_is_unknown(age: float, level: int) -> None:
    assert read(Said(2.5, age=age), max_age=60.0) == level


def test_age_says_nothing_where_no_limit_is_set() -> None:
    assert read(Said(2.5, age=1e6)) == FAILING


@pytest.mark.parametrize(
    "poor", [Said(2.5, volume=4.9), Said(NAN, volume=4.9), Said(0.1, 4.9, age=1e6)], ids=str
)
def test_too_little_traffic_is_no_evidence_whatever_the_value(poor: Said) -> None:
    kept = read(1.5, poor, min_volume=5.0, max_age=60.0, stale_after=0.0)
    assert kept == DEGRADED


def test_just_enough_traffic_counts() -> None:
    assert read(Said(2.5, volume=5.0), min_volume=5.0) == FAILING


@pytest.mark.parametrize(
    "answer", [Said(volume=1.0, answer=NOTHING.answer), BROKEN], ids=["absent", "failed"]
)
def test_failure_and_absence_come_before_traffic(answer: Said) -> None:
    assert read(1.5, answer, min_volume=5.0, stale_after=0.0) == UNKNOWN


def test_absence_that_is_a_breach_needs_no_traffic() -> None:
    assert (
        read(Said(volume=1.0, answer=NOTHING.answer), min_volume=5.0, on_no_data=OnNoData.BREACH) == FAILING
    )


def test_unknown_traffic_makes_the_value_unknown_with_or_without_a_minimum() -> None:
    assert read(1.5, Said(1.5, volume=NAN), min_volume=5.0, stale_after=0.0) == UNKNOWN
    assert read(1.5, Said(1.5, volume=NAN), stale_after=0.0) == UNKNOWN


def test_a_level_without_a_threshold_is_passed_over() -> None:
    assert read(1.5, thresholds={AT_RISK: 1.0, DOWN: 2.0}) == AT_RISK
    assert read(2.5, thresholds={AT_RISK: 1.0, DOWN: 2.0}) == DOWN
