"""How a signal is judged: what its user, else its preset, else the defaults say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from cockpit.config.findings import Placed, finding
from cockpit.config.models import Measure, Tuning
from cockpit.config.models.base import Part, Thresholds
from cockpit.core.levels import Kind, Level, Seconds
from cockpit.core.model import OnNoData, Query, Role, Signal
from cockpit.errors import Finding

LEVELS: Final = {level.name: level for level in Level}


class Patience(NamedTuple):
    """`defaults.signal`, and how often Prometheus scrapes."""

    for_: Seconds = 30.0
    hold: Seconds = 120.0
    stale_after: Seconds = 90.0
    idle_after: Seconds = 600.0
    scrape: Seconds = 15.0


def tuned(
    name: str,
    kind: str,
    query: Query,
    layers: Sequence[Part],
    patience: Patience,
    *,
    max_age: Seconds | None = None,
) -> Signal:
    """`layers` from the most particular to the most general; `max_age` where none of them says any."""

    def said(field: str, default: Any = None) -> Any:
        for layer in layers:
            value = getattr(layer, field, None)
            if value is not None:
                return value
        return default

    direction, levels = thresholds(said("above"), said("below"))
    return Signal(
        name=name,
        kind=Kind(kind),
        query=query,
        direction=direction,
        thresholds=levels,
        role=Role.SYMPTOM if kind == "integrity" else Role(said("role", "symptom")),
        required=said("required", True),
        reduce=said("reduce", "max" if direction == "above" else "min"),
        for_=said("for_", patience.for_),
        hold=said("hold", patience.hold),
        stale_after=said("stale_after", patience.stale_after),
        idle_after=said("idle_after", patience.idle_after),
        min_volume=said("min_volume"),
        max_age=said("max_age", max_age),
        on_no_data=OnNoData(said("on_no_data", "unknown")),
        unit=said("unit", ""),
        sources=tuple(said("sources", ())),
    )


def thresholds(
    above: Thresholds | None, below: Thresholds | None
) -> tuple[Literal["above", "below"], Mapping[Level, float]]:
    """Direction, and values from the mildest level to the worst."""
    written = above if above is not None else below or {}
    levels = sorted((LEVELS[level], value) for level, value in written.items())
    return "below" if above is None else "above", dict(levels)


def disorder(name: str, kind: str, tuning: Tuning | Measure, place: Placed[Any]) -> Iterator[Finding]:
    """Thresholds that cannot be meant: a worse level has to be harder to reach."""
    above = tuning.above if isinstance(tuning, Tuning) else None
    direction, levels = thresholds(above, tuning.below)
    if kind == "integrity" and Level.AT_RISK in levels:
        message = f"signal '{name}' has a threshold for AT_RISK, but bad data is DEGRADED at least"
        yield finding("C05", place.at(direction, "AT_RISK"), message, "write DEGRADED or FAILING instead")
    for (milder, first), (worse, second) in pairwise(levels.items()):
        if (second > first) if direction == "above" else (second < first):
            continue
        message = (
            f"signal '{name}' is {worse.name} {direction} {second:g}, but {milder.name} {direction} {first:g}"
        )
        hint = f"give {worse.name} a threshold {direction} that of {milder.name}"
        yield finding("C05", place.at(direction, worse.name), message, hint)


def unproven(
    name: str, on_no_data: str | None, requires: str | None, place: Placed[Any]
) -> Iterator[Finding]:
    """Silence taken for health."""
    if on_no_data == "ok" and requires is None and not place.wrote("requires"):
        message = f"signal '{name}' takes no data for OK, also when nobody measures it any more"
        hint = "add requires: with a series that is there as long as it is measured"
        yield finding("C08", place.at("on_no_data"), message, hint)
