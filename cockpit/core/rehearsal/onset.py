"""When a scenario goes wrong, as it is written: what follows is measured from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cockpit.core.levels import Seconds
from cockpit.core.scenario import Point, Scenario


def onset(scenario: Scenario, name: str = "") -> Seconds:
    """Seconds from the start: the first turn of a curve of `name`, else of any; 0 where nothing turns.

    Where no curve turns the first alert or fault counts.
    """
    if name and (own := list(_turns(_curves(scenario, name)))):
        return min(own)
    if turns := list(_turns((*scenario.signals.values(), *scenario.measures.values()))):
        return min(turns)
    signs = [each.at for each in scenario.alerts] + [each.at for each in scenario.faults]
    return min(signs, default=0.0)


def is_hidden(scenario: Scenario, service: str, at: Seconds) -> bool:
    """Whether the scenario itself takes a signal of `service` away at that moment."""
    return any(
        each.at <= at < each.at + length
        for points in _curves(scenario, service)
        for each in points
        for length in (each.absent_for, each.nan_for, each.failed_for, each.frozen_for)
        if length is not None
    )


def _curves(scenario: Scenario, name: str) -> Iterator[tuple[Point, ...]]:
    yield from (points for (owner, _), points in scenario.signals.items() if owner == name)
    yield from (points for owner, points in scenario.measures.items() if owner == name)


def _turns(curves: Iterable[tuple[Point, ...]]) -> Iterator[Seconds]:
    """A value at the very start is how it always was, and no turn."""
    for points in curves:
        yield from (each.at for each in points if each.at > 0)
