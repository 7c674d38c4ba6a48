"""Rules D (latch, taint), E, F and G once more, by fixpoints that run until nothing moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cockpit.core.levels import Integrity, Level, Shown
from cockpit.core.model import Capability, Criticality, Degradation, Dependency, Model, Service
from cockpit.core.poll import Poll

from .reference_own import Measured

Mode = tuple[str, str]
SOFT = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2}
HARD = {0: 0, 1: 0, 2: 2, 3: 3, 4: 4}


def edges_of(node: Service | Capability) -> tuple[Dependency, ...]:
    return node.depends_on if isinstance(node, Service) else node.requires


def every_node(model: Model) -> list[Service | Capability]:
    return [*model.services, *model.capabilities]


def is_on(owner: str, state: Degradation, poll: Poll) -> bool:
    flag = state.flag
    return (
        state.auto
        or (flag is not None and flag.key in poll.flags and poll.flags[flag.key] == flag.value)
        or (owner, state.name) in poll.modes
    )


def active_modes(model: Model, before: Mapping[Mode, float], poll: Poll) -> dict[Mode, float]:
    """Which are active, and since which poll."""
    return {
        (node.name, state.name): before.get((node.name, state.name), poll.at)
        for node in every_node(model)
        for state in node.degradations
        if is_on(node.name, state, poll)
    }


def capping(model: Model, active: Mapping[Mode, float], at: float) -> set[Mode]:
    # Reading: "past" its `max_duration` is later than; at the very second it still caps.
    return {
        (node.name, state.name)
        for node in every_node(model)
        for state in node.degradations
        if (node.name, state.name) in active
        and (
            state.auto
            or state.max_duration is None
            or at - active[(node.name, state.name)] <= state.max_duration
        )
    }


@dataclass(frozen=True)
class Edges:
    """Rules E: what each edge says, with some fallbacks in force."""

    model: Model
    in_force: set[Mode]

    def passes(self, owner: str, edge: Dependency, level_of: Callable[[str], int], trusting: bool) -> int:
        """`trusting`: unreviewed edges speak in full, as they do where they only explain."""
        levels = sorted(level_of(member) for member in edge.members)
        table = {Criticality.HARD: HARD, Criticality.SOFT: SOFT}.get(edge.criticality)
        if table is None:
            return Level.OK
        if not edge.any_of:
            result = table[levels[0]]
        else:
            picked = levels[edge.need - 1] if edge.need <= len(levels) else int(Level.DOWN)
            result = table[picked]
            if picked <= Level.AT_RISK and levels[-1] >= Level.DEGRADED:
                result = int(Level.AT_RISK)
        for node in every_node(self.model):
            for state in node.degradations:
                mode = (node.name, state.name)
                if mode == (edge.fallback_of or owner, edge.fallback) and mode in self.in_force:
                    result = min(result, state.level)
        return result if edge.reviewed or trusting else min(result, Level.AT_RISK)

    def fixpoint(self, lo: Mapping[str, int], trusting: bool = False) -> dict[str, int]:
        """Rule F: exposure of every node."""
        exposure = {node.name: 0 for node in every_node(self.model)}
        while True:
            worst = {name: max(lo[name], exposure[name]) for name in exposure}
            after = {
                node.name: max(
                    (self.passes(node.name, edge, worst.__getitem__, trusting) for edge in edges_of(node)),
                    default=0,
                )
                for node in every_node(self.model)
            }
            if after == exposure:
                return exposure
            exposure = after


def known_nodes(model: Model, own: Mapping[str, Measured]) -> set[str]:
    """Rule G: the least fixpoint of "somebody can tell"."""
    known = {name for name, part in own.items() if part.has_signals and not part.unknown}
    while True:
        more = {
            node.name
            for node in every_node(model)
            if not own[node.name].has_signals and _stands_on(edges_of(node), known)
        }
        if more <= known:
            return known
        known |= more


def _stands_on(edges: Iterable[Dependency], known: set[str]) -> bool:
    hard = [edge for edge in edges if edge.criticality is Criticality.HARD]
    return bool(hard) and all(
        sum(member in known for member in edge.members) >= (edge.need if edge.any_of else 1) for edge in hard
    )


def shown(part: Measured, exposure: int, known: bool, has_edges: bool, marred: bool) -> Shown:
    """Rule G. `marred`: integrity breached, or tainted."""
    level = _level(part, exposure, known, has_edges)
    return Shown.AT_RISK if marred and level is Shown.OK else level


def _level(part: Measured, exposure: int, known: bool, has_edges: bool) -> Shown:
    if not part.has_signals:
        if not has_edges:
            return Shown.UNMONITORED
        return Shown.UNKNOWN if exposure <= Level.AT_RISK and not known else Shown.of(Level(exposure))
    if part.lo >= Level.DEGRADED:
        return Shown.of(Level(part.lo))
    # Reading: a capability whose measure is not known is like a service whose own health is unknown.
    if part.unknown:
        return Shown.UNKNOWN
    return Shown.AT_RISK if exposure >= Level.AT_RISK else Shown.of(Level(part.lo))


def readers_of(model: Model, source: str) -> set[str]:
    feeds = {service.name: service.feeds for service in model.services}
    found: set[str] = set()
    wave = set(feeds[source])
    while wave - found:
        found |= wave
        wave = {reader for name in wave for reader in feeds[name]}
    # Reading: a source that reads its own data round a cycle is breached, not tainted by itself.
    return found - {source}


def integrity_shown(part: Measured, breached: bool, tainted: bool) -> Integrity:
    if breached:
        return Integrity.BREACHED
    if tainted:
        return Integrity.SUSPECT
    return part.integrity
