"""What comes of it twice: nobody acts, and every kill switch that helps is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cockpit.core.health.edges import suffered, uncapped
from cockpit.core.health.fallbacks import Mode, every_mode, same
from cockpit.core.health.graph import Edge, Graph
from cockpit.core.levels import Level
from cockpit.core.model import Degradation, KillSwitch
from cockpit.core.whatif.blast import Levels, by_themselves, exposure, named

How: TypeAlias = Literal["itself", "switch", "hand", "flag", "condition"]
"""What makes a fallback carry: nobody has to do anything; a kill switch; a person says that it does; a flag
that is no kill switch; something that cockpit only watches for."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A degraded mode on the way of the failure, and for whom it would carry."""

    owner: str
    mode: Degradation
    how: How
    switch: KillSwitch | None = None
    whom: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`nobody` and `acted` leave the chosen ones out; who is in neither stays OK."""

    chosen: Levels
    nobody: Levels
    acted: Levels
    switches: tuple[KillSwitch, ...] = ()
    """As few as do all that switches can do here."""
    carried: tuple[Carried, ...] = ()
    """Fallbacks that matter here, in declared order: those that carry by themselves, then the others."""


def outcome(graph: Graph, chosen: Levels) -> Outcome:
    """Raises KeyError for a name that nobody declared."""
    own = {graph.index[name]: int(level) for name, level in chosen.items()}
    automatic = by_themselves(graph)
    turned = {mode: switch for mode, switch in _moved(graph)}
    everything = automatic | turned.keys()
    quiet = exposure(graph, own, automatic)
    best = exposure(graph, own, everything)
    needed = _needed(graph, own, best, everything)
    switches = {turned[mode].key: turned[mode] for mode in turned if mode in needed}
    return Outcome(
        chosen,
        named(graph, own, quiet),
        # Those that are needed do all that all together can: see `_needed`.
        named(graph, own, best),
        tuple(switches.values()),
        tuple(_carried(graph, own, quiet, turned)),
    )


def _moved(graph: Graph) -> Iterator[tuple[Mode, KillSwitch]]:
    """Degraded modes that a kill switch turns on; of several switches with one key, the first."""
    switches: dict[str, KillSwitch] = {}
    for switch in graph.model.kill_switches:
        switches.setdefault(switch.key, switch)
    for owner, mode in every_mode(graph):
        found = switches.get(mode.flag.key) if mode.flag and not mode.auto else None
        if found and mode.flag and same(found.kill, mode.flag.value):
            yield (owner, mode.name), found


def _needed(
    graph: Graph, own: Mapping[int, int], predicted: Mapping[int, int], in_force: Set[Mode]
) -> set[Mode]:
    """Those of `in_force` without which somebody would be worse off than `predicted` with all of them.

    They are enough by themselves: with all others taken away at once, the levels are a fixpoint still, and
    the least one, because less is in force. So this is the one smallest set.
    """

    def level_of(node: int) -> int:
        return max(own.get(node, 0), predicted.get(node, 0))

    nothing: frozenset[Mode] = frozenset()
    return {
        mode
        for edge, mode in _on_the_way(graph, {*own, *predicted})
        if mode in in_force and suffered(edge, level_of, nothing) > level_of(edge.dependent)
    }


def _carried(
    graph: Graph, own: Mapping[int, int], predicted: Mapping[int, int], turned: Mapping[Mode, KillSwitch]
) -> Iterator[Carried]:
    """Each that would soften what reaches its edge when nobody acts, with whom it would carry."""

    def level_of(node: int) -> int:
        return max(own.get(node, 0), predicted.get(node, 0))

    whom: dict[Mode, dict[str, None]] = {}
    modes: dict[Mode, Degradation] = {}
    for edge, mode in _on_the_way(graph, {*own, *predicted}):
        assert edge.fallback is not None
        softened = uncapped(edge, level_of) > edge.fallback[1].level
        if softened and edge.dependent not in own:
            modes[mode] = edge.fallback[1]
            whom.setdefault(mode, {})[graph.names[edge.dependent]] = None
    found = [
        Carried(mode[0], modes[mode], _how(modes[mode], turned.get(mode)), turned.get(mode), tuple(names))
        for mode, names in whom.items()
    ]
    yield from sorted(found, key=lambda each: each.how != "itself")


def _how(mode: Degradation, switch: KillSwitch | None) -> How:
    if mode.auto:
        return "itself"
    if switch:
        return "switch"
    if mode.manual:
        return "hand"
    return "flag" if mode.flag else "condition"


def _on_the_way(graph: Graph, hurt: Set[int]) -> Iterator[tuple[Edge, Mode]]:
    """Edges with a fallback into what is hurt, also of those whom it keeps well."""
    reached = {dependent for node in hurt for dependent in graph.dependents[node]}
    for node in sorted(reached):
        for edge in graph.edges[node]:
            if edge.fallback is not None:
                yield edge, (edge.fallback[0], edge.fallback[1].name)


def severest(levels: Levels) -> Level:
    return max(levels.values(), default=Level.OK)
