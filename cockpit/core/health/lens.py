"""The picture through one cluster: the same rules over the signals of its sources alone.

A service without a signal from there is never shown OK. Wrong data stays wrong: a breach is of the data of a
service, wherever it was seen. Whether something spreads is told of everything together only.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import Final

from cockpit.core.health.advance import coverage
from cockpit.core.health.edges import settle_exposure
from cockpit.core.health.fallbacks import Mode, carrying
from cockpit.core.health.graph import Graph
from cockpit.core.health.impact import impact
from cockpit.core.health.integrity import taints
from cockpit.core.health.own import measure
from cockpit.core.health.rules import UNKNOWN
from cockpit.core.health.severity import suggest
from cockpit.core.health.shown import show, sight
from cockpit.core.health.spread import moment, spread
from cockpit.core.health.state import Columns, Health, Node, Own, Part
from cockpit.core.levels import Instant, Level, Shown, Verdict
from cockpit.core.same import Same

TOLD: Final = ("committed", "skipped", "unruled", "flapping", "run_verdict")
"""Columns that a node takes something from, see `core.health.own`."""
OUT_OF_SIGHT: Final = Part(Own(Level.OK, Level.DOWN))


def through(health: Health, sources: frozenset[str], before: Health | None = None) -> Health:
    """`health` as `sources` alone tell it; `before` is the last picture through the same lens.

    Readings, trails and impacts of the result are of these sources, too. Suspects stay those of everything,
    as far as they fail here.
    """
    graph = _narrowed(Same(health.graph), sources)
    old = before if before is not None and before.graph is graph else None
    at = health.at if health.at is not None else 0.0
    in_force = carrying(graph, health.active_since, at)
    parts, changed = _parts(health, graph, old)
    exposures, affected = _exposures(graph, parts, changed, in_force, old)
    known = _sight(health.graph, graph, parts)
    seen = replace(
        health,
        graph=graph,
        parts=parts,
        exposures=exposures,
        sighted=known,
        nodes=(),
        moments=(),
        reasoned_at=None,
    )
    if old is None or not _same_beside(health, old, in_force):
        look_at: Iterable[int] = range(len(parts))
    else:
        look_at = affected | changed | set(_differing(known, old.sighted))
        look_at |= {user for node in changed for user in graph.dependents[node]}
    nodes = list(old.nodes) if old else [Node(name) for name in graph.names]
    tainted = taints(graph, health.latches)
    for node in look_at:
        new = _shown(health, seen, node, in_force, tainted)
        nodes[node] = nodes[node] if nodes[node] == new else new
    kept = old is not None and old.nodes == tuple(nodes)
    return _judged(replace(seen, nodes=old.nodes if old and kept else tuple(nodes)), health)


def part_by(graph: Graph, columns: Columns, node: int, sources: Container[str]) -> Part:
    """What the signals of one node say, those of `sources` alone."""
    slots = graph.slots.slots
    mine = [slot for slot in graph.slots_of[node] if slots[slot].source in sources]
    return measure(graph, columns, node, mine)


def own_level(part: Part) -> Shown:
    """What is measured, without what is predicted."""
    if part.own is None:
        return Shown.UNMONITORED
    return Shown.UNKNOWN if part.unknown else Shown.of(part.lo)


@lru_cache(maxsize=8)
def _narrowed(graph: Same[Graph], sources: frozenset[str]) -> Graph:
    """The same nodes, edges and numbers of slots; each node has those of `sources` left."""
    slots = graph.it.slots.slots
    own = (tuple(each for each in mine if slots[each].source in sources) for mine in graph.it.slots_of)
    return replace(graph.it, slots_of=tuple(own))


def _parts(health: Health, graph: Graph, old: Health | None) -> tuple[tuple[Part, ...], set[int]]:
    """Parts of all nodes, and the nodes whose part is not what it was."""
    whole, columns = health.graph, health.columns
    touched: Iterable[int] = range(len(graph.names))
    if old is not None:
        slots, index = graph.slots.slots, graph.index
        pairs = [(getattr(columns, name), getattr(old.columns, name)) for name in TOLD]
        touched = {index[slots[slot].owner] for pair in pairs for slot in _differing(*pair)}
    parts = list(old.parts) if old else [Part()] * len(graph.names)
    changed = set()
    for node in touched:
        part = measure(whole, columns, node, graph.slots_of[node])
        if old is None or part != parts[node]:
            parts[node] = part
            changed.add(node)
    return tuple(parts), changed


def _differing(one: Sequence[int], other: Sequence[int]) -> Iterable[int]:
    if one == other:
        return ()
    return compress(range(len(one)), map(ne, one, other))


def _exposures(
    graph: Graph,
    parts: Sequence[Part],
    changed: set[int],
    in_force: frozenset[Mode],
    old: Health | None,
) -> tuple[array[int], set[int]]:
    """What is predicted, and for whom it was computed anew."""
    exposures = old.exposures[:] if old else array("b", bytes(len(parts)))
    if old is None or in_force != _in_force(old):
        moved: Iterable[int] = range(len(parts))
    else:
        worse_or_better = (node for node in changed if parts[node].lo != old.parts[node].lo)
        moved = {user for node in worse_or_better for user in graph.dependents[node]}
    return exposures, settle_exposure(graph, exposures, lambda node: parts[node].lo, in_force, moved)


def _in_force(health: Health) -> frozenset[Mode]:
    return carrying(health.graph, health.active_since, health.at if health.at is not None else 0.0)


def _same_beside(health: Health, old: Health, in_force: frozenset[Mode]) -> bool:
    """Whether all that a node shows besides signals and edges is as it was."""
    return (health.latches, health.active_since, in_force) == (
        old.latches,
        old.active_since,
        _in_force(old),
    ) and (health.at is None) is (old.at is None)


def _sight(whole: Graph, graph: Graph, parts: Sequence[Part]) -> bytearray:
    """Who is known here; what is measured elsewhere is not known by what it needs."""
    return sight(
        graph,
        [
            OUT_OF_SIGHT if part.own is None and whole.slots_of[node] else part
            for node, part in enumerate(parts)
        ],
    )


def _shown(
    health: Health,
    seen: Health,
    node: int,
    in_force: frozenset[Mode],
    tainted: dict[int, tuple[str, ...]],
) -> Node:
    new = show(
        seen.graph,
        node,
        None,
        parts=seen.parts,
        exposure=seen.exposures,
        known=seen.sighted,
        in_force=in_force,
        active=health.active_since,
        latches=health.latches,
        taints=tainted,
        at=0.0,
    )
    level = _honest(health.graph, node, new)
    return replace(new, level=level, since=_since(seen, node, level, health.nodes[node].since))


def _honest(whole: Graph, node: int, shown: Node) -> Shown:
    """A service without a signal from here is what it is predicted to be, or not watched; never OK."""
    if shown.own is not None or node >= whole.services:
        return shown.level
    if shown.level is Shown.UNKNOWN and not whole.slots_of[node]:
        return shown.level
    return Shown.of(shown.exposure) if shown.exposure >= Level.AT_RISK else Shown.UNMONITORED


def _since(seen: Health, node: int, level: Shown, otherwise: Instant) -> Instant:
    """Since when the signals from here are what makes it so; where none does, `otherwise`."""
    columns = seen.columns
    wanted = UNKNOWN if level.level is None else int(level.level)
    mine = [slot for slot in seen.graph.slots_of[node] if columns.committed[slot] == wanted]
    times = [columns.since[slot] for slot in mine if columns.since[slot] == columns.since[slot]]
    if not times:
        return otherwise
    return max(times) if level is Shown.OK else min(times)


def _judged(seen: Health, health: Health) -> Health:
    """What follows from the levels: coverage, impact, whom to suspect, what falls next."""
    if health.at is None:
        return seen
    graph = seen.graph
    failing = {
        graph.names[node] for node, part in enumerate(seen.parts) if part.own and part.lo >= Level.DEGRADED
    }
    known, total = coverage(graph, seen.parts)
    seen = replace(
        seen,
        known=known,
        total=total,
        impacts={
            graph.names[node]: impact(
                graph, seen.columns, seen.last, node, seen.nodes[node], None, None, health.at
            )
            for node in range(graph.services, len(graph.names))
        },
        suspects=tuple(
            replace(each, explains=tuple(name for name in each.explains if name in failing))
            for each in health.suspects
            if each.service in failing
        ),
        broken=tuple(each for each in health.broken if {each.service, each.suspect} <= failing),
    )
    course = spread(replace(seen, moments=(moment(seen, health.at),)))
    course = replace(course, verdict=Verdict.CANNOT_TELL, new=(), crossed=(), settles_at=None)
    seen = replace(seen, spread=course)
    return replace(seen, severity=suggest(seen))
