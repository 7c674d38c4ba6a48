"""What is missing for the night when it happens, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cockpit.core.health.edges import uncapped
from cockpit.core.health.graph import Edge, Graph
from cockpit.core.levels import Level
from cockpit.core.model import Capability, Criticality, Service
from cockpit.core.rehearsal.grades import Grade
from cockpit.core.whatif.books import Way
from cockpit.core.whatif.data import DataAtRisk
from cockpit.core.whatif.noticing import Noticing
from cockpit.core.whatif.outcome import Outcome
from cockpit.core.whatif.people import People

Missing: TypeAlias = Literal[
    "no review",
    "no owner",
    "no contact",
    "no signal",
    "no runbook",
    "no rollback",
    "no fallback",
    "never rehearsed",
    "stale rehearsal",
    "only walked",
    "no expected time",
    "over its time",
    "no time limit",
    "no integrity signal",
    "no workaround",
]


@dataclass(frozen=True, slots=True)
class Gap:
    """`of`: the service, capability, team or runbook that lacks it; `beside`: what else belongs to it."""

    missing: Missing
    of: str
    beside: tuple[str, ...] = ()


def gaps(
    graph: Graph,
    asked: Outcome,
    noticed: Noticing,
    who: People,
    data: Iterable[DataAtRisk],
    ways: tuple[Way, ...],
) -> tuple[Gap, ...]:
    found = [
        *_unreviewed(graph, asked),
        *(Gap("no owner", name) for name in who.unowned),
        *(Gap("no contact", team) for team in who.unreachable),
        *_signals(graph, asked, noticed),
        *_runbooks(asked, ways),
        *_fallbacks(graph, asked),
        *_modes(asked),
        *(Gap("no integrity signal", each.writer, each.readers) for each in data if _is_blind(each)),
        *_hurt(graph, asked),
    ]
    return tuple(dict.fromkeys(found))


def _unreviewed(graph: Graph, asked: Outcome) -> Iterator[Gap]:
    """By whom it would come along edges that nobody has confirmed: there the answer itself is in doubt."""
    found: dict[str, list[str]] = {}
    for name in asked.nobody:
        for edge in graph.edges[graph.index[name]]:
            if edge.dependency.reviewed or _passes(graph, asked, edge) < Level.DEGRADED:
                continue
            for member in edge.members:
                if _level(graph, asked, member) >= Level.DEGRADED:
                    found.setdefault(graph.names[member], []).append(name)
    yield from (Gap("no review", name, tuple(dict.fromkeys(whom))) for name, whom in found.items())


def _signals(graph: Graph, asked: Outcome, noticed: Noticing) -> Iterator[Gap]:
    seen = {notice.node for notice in noticed.own}
    for name in asked.chosen:
        if name not in seen:
            yield Gap("no signal", name, tuple(notice.node for notice in noticed.others[:3]))


def _runbooks(asked: Outcome, ways: tuple[Way, ...]) -> Iterator[Gap]:
    """Only of what is for the chosen ones: what helps others through is theirs to rehearse."""
    ready = [way for way in ways if not way.draft]
    for name in asked.chosen:
        if not any(name in way.of for way in ready):
            yield Gap("no runbook", name, tuple(way.id for way in ways if way.draft and name in way.of))
    for way in ready:
        if way.no_undo:
            yield Gap("no rollback", way.id, way.no_undo)
    for way in ready:
        if way.stale:
            yield Gap("stale rehearsal", way.id)
        elif way.grade is Grade.NEVER:
            yield Gap("never rehearsed", way.id)
        elif way.grade is Grade.WALKED:
            yield Gap("only walked", way.id)
        if way.untimed:
            yield Gap("no expected time", way.id, way.untimed)
        if way.over_budget:
            yield Gap("over its time", way.id)


def _fallbacks(graph: Graph, asked: Outcome) -> Iterator[Gap]:
    """Hard edges from a higher tier that nothing softens, along which it would come."""
    for name in asked.nobody:
        node = graph.index[name]
        own = graph.declared(node).tier
        for edge in graph.edges[node]:
            declared = edge.dependency
            if declared.criticality is not Criticality.HARD or declared.fallback or not declared.reviewed:
                continue
            if tier_needed(graph, edge) > own and _passes(graph, asked, edge) >= Level.DEGRADED:
                yield Gap("no fallback", name, tuple(graph.names[member] for member in edge.members))


def tier_needed(graph: Graph, edge: Edge) -> int:
    """Of alternatives, the best that are needed count (as lint C12 does)."""
    tiers = sorted(graph.declared(member).tier for member in edge.members)
    return tiers[min(edge.dependency.need, len(tiers)) - 1]


def _passes(graph: Graph, asked: Outcome, edge: Edge) -> int:
    return uncapped(edge, lambda node: _level(graph, asked, node))


def _level(graph: Graph, asked: Outcome, node: int) -> Level:
    name = graph.names[node]
    return max(asked.nobody.get(name, Level.OK), asked.chosen.get(name, Level.OK))


def _modes(asked: Outcome) -> Iterator[Gap]:
    for each in asked.carried:
        if each.how != "itself" and each.mode.max_duration is None:
            yield Gap("no time limit", each.owner, (each.mode.name,))


def _is_blind(data: DataAtRisk) -> bool:
    return bool(data.readers) and not data.checked_by


def _hurt(graph: Graph, asked: Outcome) -> Iterator[Gap]:
    """Of what is hurt badly: whom nobody could tell, and what the business has nothing for."""
    for name, level in asked.nobody.items():
        declared = graph.declared(graph.index[name])
        if level < Level.FAILING:
            continue
        if isinstance(declared, Service) and not declared.owner:
            yield Gap("no owner", name)
        if isinstance(declared, Capability) and declared.workaround is None:
            yield Gap("no workaround", name)
