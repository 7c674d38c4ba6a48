"""The model compiled for the evaluator: numbers instead of names, edges both ways."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.core.health.rules import Rule, rule_of
from cockpit.core.model import Capability, Degradation, Dependency, Model, Service
from cockpit.core.slots import Slots


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency with its members as node numbers. `dependency` keeps the words for people."""

    dependent: int
    members: tuple[int, ...]
    dependency: Dependency
    fallback: tuple[str, Degradation] | None
    """(owner, state) that caps what this edge passes on while it is active."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes are numbered: services first, in declared order, then capabilities."""

    model: Model
    slots: Slots
    names: tuple[str, ...]
    index: Mapping[str, int]
    services: int
    """How many of the nodes are services."""
    edges: tuple[tuple[Edge, ...], ...]
    """Outgoing edges by node: what it needs."""
    dependents: tuple[tuple[int, ...], ...]
    """By node: who needs it, over any edge."""
    slots_of: tuple[tuple[int, ...], ...]
    """Slot numbers by node."""
    readers: tuple[tuple[int, ...], ...]
    """By service: the services it feeds."""
    rules: tuple[Rule, ...]
    """By slot: how its samples are judged."""
    ceiling: array[float]
    """By slot: with `floor` the closed range in which a value is OK for a slot committed OK."""
    floor: array[float]
    min_volume: array[float]
    max_age: array[float]
    template_of: array[int]
    """By slot: the number of the template it is a row of."""

    def declared(self, node: int) -> Service | Capability:
        if node < self.services:
            return self.model.services[node]
        return self.model.capabilities[node - self.services]


def compile_graph(model: Model, slots: Slots) -> Graph:
    """`model` must be consistent: every name that an edge or a feed mentions is a service."""
    nodes: tuple[Service | Capability, ...] = (*model.services, *model.capabilities)
    names = tuple(node.name for node in nodes)
    index = {name: at for at, name in enumerate(names)}
    edges = tuple(_edges(model, nodes, index, at) for at in range(len(nodes)))
    dependents: list[dict[int, None]] = [{} for _ in nodes]
    for at, outgoing in enumerate(edges):
        for edge in outgoing:
            for member in edge.members:
                dependents[member][at] = None
    slots_of: list[list[int]] = [[] for _ in nodes]
    for number, slot in enumerate(slots.slots):
        slots_of[index[slot.owner]].append(number)
    readers = tuple(tuple(index[name] for name in service.feeds) for service in model.services)
    rules = tuple(rule_of(slot) for slot in slots.slots)
    return Graph(
        model,
        slots,
        names,
        index,
        len(model.services),
        edges,
        tuple(tuple(which) for which in dependents),
        tuple(_in_declared_order(which, slots) for which in slots_of),
        readers,
        rules,
        array("d", (rule.ceiling for rule in rules)),
        array("d", (rule.floor for rule in rules)),
        array("d", (-math.inf if rule.min_volume is None else rule.min_volume for rule in rules)),
        array("d", (math.inf if rule.max_age is None else rule.max_age for rule in rules)),
        array("l", (template.number for template in slots.templates for _ in range(len(template)))),
    )


def _edges(
    model: Model, nodes: tuple[Service | Capability, ...], index: Mapping[str, int], at: int
) -> tuple[Edge, ...]:
    node = nodes[at]
    declared = node.depends_on if isinstance(node, Service) else node.requires
    return tuple(
        Edge(at, tuple(index[name] for name in each.members), each, _fallback(nodes, index, node, each))
        for each in declared
    )


def _fallback(
    nodes: tuple[Service | Capability, ...],
    index: Mapping[str, int],
    node: Service | Capability,
    dependency: Dependency,
) -> tuple[str, Degradation] | None:
    if dependency.fallback is None:
        return None
    owner = nodes[index[dependency.fallback_of]] if dependency.fallback_of else node
    states = {state.name: state for state in owner.degradations}
    return owner.name, states[dependency.fallback]


def _in_declared_order(numbers: list[int], slots: Slots) -> tuple[int, ...]:
    """Templates shuffle the signals of a service; people expect them as written. Sources stay together."""
    if len(numbers) < 2:
        return tuple(numbers)
    return tuple(sorted(numbers, key=lambda number: slots.slots[number].position))
