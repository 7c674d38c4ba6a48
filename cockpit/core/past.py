"""What a server remembers of the business from before this cockpit looked: true beginnings, spent budgets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from cockpit.core.health.state import Loss
from cockpit.core.levels import Instant, Level, Seconds, Shown
from cockpit.core.model import Capability, ServiceLevel, Signal


class Point(NamedTuple):
    """What a measure said at one moment; NaN where it said nothing."""

    at: Instant
    actual: float
    expected: float


@dataclass(frozen=True, slots=True)
class Budget:
    """An agreed objective over its window: seconds that may be bad, were bad, and that nobody saw."""

    allowed: Seconds
    bad: Seconds
    unknown: Seconds
    at: Instant
    """Until when it was counted."""

    @property
    def left(self) -> Seconds:
        """Negative when more was used than is allowed. What nobody saw is not counted as good or bad."""
        return self.allowed - self.bad


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one capability; each part may be missing."""

    began: Instant | None = None
    """When it really stopped being well, where that was before this cockpit could see."""
    lost: Loss | None = None
    """From then until the health of this cockpit begins to count."""
    budget: Budget | None = None
    affected: float | None = None
    """People counted as affected at `affected_at`."""
    affected_at: Instant | None = None
    trouble: str = ""
    """Why a part is missing."""


MOST_OF_IT: Final = 0.95
"""Share of a span that has to be seen for its loss to count as measured."""
WELL_FOR: Final = 2
"""Moments in a row that have to be well for what lies before them to be another story."""


def level_at(measure: Signal, point: Point) -> Shown | None:
    """The level of a measure at one moment, without its patience; None: too little was expected to tell."""
    if not (math.isfinite(point.actual) and math.isfinite(point.expected)):
        return Shown.UNKNOWN
    if (measure.min_volume is not None and point.expected < measure.min_volume) or point.expected <= 0:
        return None
    ratio = point.actual / point.expected
    crossed = [level for level, limit in measure.thresholds.items() if ratio < limit]
    return Shown.of(max(crossed, default=Level.OK))


def began(measure: Signal, points: Sequence[Point], since: Instant) -> Instant:
    """Since when it has been DEGRADED or worse without a break, as far back as `points` tell.

    `points`: oldest first. Moments that nobody saw neither end it nor begin it.
    """
    first, well = since, 0
    for point in reversed([each for each in points if each.at < since]):
        level = level_at(measure, point)
        if level is None or level is Shown.UNKNOWN:
            continue
        if (level.level or Level.OK) >= Level.DEGRADED:
            first, well = point.at, 0
        else:
            well += 1
            if well >= WELL_FOR:
                break
    return first


def lost_between(
    capability: Capability, points: Sequence[Point], start: Instant, end: Instant, step: Seconds
) -> Loss | None:
    """What was lost from `start` to `end`: measured where the measure tells, unknown for the rest.

    In money; None where nobody knows what a unit is worth. A moment speaks for `step` seconds at most.
    Source of the formula: rules K, (1 - actual / expected) x value per minute at expected, summed over the
    moments.
    """
    if capability.value is None or end <= start:
        return None
    inside = [each for each in points if start <= each.at < end]
    edges = [each.at for each in inside[1:]] + [end] * bool(inside)
    total = seen = 0.0
    for point, until in zip(inside, edges, strict=True):
        span = min(until - point.at, step)
        if not (math.isfinite(point.actual) and math.isfinite(point.expected)):
            continue
        seen += span
        share = min(1.0, max(0.0, 1.0 - point.actual / point.expected)) if point.expected > 0 else 0.0
        total += share * point.expected * capability.value.per_unit * span / 60.0
    whole = bool(inside) and seen >= MOST_OF_IT * (end - start)
    return Loss("measured" if whole else "unknown", total, total, "money", capability.value.currency)


def budget_of(
    agreed: ServiceLevel, measure: Signal, points: Sequence[Point], step: Seconds, now: Instant
) -> Budget:
    """`points`: one every `step` seconds over the window; a moment that is missing was not seen."""
    allowed = agreed.window * (1.0 - agreed.objective / 100.0)
    expected = max(1, int(agreed.window / step))
    bad = judged = 0
    for point in points:
        level = level_at(measure, point)
        if level is Shown.UNKNOWN:
            continue
        judged += 1
        if level is not None and (level.level or Level.OK) >= agreed.counts_from:
            bad += 1
    unknown = max(0, expected - judged)
    return Budget(allowed, bad * step, unknown * step, now)


def joined(earlier: Loss | None, since: Loss | None) -> Loss | None:
    """Both parts together, with the tag of the worse one; parts in different units stay apart: the later."""
    if earlier is None or since is None:
        return since or earlier
    if (earlier.unit, earlier.currency) != (since.unit, since.currency):
        return since
    order = ("measured", "estimated", "unknown")
    kind = max(earlier.kind, since.kind, key=order.index)
    return Loss(kind, earlier.low + since.low, earlier.high + since.high, since.unit, since.currency)
