"""The level that is shown for a node: rules G. Never OK while unknown or exposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from cockpit.core.health.edges import suffered, uncapped
from cockpit.core.health.fallbacks import Mode
from cockpit.core.health.graph import Edge, Graph
from cockpit.core.health.integrity import integrity_shown
from cockpit.core.health.state import Latch, Node, Part
from cockpit.core.levels import Instant, Integrity, Level, Shown
from cockpit.core.model import Criticality


def sight(graph: Graph, parts: Sequence[Part]) -> bytearray:
    """1 for each node that is *known*: measured and not unknown, or standing on known services alone.

    A least fixpoint: a cycle of unmeasured services, or one with soft edges only, stays unknown.
    """
    known = bytearray(part.own is not None and not part.unknown for part in parts)
    waiting = [node for node, part in enumerate(parts) if part.own is None]
    while True:
        found = [node for node in waiting if _stands_on_known(graph, known, node)]
        if not found:
            return known
        for node in found:
            known[node] = 1
        waiting = [node for node in waiting if not known[node]]


def _stands_on_known(graph: Graph, known: bytearray, node: int) -> bool:
    hard = [edge for edge in graph.edges[node] if edge.dependency.criticality is Criticality.HARD]
    return bool(hard) and all(_leads_to_known(edge, known) for edge in hard)


def _leads_to_known(edge: Edge, known: bytearray) -> bool:
    seen = sum(known[member] for member in edge.members)
    return seen >= (edge.dependency.need if edge.dependency.any_of else 1)


def show(
    graph: Graph,
    node: int,
    before: Node | None,
    *,
    parts: Sequence[Part],
    exposure: Sequence[int],
    known: bytearray,
    in_force: Set[Mode],
    active: Mapping[Mode, Instant],
    latches: Mapping[str, Latch],
    taints: Mapping[int, tuple[str, ...]],
    at: Instant,
) -> Node:
    """The node as people see it; `before` itself when nothing about it has changed."""
    part, name = parts[node], graph.names[node]
    tainted_by = taints.get(node, ())
    integrity = integrity_shown(part.integrity, name in latches, bool(tainted_by))
    level = _level(part, Level(exposure[node]), bool(known[node]), bool(graph.edges[node]))
    if level is Shown.OK and (integrity is Integrity.BREACHED or tainted_by):
        level = Shown.AT_RISK
    after = Node(
        name=name,
        level=level,
        own=part.own,
        exposure=Level(exposure[node]),
        classes=part.classes,
        integrity=integrity,
        tainted_by=tainted_by,
        since=before.since if before and before.level is level else at,
        onset=part.onset,
        flapping=part.flapping,
        idle=part.idle,
        degradation=_mode_shown(graph, node, parts, exposure, active),
        contradiction=_contradiction(graph, node, parts, exposure, in_force),
        stale=part.stale,
    )
    return before if after == before and before is not None else after


def _level(part: Part, exposure: Level, known: bool, has_edges: bool) -> Shown:
    if part.own is None:
        if not has_edges:
            return Shown.UNMONITORED
        return Shown.of(exposure) if known or exposure > Level.AT_RISK else Shown.UNKNOWN
    if part.lo >= Level.DEGRADED:
        return Shown.of(part.lo)
    if part.unknown:
        return Shown.UNKNOWN
    return Shown.AT_RISK if exposure >= Level.AT_RISK else Shown.of(part.lo)


def _contradiction(
    graph: Graph, node: int, parts: Sequence[Part], exposure: Sequence[int], in_force: Set[Mode]
) -> str | None:
    """Measured fine although something it cannot do without is broken."""
    part = parts[node]
    if part.own is None or part.unknown or part.lo > Level.AT_RISK or exposure[node] < Level.DEGRADED:
        return None

    def level_of(member: int) -> int:
        return max(parts[member].lo, exposure[member])

    hard = (edge for edge in graph.edges[node] if edge.dependency.criticality is Criticality.HARD)
    worst = max(hard, key=lambda edge: suffered(edge, level_of, in_force), default=None)
    if worst is None or suffered(worst, level_of, in_force) < Level.DEGRADED:
        return None
    named = " and ".join(graph.names[member] for member in worst.members)
    badness = Level(max(level_of(member) for member in worst.members)).name.replace("_", " ")
    verb = "are" if len(worst.members) > 1 else "is"
    return f"measured fine although {named} {verb} {badness}: fallback, wrong edge, or blind signal?"


def _mode_shown(
    graph: Graph,
    node: int,
    parts: Sequence[Part],
    exposure: Sequence[int],
    active: Mapping[Mode, Instant],
) -> str | None:
    """The worst degraded mode that is on. An `auto` one is always on, so it shows only when it carries."""

    def level_of(member: int) -> int:
        return max(parts[member].lo, exposure[member])

    name = graph.names[node]
    carried = {
        edge.fallback[1].name
        for edge in graph.edges[node]
        if edge.fallback and uncapped(edge, level_of) > edge.fallback[1].level
    }
    on = [
        state
        for state in graph.declared(node).degradations
        if (name, state.name) in active and (not state.auto or state.name in carried)
    ]
    return max(on, key=lambda state: state.level).name if on else None
