"""Which data would be in doubt, and who reads it."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.core.health.graph import Graph
from cockpit.core.levels import Kind
from cockpit.core.model import Service
from cockpit.core.whatif.outcome import Outcome


@dataclass(frozen=True, slots=True)
class DataAtRisk:
    """What is written by `writer`, and everybody who reads it, however far, in declared order."""

    writer: str
    readers: tuple[str, ...] = ()
    checked_by: tuple[str, ...] = ()
    """Its integrity signals: without one nobody would notice wrong data."""
    reconciled: bool = False
    """Something says when the data is right again."""


def data_at_risk(graph: Graph, asked: Outcome) -> tuple[DataAtRisk, ...]:
    """For each chosen one that somebody reads from, or that has integrity signals."""
    found = []
    for name in asked.chosen:
        node = graph.index[name]
        declared = graph.declared(node)
        if not isinstance(declared, Service):
            continue
        checks = tuple(each.name for each in declared.signals if each.kind is Kind.INTEGRITY)
        readers = _readers(graph, node)
        if checks or readers:
            found.append(DataAtRisk(name, readers, checks, declared.reconciled_when is not None))
    return tuple(found)


def _readers(graph: Graph, source: int) -> tuple[str, ...]:
    found: set[int] = set()
    wave = [source]
    while wave:
        for reader in graph.readers[wave.pop()]:
            if reader not in found:
                found.add(reader)
                wave.append(reader)
    return tuple(graph.names[node] for node in sorted(found - {source}))
