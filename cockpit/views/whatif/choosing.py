"""Which one to ask about: every service by what it would do to others if it were DOWN."""

from __future__ import annotations

from typing import Final

from cockpit.core.health.graph import Graph
from cockpit.core.levels import Level
from cockpit.core.whatif.blast import by_themselves
from cockpit.core.whatif.every import everybody
from cockpit.text import plural
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

TITLE: Line = (Span("What if one of these is DOWN?", Tone.STRONG), Span("  enter asks", Tone.DIM))
MOST: Final = 200
"""Services in the list; whoever means another one types its name."""


def choosing(graph: Graph) -> tuple[Section, ...]:
    """Those that hurt most first, by tier weight; nobody has to act for what this counts."""
    every = everybody(graph, by_themselves(graph), Level.DOWN)
    sizes = every.sizes()
    weights = every.weighed(lambda node: round(graph.model.weight(graph.declared(node).tier)))
    order = sorted(range(graph.services), key=lambda node: (-weights[node], -sizes[node], graph.names[node]))
    rows = tuple(_row(graph, node, sizes[node]) for node in order[:MOST])
    left = graph.services - len(rows)
    note = f"and {left:,} more: press : and type what-if NAME" if left > 0 else ""
    note = note if rows else "No service is declared."
    columns = (Column(least=12), Column(right=True, title="would hurt"), Column(title="tier"))
    return (Section("Which one", columns, rows, line(note, Tone.DIM), head=True),)


def _row(graph: Graph, node: int, size: int) -> Row:
    hurt = line(plural(size, "other") if size else "nobody", Tone.PLAIN if size else Tone.DIM)
    name, tier = graph.names[node], str(graph.declared(node).tier)
    return Row((line(name), hurt, line(tier, Tone.DIM)), name, "node")
