"""The answer in parts: who is hurt without and with switches, what happens next, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.levels import Level, Shown
from cockpit.core.whatif.answer import Answer
from cockpit.text import plural
from cockpit.views import words
from cockpit.views.layout import draw_section, line_width, wrap
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line, text_of
from cockpit.views.whatif.missing import Lack, lacks
from cockpit.views.whatif.told import told
from cockpit.views.whatif.words import Phase, Told, between, capability_of, question, span_of, title_of

HURT: Final = "Who should be hurt"
NEXT: Final = "What happens next"
GAPS: Final = "What is missing"
OTHERS: Final = "Who else should be hurt"
FIRST: Final = 12
"""Rows of those that are hurt that come before what happens next."""
MOST_GAPS: Final = 40
MOST: Final = 500
"""Rows of them in all; the others are counted."""
LABELS: Final[Mapping[Phase, str]] = {
    "hurt": "at once",
    "noticed": "",
    "called": "call",
    "decided": "decide",
    "switched": "switches",
    "run": "repair",
    "data": "data",
    "sealed": "no way back",
    "over": "",
}
"""What stands where a time would, in what has none of its own."""


@dataclass(frozen=True, slots=True)
class WhatIfView:
    title: Line
    remarks: tuple[Line, ...]
    sections: tuple[Section, ...]


def what_if_view(answer: Answer, expected: Mapping[str, float], width: int) -> WhatIfView:
    """`width`: cells that a row may take; sentences are broken to it."""
    title = (Span("What if "), Span(question(answer), Tone.STRONG), Span("?"))
    names = sorted(answer.outcome.nobody, key=lambda name: _rank(answer, name))
    first = names if len(names) <= FIRST + 2 else names[:FIRST]
    rest = names[len(first) :]
    sections = (
        _hurt(answer, HURT, first, len(rest)),
        _next(answer, told(answer, expected), width),
        _gaps(lacks(answer, MOST_GAPS), len(answer.gaps), width),
        *([_others(answer, rest)] if rest else []),
    )
    return WhatIfView(title, tuple(_remarks(answer)), sections)


def _remarks(answer: Answer) -> Iterator[Line]:
    asked = answer.outcome
    yield line(f"Nobody acts: {counted(answer, asked.nobody)}.")
    if asked.switches:
        used = " and ".join(switch.key for switch in asked.switches)
        yield line(f"With {used}: {counted(answer, asked.acted)}.")


def counted(answer: Answer, levels: Mapping[str, Level]) -> str:
    """ "4 services and 1 capability hurt, at worst DOWN"."""
    graph = answer.graph
    services = sum(graph.index[name] < graph.services for name in levels)
    if not levels:
        return "nobody else is hurt"
    parts = [plural(services, "service")] if services else []
    rest = len(levels) - services
    parts += [plural(rest, "capability", "capabilities")] if rest else []
    at_worst = words.level_word(Shown.of(max(levels.values())))
    return f"{' and '.join(parts)} hurt, at worst {at_worst}"


def _hurt(answer: Answer, title: str, names: Sequence[str], more: int) -> Section:
    columns = [Column(least=16, most=60, title=""), Column(title="nobody acts")]
    if answer.outcome.switches:
        columns.append(Column(title="switches used"))
    rows = tuple(_hurt_row(answer, name) for name in names)
    note = line(f"and {more:,} more, below" if more else "" if rows else "Nobody else.", Tone.DIM)
    return Section(title, tuple(columns), rows, note, head=True)


def _others(answer: Answer, names: Sequence[str]) -> Section:
    section = _hurt(answer, OTHERS, names[:MOST], 0)
    left = len(names) - MOST
    note = f"and {left:,} more, hurt no worse than these" if left > 0 else ""
    return replace(section, note=line(note, Tone.DIM))


def _rank(answer: Answer, name: str) -> tuple[bool, int, int]:
    """What people feel first, then the worst."""
    declared = answer.graph.declared(answer.graph.index[name])
    return capability_of(answer, name) is None, -answer.outcome.nobody[name], declared.tier


def _hurt_row(answer: Answer, name: str) -> Row:
    asked = answer.outcome
    cells = [line(title_of(answer, name)), level_cell(asked.nobody[name])]
    if asked.switches:
        cells.append(level_cell(asked.acted.get(name, Level.OK)))
    return Row(tuple(cells), name, "node")


def level_cell(level: Level) -> Line:
    glyph, word = words.level_spans(Shown.of(level))
    return glyph, Span(" "), word


# Sentences


def _next(answer: Answer, story: tuple[Told, ...], width: int) -> Section:
    whens = [when(answer, each) for each in story]
    widest = max((line_width(line(each)) for each in whens), default=0)
    rows: list[Row] = []
    before = ""
    for each, at in zip(story, whens, strict=True):
        tone = Tone.WARNING if each.phase == "sealed" else Tone.PLAIN
        shown = "" if at == before else at
        before = at
        rows += _told(line(shown, Tone.DIM), line(each.text, tone), each.key, each.opens, width - widest - 1)
    return Section(NEXT, (Column(), Column(grow=True)), tuple(rows))


def when(answer: Answer, each: Told) -> str:
    """ "at once", "30 s to 50 s", "after 11 min"; "+4 h" from when it is turned on or started; else what
    kind of thing it is."""
    if each.base == "start" and (each.after is not None or each.until is not None):
        return _counted(each)
    if each.base != "start" and each.after:
        first = answer.noticing.first
        if each.base == "notice" and first:
            return f"after {span_of(first.latest + each.after)}"
        return f"+{span_of(each.after)}"
    return LABELS[each.phase]


def _counted(each: Told) -> str:
    if each.after is None:
        return f"by {span_of(each.until or 0.0)}"
    if each.until is not None:
        return between(each.after, each.until)
    return f"after {span_of(each.after)}" if each.after else "at once"


def _gaps(found: tuple[Lack, ...], count: int, width: int) -> Section:
    rows: list[Row] = []
    for each in found:
        text = (Span(each.what, Tone.STRONG), Span(f": {each.why}"))
        rows += _told((), text, each.key, "", width)
    more = f"and {count - len(found):,} more: `cockpit what-if --json` has them all"
    note = more if count > len(found) else "" if rows else "Nothing that can be seen from the configuration."
    return Section(GAPS, (Column(), Column(grow=True)), tuple(rows), line(note, Tone.DIM))


def _told(at: Line, text: Line, key: str, opens: str, width: int) -> list[Row]:
    """One sentence in as many rows as it takes."""
    pieces = wrap(text, max(20, width))
    return [Row((at if not number else (), piece), key, opens) for number, piece in enumerate(pieces)]  # type: ignore[arg-type]  # Told.opens is one of them


def lines(answer: Answer, expected: Mapping[str, float], width: int) -> Iterator[str]:
    """The same in plain text."""
    view = what_if_view(answer, expected, width - 2)
    for each in (view.title, *view.remarks):
        yield from (text_of(part) for part in wrap(each, width))
    for section in view.sections:
        yield ""
        yield section.title.upper()
        yield from (f"  {text_of(drawn)}".rstrip() for drawn, _ in draw_section(section, width - 2))
