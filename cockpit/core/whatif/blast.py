"""Who is hurt, and how badly, when one service is not well and all others are: rules H, over E and F."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Set
from typing import Final, TypeAlias

from cockpit.core.health.edges import suffered
from cockpit.core.health.fallbacks import Mode, every_mode
from cockpit.core.health.graph import Graph, compile_graph
from cockpit.core.levels import Level
from cockpit.core.model import Model
from cockpit.core.slots import Slots

LEVELS: Final = tuple(Level)
Levels: TypeAlias = Mapping[str, Level]
"""By name of a service or capability; who is not in it is OK."""


def graph_alone(model: Model) -> Graph:
    """Who needs whom, without the slots that only polls fill: sooner there, and enough to ask what if."""
    return compile_graph(model, Slots((), (), {}))


def blast_radius(graph: Graph, chosen: Levels, in_force: Set[Mode]) -> dict[str, Level]:
    """Everybody else who would not be OK, in declared order; `chosen` themselves are left out.

    `in_force`: the fallbacks that carry. An unreviewed edge raises nobody above AT_RISK, as in the picture.
    Costs what is hurt, not the size of the model. For every service at once see `core.whatif.every`.
    Raises KeyError for a name that nobody declared.
    """
    own = {graph.index[name]: int(level) for name, level in chosen.items()}
    return named(graph, own, exposure(graph, own, in_force))


def named(graph: Graph, own: Mapping[int, int], predicted: Mapping[int, int]) -> dict[str, Level]:
    """By name, in declared order, without `own`."""
    return {graph.names[node]: LEVELS[level] for node, level in sorted(predicted.items()) if node not in own}


def exposure(graph: Graph, own: Mapping[int, int], in_force: Set[Mode]) -> dict[int, int]:
    """By node number: the least fixpoint of rule F over those above OK; only `own` are measured so."""
    found: dict[int, int] = {}

    def level_of(node: int) -> int:
        return max(own.get(node, 0), found.get(node, 0))

    queue = deque(_needing(graph, own))
    waiting = set(queue)
    while queue:
        node = queue.popleft()
        waiting.discard(node)
        worst = max((suffered(edge, level_of, in_force) for edge in graph.edges[node]), default=0)
        if worst > found.get(node, 0):
            found[node] = worst
            for dependent in graph.dependents[node]:
                if dependent not in waiting:
                    waiting.add(dependent)
                    queue.append(dependent)
    return found


def by_themselves(graph: Graph) -> frozenset[Mode]:
    """The fallbacks that carry when nobody acts."""
    return frozenset((owner, state.name) for owner, state in every_mode(graph) if state.auto)


def _needing(graph: Graph, nodes: Iterable[int]) -> dict[int, None]:
    return dict.fromkeys(dependent for node in nodes for dependent in graph.dependents[node])
