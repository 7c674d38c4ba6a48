"""Lines into a given room: measured in terminal cells, cut with an ellipsis, wrapped between words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category, east_asian_width

from cockpit.views.lines import Column, Line, Row, Section, Span, Tone

GAP = 1
"""Cells between two columns."""


def width_of(text: str) -> int:
    """Cells that `text` takes in a terminal: wide characters two, marks and joiners none."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1
    if category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def line_width(line: Line) -> int:
    return sum(width_of(span.text) for span in line)


def cut(text: str, room: int) -> str:
    """`text` in at most `room` cells; the last one is an ellipsis when something is missing."""
    if width_of(text) <= room:
        return text
    kept, used = [], 1
    for character in text:
        used += _cells(character)
        if used > room:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…" if room > 0 else ""


def fit(line: Line, room: int) -> Line:
    """`line` in at most `room` cells."""
    if line_width(line) <= room:
        return line
    kept: list[Span] = []
    for span in line:
        size = width_of(span.text)
        if size > room or (size == room and span is not line[-1]):
            kept.append(Span(cut(span.text + " …" if size <= room else span.text, room), span.tone))
            break
        kept.append(span)
        room -= size
    return tuple(span for span in kept if span.text)


def choose(ways: Iterable[Line], room: int) -> Line:
    """The first of several ways to say something that fits whole; nothing when none does."""
    return next((way for way in ways if line_width(way) <= room), ())


def pad(line: Line, room: int, right: bool = False) -> Line:
    """`line` in exactly `room` cells."""
    line = fit(line, room)
    free = room - line_width(line)
    if not free:
        return line
    blank = Span(" " * free)
    return (blank, *line) if right else (*line, blank)


def join(lines: Iterable[Line], between: str = "  ") -> Line:
    """Lines side by side; empty ones leave no gap."""
    spans: list[Span] = []
    for each in lines:
        if each and spans:
            spans.append(Span(between))
        spans += each
    return tuple(spans)


def wrap(line: Line, width: int) -> list[Line]:
    """`line` in lines of at most `width` cells, broken at spaces; a word that is too long is cut."""
    lines: list[list[Span]] = [[]]
    used = 0
    for word in _words(line):
        size = line_width(word)
        if lines[-1] and used + 1 + size > width:
            lines.append([])
            used = 0
        if lines[-1]:
            lines[-1].append(Span(" ", word[0].tone if lines[-1][-1].tone is word[0].tone else Tone.PLAIN))
            used += 1
        lines[-1] += fit(word, width)
        used += min(size, width)
    return [_merged(each) for each in lines if each]


def _words(line: Line) -> Iterator[Line]:
    """Runs without a space; one may be made of several spans."""
    word: list[Span] = []
    for span in line:
        for at, piece in enumerate(span.text.split(" ")):
            if at and word:
                yield tuple(word)
                word = []
            if piece:
                word.append(Span(piece, span.tone))
    if word:
        yield tuple(word)


def _merged(spans: Sequence[Span]) -> Line:
    """Neighbours of one tone as one span."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].tone is span.tone:
            found[-1] = Span(found[-1].text + span.text, span.tone)
        else:
            found.append(span)
    return tuple(found)


def widths(columns: Sequence[Column], rows: Sequence[Row], room: int) -> tuple[int, ...]:
    """Cells for each column; 0 for one that is dropped or empty. Only the rows given are measured."""
    wanted = [_wanted(column, at, rows) for at, column in enumerate(columns)]
    by_drop = sorted(range(len(columns)), key=lambda at: -columns[at].drop)
    for at in by_drop:
        if not columns[at].drop or _total(_narrow(columns, wanted)) <= room:
            break
        wanted[at] = 0
    for at in by_drop:
        over = _total(wanted) - room
        if over > 0 and wanted[at]:
            wanted[at] = max(_narrow(columns, wanted)[at], wanted[at] - over)
    _squeeze(wanted, room)
    free = room - _total(wanted)
    for at, column in enumerate(columns):
        if free > 0 and column.grow and wanted[at]:
            wanted[at] = min(wanted[at] + free, max(wanted[at], column.most))
            break
    return tuple(wanted)


def _wanted(column: Column, at: int, rows: Sequence[Row]) -> int:
    widest = max((line_width(row.cells[at]) for row in rows if at < len(row.cells)), default=0)
    return min(widest, column.most)


def _narrow(columns: Sequence[Column], wanted: Sequence[int]) -> list[int]:
    """As narrow as each may be; one without `least` keeps its width."""
    return [min(size, each.least) if each.least else size for each, size in zip(columns, wanted, strict=True)]


def _total(wanted: Sequence[int]) -> int:
    shown = [size for size in wanted if size]
    return sum(shown) + GAP * max(0, len(shown) - 1)


def _squeeze(wanted: list[int], room: int) -> None:
    """No room even so: the widest gives, so that nothing runs over the edge."""
    while (over := _total(wanted) - room) > 0 and max(wanted) > 1:
        at = wanted.index(max(wanted))
        wanted[at] = max(1, wanted[at] - over)


def draw_row(row: Row, columns: Sequence[Column], sizes: Sequence[int]) -> Line:
    """A row with its cells padded to `sizes`; nothing trails."""
    spans: list[Span] = []
    for at, (column, size) in enumerate(zip(columns, sizes, strict=True)):
        if size:
            cell = row.cells[at] if at < len(row.cells) else ()
            if column.chooses and row.shorter:
                cell = choose((cell, *row.shorter), size)
            spans += [Span(" " * GAP)] * bool(spans)
            spans += pad(cell, size, column.right)
    while spans and not spans[-1].text.strip() and spans[-1].tone is Tone.PLAIN:
        spans.pop()
    return tuple(spans)


def draw_section(section: Section, width: int) -> list[tuple[Line, Row | None]]:
    """The lines below a section's title, each with the row it stands for (None for notes and titles)."""
    titles = Row(tuple((Span(column.title, Tone.DIM),) if column.title else () for column in section.columns))
    measured = (titles, *section.rows) if section.head else section.rows
    sizes = widths(section.columns, measured, width)
    drawn: list[tuple[Line, Row | None]] = []
    if section.head and section.rows:
        drawn.append((draw_row(titles, section.columns, sizes), None))
    drawn += [(draw_row(row, section.columns, sizes), row) for row in section.rows]
    drawn += [(part, None) for hint in (*section.hints, section.note) for part in wrap(hint, width)]
    return drawn
