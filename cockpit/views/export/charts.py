"""One signal over the time of an incident, as a drawing; nothing is drawn where nobody could see."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from cockpit.core.levels import Instant, Shown
from cockpit.views import words
from cockpit.views.export.escape import html
from cockpit.views.export.scale import moments, ticks
from cockpit.views.export.series import Frame, Series, gaps, segments, short, told
from cockpit.views.export.times import day, minute

WIDTH: Final = 760
HEIGHT: Final = 232
LEFT, RIGHT, TOP, BOTTOM = 64, 626, 34, 196
"""The field that the line lies in; the names of the limits stand to the right of it."""
MOST_MARKS: Final = 24
FARTHEST: Final = 1e300
"""One wild sample may lie so far out that no difference can be reckoned any more."""
LABEL: Final = 13.0
"""Between two names of limits."""


class Field(NamedTuple):
    """From instants and values to places in the drawing."""

    start: Instant
    end: Instant
    low: float
    high: float

    def x(self, at: Instant) -> float:
        share = (at - self.start) / (self.end - self.start)
        return LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return BOTTOM - min(1.0, max(0.0, share)) * (BOTTOM - TOP)


def chart(series: Series, frame: Frame) -> str:
    """An SVG element; how it looks is said by classes, in `style`."""
    place = _field(series, frame)
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html(told(series))}">',
        *_backdrop(place, frame),
        *_axes(series, place),
        *_limits(series, place),
        *_unseen(series, place, frame),
        *_marks(place, frame),
        *_line(series, place),
        "</svg>",
    ]
    return "".join(parts)


def _field(series: Series, frame: Frame) -> Field:
    end = max(frame.end, frame.start + 60.0)
    finite = [value for value in series.values if math.isfinite(value)]
    near = min if series.direction == "above" else max
    limits = [limit for limit in series.thresholds.values() if math.isfinite(limit)]
    shown = [*finite, *([near(limits)] if limits else []), *_crossed(series, finite)]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    low, high = max(low, -FARTHEST), min(high, FARTHEST)
    low = 0.0 if low >= 0 else low
    if not high > low:
        high = low + 1.0
    top = high + (high - low) * 0.06
    most_of_all = 1.0 if series.unit == "ratio" and high <= 1.0 else math.inf
    return Field(frame.start, end, low, min(top, most_of_all) if high < most_of_all else top)


def _crossed(series: Series, finite: Sequence[float]) -> list[float]:
    """Limits that were crossed, and the one after them that was not."""
    if not finite:
        return []
    above = series.direction == "above"
    ranked = sorted(series.thresholds.values(), reverse=not above)
    worst = max(finite) if above else min(finite)
    crossed = [limit for limit in ranked if (worst > limit if above else worst < limit)]
    beyond = ranked[len(crossed) : len(crossed) + 1] if crossed and above else []
    # A limit far beyond would press the line flat.
    return [*crossed, *(limit for limit in beyond if limit <= 2 * worst)]


def _backdrop(place: Field, frame: Frame) -> Iterator[str]:
    yield _rect("field", LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP)
    begun, over = place.x(frame.began), place.x(frame.over)
    yield _rect("during", begun, TOP, max(1.0, over - begun), BOTTOM - TOP)


def _rect(name: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _limits(series: Series, place: Field) -> Iterator[str]:
    """Each level as a band from its limit on, its line, and its name beside it."""
    names: list[tuple[float, Shown, float]] = []
    ranked = sorted(series.thresholds.items())
    for at, (level, limit) in enumerate(ranked):
        inside = place.low <= limit <= place.high
        if not inside:
            continue
        shown, y = Shown.of(level), place.y(limit)
        after = ranked[at + 1][1] if at + 1 < len(ranked) else None
        edge = TOP if series.direction == "above" else BOTTOM
        until = edge if after is None else place.y(after)
        yield _rect(f"band {_level(shown)}", LEFT, min(y, until), RIGHT - LEFT, abs(until - y))
        yield f'<line class="limit {_level(shown)}" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        names.append((y, shown, limit))
    sign = "&gt;" if series.direction == "above" else "&lt;"
    for y, (shown, limit) in _apart([(y, (shown, limit)) for y, shown, limit in names]):
        said = html(short(limit, series.unit))
        word = words.level_word(shown)
        spot = f'x="{RIGHT + 8}" y="{y + 3.5:.1f}"'
        yield f'<text class="name {_level(shown)}" {spot}>{word} {sign} {said}</text>'


def _level(shown: Shown) -> str:
    return f"is-{shown.value.lower().replace('_', '-')}"


def _apart(
    names: Iterable[tuple[float, tuple[Shown, float]]],
) -> list[tuple[float, tuple[Shown, float]]]:
    """From the bottom up, pushed so far apart that each can be read."""
    found: list[tuple[float, tuple[Shown, float]]] = []
    for y, what in sorted(names, key=lambda each: -each[0]):
        lowest = found[-1][0] - LABEL if found else math.inf
        found.append((min(y, lowest), what))
    return found


def _axes(series: Series, place: Field) -> Iterator[str]:
    for value in ticks(place.low, place.high, time=series.unit == "seconds"):
        y = place.y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        said = html(short(value, series.unit))
        yield f'<text class="tick end" x="{LEFT - 8}" y="{y + 3.5:.1f}">{said}</text>'
    seen = ""
    for at in moments(place.start, place.end):
        x = place.x(at)
        yield f'<line class="tickmark" x1="{x:.1f}" x2="{x:.1f}" y1="{BOTTOM}" y2="{BOTTOM + 4}"/>'
        yield f'<text class="tick mid" x="{x:.1f}" y="{BOTTOM + 16}">{minute(at)}</text>'
        if day(at) != seen:
            seen = day(at)
            yield f'<text class="tick mid day" x="{x:.1f}" y="{BOTTOM + 29}">{seen}</text>'
    yield f'<text class="tick" x="{RIGHT + 8}" y="{BOTTOM + 29}">UTC</text>'


def _unseen(series: Series, place: Field, frame: Frame) -> Iterator[str]:
    """Grey where nobody could see: between what was seen before and after."""
    for begun, ended in gaps(series, frame.start, frame.end):
        x, width = place.x(begun), place.x(ended) - place.x(begun)
        if width < 1.0:
            continue
        yield _rect("unseen", x, TOP, width, BOTTOM - TOP)
        middle = x + width / 2
        what = "not known" if width > 64 else "?" if width > 9 else ""
        yield (
            f'<text class="why mid" x="{middle:.1f}" y="{(TOP + BOTTOM) / 2:.1f}">{what}</text>'
            if what
            else ""
        )


def _marks(place: Field, frame: Frame) -> Iterator[str]:
    """A line for each thing done, its number above; numbers that would touch stand in a second row."""
    taken = [-math.inf, -math.inf]
    for mark in frame.marks[:MOST_MARKS]:
        if not place.start <= mark.at <= place.end:
            continue
        x = place.x(mark.at)
        row = next((at for at, right in enumerate(taken) if x - right >= 15), None)
        yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>'
        if row is None:
            continue
        taken[row] = x
        y = TOP - 8 - 14 * row
        yield f'<circle class="mark" cx="{x:.1f}" cy="{y}" r="6.5"/>'
        yield f'<text class="mark mid" x="{x:.1f}" y="{y + 3}">{mark.number}</text>'


def _line(series: Series, place: Field) -> Iterator[str]:
    for piece in segments(series):
        inside = [(at, value) for at, value in piece if place.start <= at <= place.end]
        if len(inside) == 1:
            (at, value) = inside[0]
            yield f'<circle class="sample" cx="{place.x(at):.1f}" cy="{place.y(value):.1f}" r="2.2"/>'
        elif inside:
            path = " ".join(f"{place.x(at):.1f},{place.y(value):.1f}" for at, value in inside)
            yield f'<polyline class="line" points="{path}"/>'
