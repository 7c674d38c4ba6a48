"""Breaches that last until they are put right, and whom they taint: the data half of rules D."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cockpit.core.health.graph import Graph
from cockpit.core.health.state import Latch, Part
from cockpit.core.levels import Instant, Integrity


def latched(
    graph: Graph, parts: Sequence[Part], before: Mapping[str, Latch], reconciled: Iterable[str], at: Instant
) -> Mapping[str, Latch]:
    """Breaches in force: those measured now, and old ones that nobody has reconciled since.

    Duplicates do not vanish when the writer stops, so a breach outlives the signal that showed it.
    """
    settled = set(reconciled)
    found: dict[str, Latch] = {}
    for name, latch in before.items():
        node = graph.index.get(name)
        if node is not None and name not in settled and parts[node].integrity is not Integrity.BREACHED:
            found[name] = latch
    for node in range(graph.services):
        if parts[node].integrity is Integrity.BREACHED:
            name = graph.names[node]
            first = before[name].first if name in before else at
            found[name] = Latch(first, at)
    return before if found == before else found


def taints(graph: Graph, breached: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """By node, the breached services whose data it reads, at first hand or through others."""
    found: dict[int, list[str]] = {}
    for name in sorted(breached):
        source = graph.index[name]
        reached = {source}
        queue = [source]
        while queue:
            for reader in graph.readers[queue.pop()]:
                if reader not in reached:
                    reached.add(reader)
                    queue.append(reader)
        for reader in reached - {source}:
            found.setdefault(reader, []).append(name)
    return {node: tuple(names) for node, names in found.items()}


def integrity_shown(measured: Integrity, is_latched: bool, is_tainted: bool) -> Integrity:
    """A latch is BREACHED; a taint is SUSPECT at least, also where nothing was known."""
    if is_latched:
        return Integrity.BREACHED
    if is_tainted and measured is not Integrity.BREACHED:
        return Integrity.SUSPECT
    return measured
