"""Answers that are printed: titled tables, and sentences broken at the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.views.layout import draw_section, wrap
from cockpit.views.lines import Column, Row, Section, line, text_of


def titled(
    title: str, columns: Sequence[Column], rows: Sequence[Row], width: int, *, head: bool = False
) -> Iterator[str]:
    """An empty line, the title, the rows. `head`: the first row names the columns."""
    section = Section(title, tuple(columns), tuple(rows), head=head)
    yield from ("", title)
    yield from (f" {text_of(each)}".rstrip() for each, _ in draw_section(section, width - 1))


def wrapped(said: str, width: int, indent: int = 0) -> Iterator[str]:
    """Later lines stand `indent` further in; blanks at the front stay."""
    lead = said[: len(said) - len(said.lstrip())]
    first, *more = (text_of(each) for each in wrap(line(said.strip()), width - max(len(lead), indent)))
    yield f"{lead}{first}"
    yield from (f"{' ' * indent}{each}" for each in more)
