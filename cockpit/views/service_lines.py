"""A row of the list of services as a line: what fits, and what goes first when it does not."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.health.state import Node
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.text import join_names, short_age
from cockpit.views import clusters, facts, words
from cockpit.views.layout import GAP, choose, pad
from cockpit.views.lines import Line, Span, Tone, line
from cockpit.views.services import RowKind, ServiceRow
from cockpit.views.wrong import ways

LEVEL_WIDTH = 12
SIGNAL_WIDTH = 26
SINCE_WIDTH = 4
OVERLAY_WIDTH = 22
OWNER_WIDTH = 14
TIER_WIDTH = 4
NAME_MOST = 48
"""However wide the screen: a level must stand near the name that it belongs to."""


def sizes(width: int) -> tuple[int, ...]:
    """Cells for name, level, main signal, age, overlays, owner, tier; 0 where it does not fit."""
    fixed = [LEVEL_WIDTH, SIGNAL_WIDTH, SINCE_WIDTH, OVERLAY_WIDTH, OWNER_WIDTH, TIER_WIDTH]
    least = 22
    for at in (5, 4, 3, 1):  # tier goes first, then owner, overlays, main signal
        if least + sum(fixed) + GAP * sum(1 for size in fixed if size) <= width:
            break
        fixed[at] = 0
    name = width - sum(fixed) - GAP * sum(1 for size in fixed if size)
    return min(max(8, name), NAME_MOST), *fixed


def draw(state: State, row: ServiceRow, now: Instant, width: int) -> Line:
    """One row as a line of at most `width` cells: glyph, name, level, main signal, age, overlays, owner."""
    if row.kind is RowKind.HEADER:
        fold = "▸ " if row.folded else "▾ "
        head = (Span(fold, Tone.DIM), Span(row.glyph, row.tone), Span(f" {row.name}", Tone.TITLE))
        return pad((*head, Span(f"  {row.level}", Tone.DIM)), width)
    name = (Span("  " * row.depth), Span(row.glyph, row.tone), Span(f" {row.name}"))
    known = row.node is not None and row.key in state.health.graph.index
    cells: tuple[Line, ...] = (
        name,
        (words.state_span(row.node),) if row.node else line(row.level, row.tone),
        _what(state, row.node) if known and row.node else line(row.failure),
        line(short_age(now - row.since) if row.since is not None else "", Tone.DIM),
        line(", ".join(row.overlays), Tone.WARNING),
        line(row.owner, Tone.DIM),
        line(row.tier, Tone.DIM),
    )
    return _joined(cells, sizes(width), right=(3,))


def _what(state: State, node: Node) -> Line:
    """What is wrong with it; where nothing is, the main signal as it stands."""
    said = choose(ways(state, node), SIGNAL_WIDTH)
    if not said and (unseen := clusters.unseen_in(state, node.name)):
        return line(f"not seen in {join_names(unseen, 1)}", Tone.WARNING)
    reading = None if said else facts.main_reading(state, node.name)
    if reading is None:
        return said
    value = words.measured_value(reading.value, reading.signal.unit)
    return line(f"{reading.signal.name} {value}", Tone.DIM)


def heading(width: int) -> Line:
    """Titles above the columns that `draw` makes at this width."""
    titles = ("  service", "level", "what", "for", "also", "owner", "tier")
    return _joined([line(title, Tone.DIM) for title in titles], sizes(width), right=(3,))


def _joined(cells: Sequence[Line], room: Sequence[int], right: tuple[int, ...]) -> Line:
    spans: list[Span] = []
    for at, (cell, size) in enumerate(zip(cells, room, strict=True)):
        if size:
            spans += [Span(" " * GAP)] * bool(spans)
            spans += pad(cell, size, at in right)
    return tuple(spans)
