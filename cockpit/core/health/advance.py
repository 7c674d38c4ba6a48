"""One poll further: the only way from samples to a new picture."""

from __future__ import annotations

from array import array
from collections.abc import Generator, Iterable
from dataclasses import replace
from operator import is_
from typing import Final

from cockpit.core.health.boundaries import broken_boundaries
from cockpit.core.health.columns import empty_columns, settle
from cockpit.core.health.edges import settle_exposure
from cockpit.core.health.fallbacks import active_modes, carrying
from cockpit.core.health.graph import Graph, compile_graph
from cockpit.core.health.impact import impact
from cockpit.core.health.integrity import latched, taints
from cockpit.core.health.own import measure
from cockpit.core.health.severity import suggest
from cockpit.core.health.shown import show, sight
from cockpit.core.health.spread import moment, remember, spread
from cockpit.core.health.state import Columns, Health, Impact, Part, Ring
from cockpit.core.health.suspects import explore
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model
from cockpit.core.poll import Change, Poll
from cockpit.core.slots import lay_out

RING: Final = 60
CHANGES_KEPT: Final[Seconds] = 86400.0


def fresh(model: Model) -> Health:
    """The picture before anybody has looked: nothing is known, so nothing is green."""
    graph = compile_graph(model, lay_out(model))
    columns = empty_columns(len(graph.slots.slots))
    count = len(graph.names)
    parts = tuple(measure(graph, columns, node) for node in range(count))
    exposures = array("b", bytes(count))
    known = sight(graph, parts)
    nodes = tuple(
        show(
            graph,
            node,
            None,
            parts=parts,
            exposure=exposures,
            known=known,
            in_force=frozenset(),
            active={},
            latches={},
            taints={},
            at=0.0,
        )
        for node in range(count)
    )
    known_count, total = coverage(graph, parts)
    return Health(
        graph,
        columns,
        nodes=nodes,
        parts=parts,
        exposures=exposures,
        sighted=known,
        known=known_count,
        total=total,
    )


def advance(health: Health, poll: Poll) -> Health:
    """`health` after `poll`: levels, exposure, integrity, impact. Suspects and spread: see `reason`.

    Cost is one comparison for each slot that is OK and stays so, and the rest grows with what changed.
    """
    graph, at = health.graph, poll.at
    columns, touched = settle(graph, health.columns, poll.samples, at)
    parts, changed = _measure(graph, health, columns, touched)
    active = active_modes(graph, health.active_since, poll)
    in_force = carrying(graph, active, at)
    before_force = carrying(graph, health.active_since, health.at) if health.at is not None else frozenset()
    moved = _passes_on_differently(graph, health, parts, changed, before_force ^ in_force)
    exposures = health.exposures[:]
    affected = settle_exposure(graph, exposures, lambda node: parts[node].lo, in_force, moved)
    latches = latched(graph, parts, health.latches, poll.reconciled, at)
    tainted = taints(graph, latches)
    sighted = _sight(graph, health, parts, changed)
    everywhere = health.at is None or latches != health.latches or active != health.active_since
    look_at: Iterable[int] = range(len(graph.names))
    if not everywhere:
        look_at = affected | changed | _differing(health.sighted, sighted)
        look_at |= {user for node in changed for user in graph.dependents[node]}
    nodes = list(health.nodes)
    for node in look_at:
        nodes[node] = show(
            graph,
            node,
            health.nodes[node] if health.started_at is not None else None,
            parts=parts,
            exposure=exposures,
            known=sighted,
            in_force=in_force,
            active=active,
            latches=latches,
            taints=tainted,
            at=at,
        )
    after = replace(
        health,
        columns=columns,
        at=at,
        nodes=health.nodes if all(map(is_, nodes, health.nodes)) else tuple(nodes),
        parts=parts,
        exposures=exposures,
        sighted=sighted,
        latches=latches,
        active_since=active,
        flags=poll.flags,
        changes=_changes(health.changes, poll.changes, at),
        alerts=health.alerts if poll.alerts is None else poll.alerts,
        last=poll.samples,
        ring=_remembered(health, poll),
        started_at=at if health.started_at is None else health.started_at,
    )
    known, total = coverage(graph, parts)
    after = replace(after, impacts=_impacts(after, health), known=known, total=total)
    return replace(after, moments=remember(health.moments, moment(after, at)))


