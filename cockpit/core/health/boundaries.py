"""Declared boundaries that did not hold: a service fails although only a weak edge leads to the suspect."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set
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
    plain = _distances(health, suspect, in_force, plain_only=True)
    steps = _distances(health, suspect, in_force, plain_only=False)
    found = []
    for node in failing_nodes(health):
        if node in plain or health.parts[node].lo <= first.predicted.get(node, 0):
            continue
        leak = _leak(health, node, steps, in_force)
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


def _distances(health: Health, goal: int, in_force: Set[Mode], plain_only: bool) -> dict[int, int]:
    """Steps from every node that leads to `goal`; walked once from there, not from each failing service."""
    found = {goal: 0}
    queue = deque([goal])
    while queue:
        at = queue.popleft()
        for dependent in health.graph.dependents[at]:
            if dependent not in found and any(
                at in edge.members and _is_way(health, edge, in_force, plain_only)
                for edge in health.graph.edges[dependent]
            ):
                found[dependent] = found[at] + 1
                queue.append(dependent)
    return found


def _is_way(health: Health, edge: Edge, in_force: Set[Mode], plain_only: bool) -> bool:
    return edge.dependency.reviewed and not (plain_only and _boundary(health, edge, in_force))


def _leak(health: Health, node: int, steps: Mapping[int, int], in_force: Set[Mode]) -> Leak | None:
    """The first boundary on a shortest way to the suspect; None when there is no way."""
    at, left = node, steps.get(node, 0)
    while left:
        left -= 1
        edge, at = next(
            (edge, member)
            for edge in health.graph.edges[at]
            if edge.dependency.reviewed
            for member in edge.members
            if steps.get(member) == left
        )
        why = _boundary(health, edge, in_force)
        if why is not None:
            return edge, at, why
    return None


def _boundary(health: Health, edge: Edge, in_force: Set[Mode]) -> Why | None:
    """Why an edge should have contained a failure; None: it should not."""
    if edge.fallback and (edge.fallback[0], edge.fallback[1].name) in in_force:
        return "fallback"
    if edge.dependency.any_of:
        healthy = sum(1 for member in edge.members if health.parts[member].lo < Level.DEGRADED)
        if healthy >= edge.dependency.need:
            return "any_of"
    return None if edge.dependency.criticality is Criticality.HARD else "soft"
