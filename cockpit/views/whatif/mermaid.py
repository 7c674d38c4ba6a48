"""The answer as a Mermaid graph: who is hurt through whom, without and with kill switches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.health.edges import uncapped
from cockpit.core.levels import Level
from cockpit.core.whatif.answer import Answer
from cockpit.views.export.escape import mermaid
from cockpit.views.whatif.words import title_of, word

MOST: Final = 200
"""Boxes that a picture can hold; the least hurt are left out, and it says so."""
COLOURS: Final = {
    Level.AT_RISK: "fill:#fff3bf,stroke:#b08800,color:#000",
    Level.DEGRADED: "fill:#ffd8a8,stroke:#d9480f,color:#000",
    Level.FAILING: "fill:#ffa8a8,stroke:#c92a2a,color:#000",
    Level.DOWN: "fill:#c92a2a,stroke:#7a1515,color:#fff",
}


def lines(answer: Answer) -> Iterator[str]:
    """Names are only ever labels, with every odd character as a code: nothing in them is syntax."""
    asked = answer.outcome
    chosen = list(asked.chosen)
    hurt = sorted(asked.nobody, key=lambda name: -asked.nobody[name])
    shown = [*chosen, *hurt[: max(0, MOST - len(chosen))]]
    ids = {name: f"n{at}" for at, name in enumerate(shown)}
    yield "graph BT"
    for name in shown:
        yield f'    {ids[name]}["{mermaid(_label(answer, name))}"]'
    if len(hurt) + len(chosen) > len(shown):
        yield f'    rest["{mermaid(f"and {len(hurt) + len(chosen) - len(shown):,} more")}"]'
    yield from _ways(answer, ids)
    for level, colour in COLOURS.items():
        mine = [ids[name] for name in shown if _level(answer, name) is level]
        if mine:
            yield f"    classDef {level.name} {colour}"
            yield f"    class {','.join(mine)} {level.name}"


def _level(answer: Answer, name: str) -> Level:
    return answer.outcome.chosen.get(name) or answer.outcome.nobody.get(name, Level.OK)


def _label(answer: Answer, name: str) -> str:
    level, after = _level(answer, name), answer.outcome.acted.get(name, Level.OK)
    better = name not in answer.outcome.chosen and after is not level
    calmer = f", with switches {word(after)}" if better else ""
    return f"{title_of(answer, name)}: {word(level)}{calmer}"


def _ways(answer: Answer, ids: dict[str, str]) -> Iterator[str]:
    """Each edge along which something comes; dotted where it is softened."""
    graph = answer.graph

    def level_of(node: int) -> int:
        return _level(answer, graph.names[node])

    for name in ids:
        for edge in graph.edges[graph.index[name]]:
            passed = uncapped(edge, level_of)
            for member in edge.members:
                needed = graph.names[member]
                if passed and needed in ids and level_of(member) >= Level.DEGRADED:
                    arrow = "-.->" if passed < level_of(member) else "-->"
                    yield f"    {ids[needed]} {arrow} {ids[name]}"
