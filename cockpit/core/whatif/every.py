"""The blast radius of every service at once: each bit of a number stands for one service that fails alone.

Asked one after the other, 5,000 services that mostly lean on each other cost 5,000 walks over the graph. Here
one walk answers all: what holds for a node is a set of those whose failure makes it so, and an edge joins
such sets. The answers are the same as those of `core.whatif.blast`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, TypeAlias

from cockpit.core.health.fallbacks import Mode
from cockpit.core.health.graph import Edge, Graph
from cockpit.core.levels import Level
from cockpit.core.model import Criticality

Sources: TypeAlias = int
"""A set of services as a number: bit n is service n of the graph."""
Reached: TypeAlias = tuple[Sources, Sources, Sources, Sources]
"""Whose failure brings a node to at least AT_RISK, DEGRADED, FAILING, DOWN."""
NOBODY: Final[Reached] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Everybody:
    """What each service, when it alone is at `level`, would do to all the others."""

    graph: Graph
    level: Level
    reached: tuple[Reached, ...]
    """By node."""

    def radius(self, service: str) -> dict[str, Level]:
        """As `blast_radius` gives it, in declared order."""
        source = self.graph.index[service]
        bit = 1 << source
        found = {}
        for node, sets in enumerate(self.reached):
            if node != source and sets[0] & bit:
                found[self.graph.names[node]] = Level(sum(bool(each & bit) for each in sets))
        return found

    def sizes(self, least: Level = Level.DEGRADED) -> list[int]:
        """By service number: how many others, capabilities too, it would bring to at least `least`."""
        return self.weighed(lambda node: 1, least)

    def weighed(self, weight: Callable[[int], int], least: Level = Level.DEGRADED) -> list[int]:
        """The same, where node n counts `weight(n)`: a whole number, 0 or more."""
        count = self.graph.services
        planes: list[Sources] = []
        for node, sets in enumerate(self.reached):
            others = sets[least - 1] & ~(1 << node)
            for place in range(weight(node).bit_length() if others else 0):
                if weight(node) >> place & 1:
                    _add(planes, place, others)
        digits = [format(plane, f"0{count}b")[::-1] for plane in planes]
        return [
            sum(1 << place for place, each in enumerate(digits) if each[at] == "1") for at in range(count)
        ]


def everybody(graph: Graph, in_force: Set[Mode], level: Level = Level.DOWN) -> Everybody:
    """`in_force`: the fallbacks that carry."""
    count = len(graph.names)
    reached: list[Reached] = [NOBODY] * count
    worst: list[Reached] = [
        _own(1 << node, level) if node < graph.services else NOBODY for node in range(count)
    ]
    queue = deque(_leaves_first(graph))
    waiting = set(queue)
    while queue:
        node = queue.popleft()
        waiting.discard(node)
        after = NOBODY
        for edge in graph.edges[node]:
            after = _either(after, _passed(edge, worst, in_force))
        if after == reached[node]:
            continue
        reached[node] = after
        worst[node] = _either(after, _own(1 << node, level) if node < graph.services else NOBODY)
        for dependent in graph.dependents[node]:
            if dependent not in waiting:
                waiting.add(dependent)
                queue.append(dependent)
    return Everybody(graph, level, tuple(reached))


def _own(bit: Sources, level: Level) -> Reached:
    one, two, three, four = (bit if level >= each else 0 for each in (1, 2, 3, 4))
    return one, two, three, four


def _either(one: Reached, other: Reached) -> Reached:
    return one[0] | other[0], one[1] | other[1], one[2] | other[2], one[3] | other[3]


def _passed(edge: Edge, worst: Sequence[Reached], in_force: Set[Mode]) -> Reached:
    """Rules E on sets."""
    declared = edge.dependency
    if declared.criticality is Criticality.NONE:
        return NOBODY
    picked, any_hurt = worst[edge.members[0]], 0
    if declared.any_of:
        picked = _picked(edge, worst)
        for member in edge.members:
            any_hurt |= worst[member][1]
    if declared.criticality is Criticality.HARD:
        passed = (picked[1] | any_hurt, picked[1], picked[2], picked[3])
    else:
        passed = (picked[1] | any_hurt, picked[2], 0, 0)
    return _at_most(passed, _cap(edge, in_force))


def _picked(edge: Edge, worst: Sequence[Reached]) -> Reached:
    """The n-th best of several is at level x or worse when too few are better than x."""
    spare = len(edge.members) - edge.dependency.need
    sets = [worst[member] for member in edge.members]
    one, two, three, four = (_more_than(spare, [each[at] for each in sets]) for at in range(4))
    return one, two, three, four


def _more_than(spare: int, sets: Sequence[Sources]) -> Sources:
    """Those that are in more than `spare` of the sets."""
    in_at_least: list[Sources] = [0] * (spare + 2)
    in_at_least[0] = -1
    for each in sets:
        for count in range(spare + 1, 0, -1):
            in_at_least[count] |= in_at_least[count - 1] & each
    return in_at_least[spare + 1]


def _cap(edge: Edge, in_force: Set[Mode]) -> int:
    cap = int(Level.DOWN) if edge.dependency.reviewed else int(Level.AT_RISK)
    if edge.fallback is not None and (edge.fallback[0], edge.fallback[1].name) in in_force:
        return min(cap, edge.fallback[1].level)
    return cap


def _at_most(passed: Reached, cap: int) -> Reached:
    one, two, three, four = (each if cap > at else 0 for at, each in enumerate(passed))
    return one, two, three, four


def _add(planes: list[Sources], place: int, sources: Sources) -> None:
    """One more for each of `sources`, `place` digits up: `planes` are the binary digits of all counts."""
    while sources:
        while len(planes) <= place:
            planes.append(0)
        planes[place], sources = planes[place] ^ sources, planes[place] & sources
        place += 1


def _leaves_first(graph: Graph) -> list[int]:
    """Nodes after what they need, as far as there are no cycles: then each is computed about once."""
    left = [sum(len(edge.members) for edge in edges) for edges in graph.edges]
    users: Mapping[int, list[int]] = _users(graph)
    order = [node for node, count in enumerate(left) if not count]
    for node in order:
        for user in users.get(node, ()):
            left[user] -= 1
            if not left[user]:
                order.append(user)
    placed = set(order)
    return order + [node for node in range(len(graph.names)) if node not in placed]


def _users(graph: Graph) -> Mapping[int, list[int]]:
    """By node: who needs it, once for each edge."""
    found: dict[int, list[int]] = {}
    for edges in graph.edges:
        for edge in edges:
            for member in edge.members:
                found.setdefault(member, []).append(edge.dependent)
    return found