def _remembered(health: Health, poll: Poll) -> Ring:
    trails = {number: samples.trail() for number, samples in poll.samples.items()}
    return *health.ring[-(RING - 1) :], (poll.at, trails)


def reason(health: Health) -> Health:
    """Suspects, broken boundaries, spread and severity of the last poll, all at once."""
    slices = reasoning(health)
    while True:
        try:
            next(slices)
        except StopIteration as done:
            result: Health = done.value
            return result


def reasoning(health: Health) -> Generator[None, None, Health]:
    """The same in slices of a few milliseconds; returns the reasoned picture."""
    if health.at is None:
        return health
    explored = yield from explore(health)
    yield
    reasoned = replace(
        health,
        suspects=tuple(each.suspect for each in explored),
        broken=broken_boundaries(health, explored[0] if explored else None),
        spread=spread(health),
        reasoned_at=health.at,
    )
    return replace(reasoned, severity=suggest(reasoned))


def graft(newer: Health, reasoned: Health) -> Health:
    """`newer` with what was reasoned about an older poll; `reasoned_at` says which."""
    return replace(
        newer,
        suspects=reasoned.suspects,
        broken=reasoned.broken,
        spread=reasoned.spread,
        severity=reasoned.severity,
        reasoned_at=reasoned.reasoned_at,
    )


def _measure(
    graph: Graph, health: Health, columns: Columns, touched: list[int]
) -> tuple[tuple[Part, ...], set[int]]:
    """Parts of all nodes, and the nodes whose part is not what it was."""
    index = graph.index
    slots = graph.slots.slots
    parts = list(health.parts)
    changed = set()
    for node in {index[slots[slot].owner] for slot in touched}:
        part = measure(graph, columns, node)
        if part != parts[node]:
            parts[node] = part
            changed.add(node)
    return tuple(parts), changed


def _passes_on_differently(
    graph: Graph,
    health: Health,
    parts: tuple[Part, ...],
    changed: set[int],
    switched: frozenset[tuple[str, str]],
) -> set[int]:
    """Nodes whose exposure must be computed anew: what they need, or a fallback of theirs, has changed."""
    moved = {
        dependent
        for node in changed
        if parts[node].lo != health.parts[node].lo
        for dependent in graph.dependents[node]
    }
    if health.at is None:
        return set(range(len(graph.names)))
    for owner, state in switched:
        for node in range(len(graph.names)):
            if any(
                edge.fallback and (edge.fallback[0], edge.fallback[1].name) == (owner, state)
                for edge in graph.edges[node]
            ):
                moved.add(node)
    return moved


def _sight(graph: Graph, health: Health, parts: tuple[Part, ...], changed: set[int]) -> bytearray:
    """Who is known, computed anew only when somebody's sight changed."""
    if health.at is not None and all(
        (parts[node].own is None, parts[node].unknown)
        == (health.parts[node].own is None, health.parts[node].unknown)
        for node in changed
    ):
        return health.sighted
    return sight(graph, parts)


def _differing(one: bytearray, other: bytearray) -> set[int]:
    if one == other:
        return set()
    return {node for node, (before, after) in enumerate(zip(one, other, strict=True)) if before != after}


def _changes(known: tuple[Change, ...], seen: tuple[Change, ...], at: Instant) -> tuple[Change, ...]:
    fresh_ones = tuple(change for change in dict.fromkeys(seen) if change not in known)
    if not fresh_ones and (not known or known[0].at >= at - CHANGES_KEPT):
        return known
    together = sorted((*known, *fresh_ones), key=lambda change: change.at)
    return tuple(change for change in together if change.at >= at - CHANGES_KEPT)


def _impacts(after: Health, before: Health) -> dict[str, Impact]:
    graph = after.graph
    assert after.at is not None
    return {
        graph.names[node]: impact(
            graph,
            after.columns,
            after.last,
            node,
            after.nodes[node],
            before.impacts.get(graph.names[node]),
            before.at,
            after.at,
        )
        for node in range(graph.services, len(graph.names))
    }


def coverage(graph: Graph, parts: tuple[Part, ...]) -> tuple[int, int]:
    """(services that can be seen, services with signals)"""
    measured = [part for part in parts[: graph.services] if part.own is not None]
    return sum(not part.unknown for part in measured), len(measured)
