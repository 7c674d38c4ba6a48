"""What a dependent suffers from what it needs: rules E and F."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableSequence, Sequence, Set
from dataclasses import dataclass
from typing import Final

from cockpit.core.health.graph import Edge, Graph
from cockpit.core.levels import Level
from cockpit.core.model import Criticality

PHI: Final[Mapping[Criticality, tuple[int, ...]]] = {
    Criticality.HARD: (0, 0, 2, 3, 4),
    Criticality.SOFT: (0, 0, 1, 2, 2),
    Criticality.NONE: (0, 0, 0, 0, 0),
}
"""By criticality and level of the dependency: the level its dependent suffers."""


def suffered(
    edge: Edge, level_of: Callable[[int], int], in_force: Set[tuple[str, str]], explaining: bool = False
) -> int:
    """What `edge` passes on when its members are at `level_of`; `in_force` are the fallbacks that carry.

    An unreviewed edge raises nobody above AT_RISK, but explains in full.
    """
    passed = _capped(edge, uncapped(edge, level_of), in_force)
    if not explaining and not edge.dependency.reviewed:
        return min(passed, Level.AT_RISK)
    return passed


def uncapped(edge: Edge, level_of: Callable[[int], int]) -> int:
    """What `edge` would pass on without any fallback."""
    phi = PHI[edge.dependency.criticality]
    if not edge.dependency.any_of:
        return phi[level_of(edge.members[0])]
    levels = sorted(level_of(member) for member in edge.members)
    need = edge.dependency.need
    picked = levels[need - 1] if need <= len(levels) else int(Level.DOWN)
    lost_redundancy = picked <= Level.AT_RISK and levels[-1] >= Level.DEGRADED
    if lost_redundancy and edge.dependency.criticality is not Criticality.NONE:
        return int(Level.AT_RISK)
    return phi[picked]


def _capped(edge: Edge, passed: int, in_force: Set[tuple[str, str]]) -> int:
    if edge.fallback is None:
        return passed
    owner, state = edge.fallback
    return min(passed, state.level) if (owner, state.name) in in_force else passed


def settle_exposure(
    graph: Graph,
    exposure: MutableSequence[int],
    own_lo: Callable[[int], int],
    in_force: Set[tuple[str, str]],
    changed: Iterable[int],
) -> set[int]:
    """Bring `exposure` to its least fixpoint again after what `changed` nodes pass on has changed.

    A cycle could hold a level that nothing causes any more, so all that depends on the changed nodes
    starts again from OK. `changed` themselves are computed anew too. Returns the nodes it looked at.
    """
    affected = _downstream(graph, changed)
    for node in affected:
        exposure[node] = Level.OK

    def level_of(node: int) -> int:
        return max(own_lo(node), exposure[node])

    queue = deque(sorted(affected))
    waiting = set(affected)
    while queue:
        node = queue.popleft()
        waiting.discard(node)
        worst = max((suffered(edge, level_of, in_force) for edge in graph.edges[node]), default=0)
        if worst > exposure[node]:
            exposure[node] = worst
            for dependent in graph.dependents[node]:
                if dependent not in waiting:
                    waiting.add(dependent)
                    queue.append(dependent)
    return affected


def _downstream(graph: Graph, nodes: Iterable[int]) -> set[int]:
    """`nodes` and everything that depends on them, however far."""
    found = set(nodes)
    queue = list(found)
    while queue:
        for dependent in graph.dependents[queue.pop()]:
            if dependent not in found:
                found.add(dependent)
                queue.append(dependent)
    return found


@dataclass(frozen=True, slots=True)
class Onward:
    """The edges the other way round: what every node passes on; unreviewed edges count in full."""

    alone: tuple[Sequence[tuple[int, Sequence[int]]], ...]
    """By node: who needs just it, and what they suffer by its level."""
    shared: Mapping[int, Sequence[Edge]]
    """By node: the edges on which it is one of several alternatives."""


def onward(graph: Graph, in_force: Set[tuple[str, str]]) -> Onward:
    """Built once for all suspects of a poll."""
    alone: list[list[tuple[int, Sequence[int]]]] = [[] for _ in graph.names]
    shared: dict[int, list[Edge]] = {}
    for edge in (edge for edges in graph.edges for edge in edges):
        if edge.dependency.any_of:
            for member in edge.members:
                shared.setdefault(member, []).append(edge)
        else:
            passed: Sequence[int] = PHI[edge.dependency.criticality]
            if edge.fallback is not None:
                passed = [_capped(edge, level, in_force) for level in passed]
            alone[edge.members[0]].append((edge.dependent, passed))
    return Onward(tuple(alone), shared)


def predicted_alone(ways: Onward, source: int, level: int, in_force: Set[tuple[str, str]]) -> dict[int, int]:
    """Exposure of every node above OK when `source` alone is at `level`; unreviewed edges count in full."""
    exposure: dict[int, int] = {}

    def level_of(node: int) -> int:
        predicted = exposure.get(node, 0)
        return max(level, predicted) if node == source else predicted

    queue = deque([source])
    while queue:
        node = queue.popleft()
        own = level_of(node)
        passed = [(dependent, by_level[own]) for dependent, by_level in ways.alone[node]]
        for edge in ways.shared.get(node, ()):
            passed.append((edge.dependent, suffered(edge, level_of, in_force, explaining=True)))
        for dependent, worst in passed:
            if worst > exposure.get(dependent, 0):
                exposure[dependent] = worst
                queue.append(dependent)
    return exposure
