"""Contained or spreading: rules J. The first match wins, and blindness wins over everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from cockpit.core.health.graph import Graph
from cockpit.core.health.state import Health, Moment, Spread
from cockpit.core.health.suspects import failing_nodes
from cockpit.core.levels import Instant, Level, Seconds, Shown, Verdict
from cockpit.core.model import Service

WINDOW: Final[Seconds] = 600.0
ENOUGH_SIGHT: Final = 0.70
TOGETHER: Final[Seconds] = 60.0
"""Services that fell within this time of the first count as one fall."""


def moment(health: Health, at: Instant) -> Moment:
    """Who fails at this poll, and how heavy that is."""
    graph = health.graph
    nodes = failing_nodes(health)
    failing = {graph.names[node]: health.parts[node].lo for node in nodes}
    burden = sum(
        level * graph.model.weight(graph.declared(node).tier)
        for node, level in zip(nodes, failing.values(), strict=True)
    )
    return Moment(at, failing, burden)


def remember(moments: tuple[Moment, ...], now: Moment) -> tuple[Moment, ...]:
    """The moments of the window, and the last one at or before its beginning."""
    beginning = now.at - WINDOW
    before = [number for number, each in enumerate(moments) if each.at <= beginning]
    return (*moments[before[-1] if before else 0 :], now)


def spread(health: Health) -> Spread:
    """The verdict on `health.moments`, whose last is now."""
    now = health.moments[-1]
    coverage = _coverage(health)
    verdict, new = _verdict(health, now, coverage)
    base = _at(health.moments, now.at - WINDOW / 2)
    return Spread(
        verdict=verdict,
        coverage=coverage,
        new=new,
        next_to_fall=_next_to_fall(health),
        crossed=_crossed(health.graph, set(now.failing) - set(new), new),
        settles_at=_settles_at(health.moments) if verdict is Verdict.TOO_EARLY else None,
        failing=len(now.failing),
        failing_before=len(base.failing) if base else 0,
        since=min((_onset(health, name) for name in now.failing), default=None),
    )


def _verdict(health: Health, now: Moment, coverage: float) -> tuple[Verdict, tuple[str, ...]]:
    moments = health.moments
    if coverage < ENOUGH_SIGHT:
        return Verdict.CANNOT_TELL, ()
    if not now.failing:
        quiet = all(not each.failing for each in moments if each.at >= now.at - WINDOW)
        return (Verdict.CLEAR if quiet else Verdict.RECOVERING), ()
    middle = _at(moments, now.at - WINDOW / 2)
    base = set(middle.failing) if middle and middle.failing else _first_to_fall(health, now)
    new = tuple(sorted(set(now.failing) - base))
    if new:
        return Verdict.SPREADING, new
    from_poll = middle if middle and middle.failing else None
    # Tenths, so that 1.1 x 10 is 11 and not a little more.
    if from_poll and 10 * now.burden > 11 * from_poll.burden:
        return Verdict.WORSENING, ()
    beginning = _at(moments, now.at - WINDOW)
    if beginning is None or set(now.failing) - set(beginning.failing):
        return Verdict.TOO_EARLY, ()
    if from_poll and 10 * now.burden < 9 * from_poll.burden:
        return Verdict.RECOVERING, ()
    return Verdict.CONTAINED, ()


def _at(moments: tuple[Moment, ...], instant: Instant) -> Moment | None:
    """The last moment at or before `instant`."""
    return next((each for each in reversed(moments) if each.at <= instant), None)


def _first_to_fall(health: Health, now: Moment) -> set[str]:
    onsets = {name: _onset(health, name) for name in now.failing}
    first = min(onsets.values())
    return {name for name, onset in onsets.items() if onset <= first + TOGETHER}


def _onset(health: Health, name: str) -> Instant:
    onset = health.parts[health.graph.index[name]].onset
    return onset if onset is not None else health.at or 0.0


def _coverage(health: Health) -> float:
    """Share of the measured services around the failing ones that can be seen; none counts as 0."""
    failing = failing_nodes(health)
    around = _with_neighbours(health.graph, failing) if failing else range(health.graph.services)
    seen = [
        part for part in (health.parts[node] for node in around) if part.own is not None and not part.idle
    ]
    return sum(not part.unknown for part in seen) / len(seen) if seen else 0.0


def _with_neighbours(graph: Graph, nodes: Iterable[int]) -> set[int]:
    found = set()
    for node in nodes:
        found.add(node)
        found.update(member for edge in graph.edges[node] for member in edge.members)
        found.update(dependent for dependent in graph.dependents[node] if dependent < graph.services)
    return found


def _next_to_fall(health: Health) -> tuple[str, ...]:
    """Still standing, but what they need has fallen; capabilities included."""
    standing = (Shown.OK, Shown.AT_RISK)
    return tuple(
        sorted(
            node.name for node in health.nodes if node.exposure >= Level.DEGRADED and node.level in standing
        )
    )


def _crossed(graph: Graph, old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Systems, regions, teams that only the new ones belong to."""
    before = {boundary for name in old for boundary in _boundaries(graph, name)}
    after = {boundary for name in new for boundary in _boundaries(graph, name)}
    return tuple(sorted(after - before))


def _boundaries(graph: Graph, name: str) -> list[str]:
    node = graph.index[name]
    service = graph.declared(node)
    assert isinstance(service, Service)
    inside: Mapping[str, str] = {"system": service.system, "region": service.region, "team": service.owner}
    found = [f"{kind} {value}" for kind, value in inside.items() if value]
    served = (each for each in graph.dependents[node] if each >= graph.services)
    return found + [f"capability {graph.names[each]}" for each in served]


def _settles_at(moments: tuple[Moment, ...]) -> Instant:
    """When everything failing now will have been failing for a whole window."""
    now = moments[-1]
    entered = moments[0].at
    for earlier, later in pairwise(moments):
        if set(now.failing) - set(earlier.failing):
            entered = later.at
    return entered + WINDOW
