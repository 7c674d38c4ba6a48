"""Signals over time as values: what was seen, where nothing was, and what is marked beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final, Literal

from cockpit.core.levels import Instant, Level, Seconds
from cockpit.text import number, remaining
from cockpit.views import words
from cockpit.views.export.times import minute

TORN: Final = 2.5
"""After so many usual steps without a sample the line is torn."""


@dataclass(frozen=True, slots=True)
class Series:
    """A signal as it was over time. A value of None: nobody could see."""

    owner: str
    signal: str
    unit: str
    thresholds: Mapping[Level, float]
    points: tuple[tuple[Instant, float | None], ...]
    """Oldest first."""
    direction: Literal["above", "below"] = "above"
    source: str = ""
    expected: tuple[float | None, ...] = ()
    """Of a capability's measure: what was expected a minute, beside each point."""
    title: str = ""
    """What people call it; the owner's name where nobody gave one."""

    @property
    def name(self) -> str:
        """ "errors of Checkout"; a measure is what it measures."""
        whose = self.title or self.owner
        return f"{whose}, done of what was expected" if self.expected else f"{self.signal} of {whose}"

    @property
    def values(self) -> list[float]:
        return [value for _, value in self.points if value is not None and not math.isnan(value)]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that somebody did, or that was changed."""

    at: Instant
    number: int
    """Beside its line in the list under the charts."""
    text: str
    kind: str = "run"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chart of one incident has in common."""

    start: Instant
    end: Instant
    began: Instant
    """From here to `over` it is shaded."""
    over: Instant
    marks: tuple[Mark, ...] = ()
    unmarked: int = 0
    """Acts that there was no room for: the later ones."""


@dataclass(frozen=True, slots=True)
class Charts:
    """`trouble`: why nothing, or not everything, could be read."""

    series: tuple[Series, ...] = ()
    trouble: str = ""
    step: Seconds = 0.0
    left_out: tuple[str, ...] = field(default=())
    """Signals that there was no room for."""


def told(series: Series) -> str:
    """The drawing in a sentence, for whoever cannot see it."""
    if not series.values:
        return f"{series.name}: nobody could see it"
    worst = max(series.values) if series.direction == "above" else min(series.values)
    at = next(at for at, value in series.points if value == worst)
    extreme = "highest" if series.direction == "above" else "lowest"
    return f"{series.name}: {extreme} {valued(worst, series.unit)} at {minute(at)} UTC"


def valued(value: float, unit: str) -> str:
    """ "31 %", "1.4 s", "1 h 28 min", "9k per second"."""
    if unit == "seconds" and 120 <= abs(value) < math.inf:
        return f"{'-' if value < 0 else ''}{remaining(abs(value))}"
    return words.measured_value(value, unit)


def short(value: float, unit: str) -> str:
    """For an axis, whose unit stands above it."""
    return valued(value, unit) if unit in ("ratio", "seconds") else number(value)


def gaps(series: Series, start: Instant, end: Instant) -> list[tuple[Instant, Instant]]:
    """Stretches between `start` and `end` in which nothing is known."""
    pieces = segments(series)
    if not pieces:
        return [(start, end)]
    step = usual_step(series)
    edges = [
        (start, pieces[0][0][0]),
        *((one[-1][0], other[0][0]) for one, other in pairwise(pieces)),
        (pieces[-1][-1][0], end),
    ]
    inner = edges[1:-1]
    outer = [edge for edge in (edges[0], edges[-1]) if edge[1] - edge[0] > TORN * step]
    return sorted([*inner, *outer])


def segments(series: Series) -> list[list[tuple[Instant, float]]]:
    """Runs of samples that a line may join; whatever lies between two of them is not known."""
    step = usual_step(series)
    found: list[list[tuple[Instant, float]]] = []
    torn = True
    for at, value in series.points:
        if value is None or math.isnan(value):
            torn = True
            continue
        if torn or at - found[-1][-1][0] > TORN * step:
            found.append([])
        found[-1].append((at, value))
        torn = False
    return found


def usual_step(series: Series) -> Seconds:
    """Between two points, whether anything was seen at them or not."""
    steps = [later[0] - earlier[0] for earlier, later in pairwise(series.points)]
    return median(steps) if steps else 60.0
