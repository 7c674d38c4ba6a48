"""Curves: straight lines and gaps in them."""

from __future__ import annotations

import pytest

from cockpit.core.levels import Kind, Level
from cockpit.core.model import Query, Signal
from cockpit.core.scenario import Point
from cockpit.core.scenario_play import Played, healthy, jitter, played

RAMP = (Point(0, value=1.0, noise=0.1), Point(60, ramp_to=4.0, over=60), Point(240, step_to=2.0, noise=0.0))


def at(points: tuple[Point, ...], *times: float) -> list[float]:
    return [played(points, time, 0.5, 0.0).value for time in times]


def test_lines_are_straight_and_the_last_value_goes_on() -> None:
    assert at(RAMP, -5, 0, 59, 60, 90, 120, 200, 240, 9_999) == [0.5, 1, 1, 1, 2.5, 4, 4, 2, 2]


def test_a_turn_during_a_ramp_starts_from_where_it_has_got_to() -> None:
    turned = (*RAMP[:2], Point(90, ramp_to=0.5, over=20))
    assert at(turned, 90, 100, 110) == [2.5, 1.5, 0.5]
    assert at((*RAMP[:2], Point(90, step_to=0.0)), 89, 90) == [2.45, 0.0]


def test_a_ramp_without_length_is_a_step() -> None:
    assert at((Point(5, ramp_to=3.0),), 4, 5) == [0.5, 3.0]


def test_noise_stays_what_it_was_until_somebody_says_otherwise() -> None:
    assert [played(RAMP, time, 0.5, 0.02).noise for time in (-1, 0, 100, 240)] == [0.02, 0.1, 0.1, 0.0]


@pytest.mark.parametrize("gap", ["absent", "nan", "failed"])
def test_gaps_end_and_the_line_has_gone_on_behind_them(gap: str) -> None:
    points = (Point(0, ramp_to=10.0, over=100), Point(20, **{f"{gap}_for": 30.0}))
    assert [played(points, time, 0.0, 0.0).gap for time in (19, 20, 49, 50)] == [None, gap, gap, None]
    assert played(points, 60, 0.0, 0.0) == Played(6.0, 0.0)


def test_a_frozen_sample_keeps_its_value_and_says_since_when() -> None:
    points = (Point(0, ramp_to=10.0, over=100), Point(20, frozen_for=30.0))
    assert played(points, 40, 0.0, 0.0) == Played(2.0, 0.0, None, 20)
    assert played(points, 50, 0.0, 0.0) == Played(5.0, 0.0)


def signal(kind: Kind, direction: str, *limits: float) -> Signal:
    levels = (Level.DEGRADED, Level.FAILING, Level.DOWN)
    return Signal("s", kind, Query("x"), direction, dict(zip(levels, limits, strict=False)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tested",
    [
        signal(Kind.ERRORS, "above", 0.01, 0.05),
        signal(Kind.LATENCY, "above", 0.5),
        signal(Kind.SATURATION, "above", 0.8),
        signal(Kind.INTEGRITY, "above", 0.0),
        signal(Kind.LAG, "above", 1000, 5000),
        signal(Kind.FRESHNESS, "above", -3.0),
        signal(Kind.TRAFFIC, "below", 5.0, 1.0),
        signal(Kind.TRAFFIC, "below", 1.0),
        signal(Kind.TRAFFIC, "below", 0.85, 0.5),
        signal(Kind.TRAFFIC, "below", 0.0),
        signal(Kind.TRAFFIC, "below", -2.0),
        signal(Kind.SATURATION, "below", 0.1),
    ],
    ids=str,
)
def test_what_is_not_named_is_well_inside_its_thresholds(tested: Signal) -> None:
    worst = (min if tested.direction == "above" else max)(tested.thresholds.values())
    sign = 1 if tested.direction == "above" else -1
    for value in (
        healthy(tested) - 4 * jitter(tested),
        healthy(tested),
        healthy(tested) + 4 * jitter(tested),
    ):
        assert sign * value <= sign * worst - abs(worst) / 10


def test_a_healthy_probe_succeeds() -> None:
    assert healthy(signal(Kind.PROBE, "below", 1.0)) == 1.0
    assert jitter(signal(Kind.PROBE, "below", 1.0)) == 0.0
