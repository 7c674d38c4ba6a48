"""Who is probably the cause: rules I. A hypothesis with its parts printed, never a verdict."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.core.health.edges import onward, predicted_alone, suffered
from cockpit.core.health.fallbacks import carrying
from cockpit.core.health.state import Because, Health, Suspect
from cockpit.core.levels import Instant, Level, Seconds, Shown
from cockpit.core.poll import Change

WEIGHTS: Final = Because(coverage=0.35, precedence=0.25, unexplained=0.20, change=0.15, severity=0.05)
MOST_EXPLORED: Final = 64
"""So many suspects get their coverage computed; beyond that it says little and costs much."""
HEAD_START: Final[Seconds] = 60.0
TOO_LATE: Final[Seconds] = 660.0
CHANGE_MEMORY: Final[Seconds] = 7200.0
CHANGE_FADES: Final[Seconds] = 1800.0


@dataclass(frozen=True, slots=True)
class Explored:
    """A suspect with what it alone would do to everybody, as levels by node number."""

    suspect: Suspect
    predicted: Mapping[int, int]


def explore(health: Health) -> Generator[None, None, list[Explored]]:
    """Every failing service scored, most suspect first; yields after each so that a caller may breathe."""
    graph, failing = health.graph, failing_nodes(health)
    in_force = carrying(graph, health.active_since, health.at or 0.0)
    chosen = set(_worth_exploring(health, failing))
    changes = _changes_by_service(health.changes)
    ways = onward(graph, in_force)
    found: list[Explored] = []
    for node in failing:
        predicted: Mapping[int, int] = {}
        if node in chosen:
            predicted = predicted_alone(ways, node, health.parts[node].lo, in_force)
        covers = _covered(predicted, node, failing) if predicted else []
        found.append(Explored(_scored(health, node, failing, covers, changes, in_force), predicted))
        yield
    return sorted(found, key=lambda each: (-each.suspect.score, each.suspect.service))


def _covered(predicted: Mapping[int, int], node: int, failing: Sequence[int]) -> list[int]:
    """The other failing ones that `node` alone would bring down."""
    return [other for other in failing if other != node and predicted.get(other, 0) >= Level.DEGRADED]


def failing_nodes(health: Health) -> list[int]:
    """The set A: services measured DEGRADED or worse, in declared order."""
    return [node for node in range(health.graph.services) if health.parts[node].lo >= Level.DEGRADED]


def _worth_exploring(health: Health, failing: Sequence[int]) -> list[int]:
    if len(failing) <= MOST_EXPLORED:
        return list(failing)
    graph = health.graph
    return sorted(
        failing,
        key=lambda node: (-health.parts[node].lo, -len(graph.dependents[node]), graph.names[node]),
    )[:MOST_EXPLORED]


def _changes_by_service(changes: Sequence[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.service, []).append(change)
    return found


def _scored(
    health: Health,
    node: int,
    failing: Sequence[int],
    covers: Sequence[int],
    changes: Mapping[str, Sequence[Change]],
    in_force: frozenset[tuple[str, str]],
) -> Suspect:
    graph, name = health.graph, health.graph.names[node]
    onset = _onset(health, node)
    change, weight = _last_change(changes.get(name, ()), onset)
    because = Because(
        coverage=(1 + len(covers)) / len(failing),
        precedence=_precedence(onset, [_onset(health, other) for other in covers]),
        unexplained=_unexplained(health, node, in_force),
        change=weight,
        severity=health.parts[node].lo / 4,
    )
    explains = tuple(sorted(graph.names[other] for other in covers))
    return Suspect(name, score(because), explains, because, change, _blind_spots(health, node))


def score(because: Because) -> float:
    """Weighed sum of the parts, 0 to 1, rounded to 4 digits."""
    return round(
        WEIGHTS.coverage * because.coverage
        + WEIGHTS.precedence * because.precedence
        + WEIGHTS.unexplained * because.unexplained
        + WEIGHTS.change * because.change
        + WEIGHTS.severity * because.severity,
        4,
    )


def _onset(health: Health, node: int) -> Instant:
    onset = health.parts[node].onset
    return onset if onset is not None else health.at or 0.0


def _precedence(onset: Instant, others: Sequence[Instant]) -> float:
    """1 when it began before what it explains, or at most a minute after; 0 from eleven minutes on."""
    if not others:
        return 1.0
    late = onset - min(others)
    return min(1.0, max(0.0, (TOO_LATE - late) / (TOO_LATE - HEAD_START)))


def _unexplained(health: Health, node: int, in_force: frozenset[tuple[str, str]]) -> float:
    """How much of its badness its own dependencies, as measured, do not account for."""
    parts = health.parts
    passed = max(
        (
            suffered(edge, lambda member: parts[member].lo, in_force, explaining=True)
            for edge in health.graph.edges[node]
        ),
        default=0,
    )
    return 1.0 - min(1.0, passed / parts[node].lo)


def _last_change(changes: Sequence[Change], onset: Instant) -> tuple[Change | None, float]:
    """The change closest before the onset, and what it weighs: fading over half an hour, gone after two."""
    before = [change for change in changes if 0 <= onset - change.at <= CHANGE_MEMORY]
    if not before:
        return None, 0.0
    last = max(before, key=lambda change: change.at)
    return last, math.exp(-(onset - last.at) / CHANGE_FADES)


def _blind_spots(health: Health, node: int) -> tuple[str, ...]:
    """Unknown neighbours: evidence is missing from these."""
    neighbours = {member for edge in health.graph.edges[node] for member in edge.members}
    neighbours.update(other for other in health.graph.dependents[node] if other < health.graph.services)
    return tuple(
        sorted(
            health.graph.names[other] for other in neighbours if health.nodes[other].level is Shown.UNKNOWN
        )
    )
