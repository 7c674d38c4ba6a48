"""Views as plain text, the way a test reads them."""

from __future__ import annotations

from cockpit.views.layout import draw_section
from cockpit.views.lines import Section, text_of


def drawn(section: Section, width: int = 80) -> list[str]:
    return [text_of(line).rstrip() for line, _ in draw_section(section, width)]


def cells(section: Section) -> list[list[str]]:
    return [[text_of(cell) for cell in row.cells] for row in section.rows]
