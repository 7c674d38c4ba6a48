"""What a curve of a scenario says at a moment: straight lines, and gaps in them.

Times are seconds from the start of the scenario; before it everything is well, and after the last point of a
curve its value goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cockpit.core.levels import Kind, Seconds
from cockpit.core.model import Signal
from cockpit.core.scenario import Point

Gap: TypeAlias = Literal["absent", "nan", "failed"]


@dataclass(frozen=True, slots=True)
class Played:
    """A curve at a moment. `value` counts where there is no `gap`."""

    value: float
    noise: float
    """Standard deviation."""
    gap: Gap | None = None
    frozen_at: Seconds | None = None
    """Since when the sample has not been renewed; value and noise are of that moment."""


def played(points: Sequence[Point], at: Seconds, healthy: float, noise: float) -> Played:
    """The curve through `points` at `at`; `healthy` and `noise` hold where it says nothing yet."""
    gap, frozen = None, None
    for point in points:
        if point.at > at:
            break
        gap = _gap(point, at) or gap
        if point.frozen_for is not None and at < point.at + point.frozen_for:
            frozen = point.at if frozen is None else frozen
    moment = at if frozen is None else frozen
    value = _line(points, moment, healthy)
    return Played(value, _noise(points, moment, noise), gap, frozen)


def _gap(point: Point, at: Seconds) -> Gap | None:
    lengths: tuple[tuple[Gap, Seconds | None], ...] = (
        ("absent", point.absent_for),
        ("nan", point.nan_for),
        ("failed", point.failed_for),
    )
    return next((gap for gap, length in lengths if length is not None and at < point.at + length), None)


def _line(points: Iterable[Point], at: Seconds, value: float) -> float:
    """Where the line is at `at`. A turn that comes during a ramp starts from where the ramp has got to."""
    ramp: Point | None = None
    start = value
    for point in points:
        if point.at > at:
            break
        goal = _goal(point)
        if goal is None:
            continue
        start = _on_ramp(ramp, start, point.at)
        ramp = point
        if point.ramp_to is None:
            start = goal
    return _on_ramp(ramp, start, at)


def _on_ramp(ramp: Point | None, start: float, at: Seconds) -> float:
    if ramp is None:
        return start
    goal = _goal(ramp)
    assert goal is not None
    if ramp.ramp_to is None or at >= ramp.at + ramp.over:
        return goal
    return start + (goal - start) * (at - ramp.at) / ramp.over


def _goal(point: Point) -> float | None:
    return next((goal for goal in (point.value, point.step_to, point.ramp_to) if goal is not None), None)


def _noise(points: Iterable[Point], at: Seconds, noise: float) -> float:
    for point in points:
        if point.at > at:
            break
        noise = noise if point.noise is None else point.noise
    return noise


_SHARE_OF_THRESHOLD: Mapping[Kind, float] = {
    Kind.ERRORS: 0.1,
    Kind.LATENCY: 0.35,
    Kind.SATURATION: 0.55,
    Kind.INTEGRITY: 0.0,
    Kind.PROBE: 0.0,
}


def healthy(signal: Signal) -> float:
    """A value well inside OK: clear of every threshold and of the dead band around it."""
    limits = signal.thresholds.values()
    if signal.direction == "above":
        lowest = min(limits)
        return lowest * _SHARE_OF_THRESHOLD.get(signal.kind, 0.25) if lowest >= 0 else lowest * 2
    highest = max(limits)
    if signal.kind is Kind.TRAFFIC and 0 < highest < 1:
        return 1.0  # a share of what is usual
    if 0.5 <= highest <= 1:  # a probe, an availability, a share of what is expected: 1 is all there can be
        return 1.0 if highest < 1 or signal.kind is Kind.PROBE else 1.5
    return highest * 2 if highest > 0 else highest / 2 + 1


def jitter(signal: Signal) -> float:
    """Standard deviation of a healthy value: enough to look alive, far too little to cross anything."""
    if signal.kind in (Kind.INTEGRITY, Kind.PROBE):
        return 0.0
    return abs(healthy(signal)) * (0.01 if signal.direction == "below" else 0.06)
