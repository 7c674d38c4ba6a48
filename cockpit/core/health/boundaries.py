"""Declared boundaries that did not hold: a service fails although only a weak edge leads to the suspect."""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from typing import Literal, TypeAlias

from cockpit.core.health.fallbacks import Mode, carrying
from cockpit.core.health.graph import Edge
from cockpit.core.health.state import BrokenBoundary, Health
from cockpit.core.health.suspects import Explored, failing_nodes
from cockpit.core.levels import Level
from cockpit.core.model import Criticality

Why: TypeAlias = Literal["soft", "any_of", "fallback"]
Leak: TypeAlias = tuple[Edge, int, Why]


def broken_boundaries(health: Health, first: Explored | None) -> tuple[BrokenBoundary, ...]:
    """Failing services that the first suspect should not have hurt so much, each with the edge that leaked.

    A service counts when it is worse than the suspect alone predicts for it and every path from it to the
    suspect crosses a boundary. Unreviewed edges are no boundaries.
    """
    if first is None:
        return ()
    graph = health.graph
    suspect = graph.index[first.suspect.service]
    in_force = carrying(graph, health.active_since, health.at or 0.0)
    found = []
    for node in failing_nodes(health):
        if node == suspect or health.parts[node].lo <= first.predicted.get(node, 0):
            continue
        leak = _leak(health, node, suspect, in_force)
        if leak is not None:
            edge, member, why = leak
            found.append(
                BrokenBoundary(
                    graph.names[node],
                    first.suspect.service,
                    graph.names[edge.dependent],
                    graph.names[member],
                    why,
                )
            )
    return tuple(found)


def _leak(health: Health, node: int, suspect: int, in_force: Set[Mode]) -> Leak | None:
    """The first boundary on a shortest way to the suspect; None: some way has none, or there is no way."""
    if _reaches(health, node, suspect, in_force, plain_only=True) is not None:
        return None
    steps = _reaches(health, node, suspect, in_force, plain_only=False)
    for edge, member in steps or ():
        why = _boundary(health, edge, in_force)
        if why is not None:
            return edge, member, why
    return None


def _reaches(
    health: Health, start: int, goal: int, in_force: Set[Mode], plain_only: bool
) -> list[tuple[Edge, int]] | None:
    """Steps of a shortest way from `start` to `goal`; None when there is none."""
    came: dict[int, tuple[int, Edge] | None] = {start: None}
    queue = deque([start])
    while queue and goal not in came:
        at = queue.popleft()
        for edge in health.graph.edges[at]:
            if not edge.dependency.reviewed or (plain_only and _boundary(health, edge, in_force)):
                continue
            for member in edge.members:
                if member not in came:
                    came[member] = (at, edge)
                    queue.append(member)
    if goal not in came:
        return None
    steps: list[tuple[Edge, int]] = []
    at = goal
    while (step := came[at]) is not None:
        steps.append((step[1], at))
        at = step[0]
    return steps[::-1]


def _boundary(health: Health, edge: Edge, in_force: Set[Mode]) -> Why | None:
    """Why an edge should have contained a failure; None: it should not."""
    if edge.fallback and (edge.fallback[0], edge.fallback[1].name) in in_force:
        return "fallback"
    if edge.dependency.any_of:
        healthy = sum(1 for member in edge.members if health.parts[member].lo < Level.DEGRADED)
        if healthy >= edge.dependency.need:
            return "any_of"
    return None if edge.dependency.criticality is Criticality.HARD else "soft"
