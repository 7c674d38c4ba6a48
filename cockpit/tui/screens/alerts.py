"""Every alert that fires or is about to, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.tui.widgets.section import SectionLines
from cockpit.views.declared import all_alerts
from cockpit.views.lines import Row, Section, text_of

if TYPE_CHECKING:
    from cockpit.tui.widgets.prompt import Kind


class Alerts(View):
    PLACE: ClassVar[str] = "alerts"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("alerts", "filter", "back")

    def __init__(self) -> None:
        super().__init__()
        self.filter = ""

    def body(self) -> Iterable[Widget]:
        self.lines = SectionLines(id="all")
        yield Rule("all", id="upper")
        yield self.lines

    def on_mount(self) -> None:
        self.lines.focus()

    def draw(self, state: State, now: Instant) -> None:
        section = filtered(all_alerts(state, now), self.filter)
        chosen = f", filter {self.filter} (esc clears)" if self.filter else ""
        self.query_one("#upper", Rule).show(section.title + chosen)
        self.lines.show_sections(section)

    @property
    def node(self) -> str:
        placed = self.lines.chosen
        return placed.row.key if placed and placed.row and placed.row.opens == "node" else ""

    async def action_filter(self) -> None:
        await self.ask("/", self.filter)

    def action_back(self) -> None:
        if self.filter:
            self.typed("/", "")
        else:
            self.cockpit.back()

    def typed(self, kind: Kind, text: str) -> None:
        if kind == "/":
            self.filter = text
            self.cockpit.draw()
        else:
            super().typed(kind, text)

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        self.cockpit.open_row(event.row.row)


def filtered(section: Section, words: str) -> Section:
    """Rows that hold every word; with a leading `!` the others."""
    wanted = words.removeprefix("!").casefold().split()
    if not wanted:
        return section
    rows = [row for row in section.rows if _holds(row, wanted) is not words.startswith("!")]
    return replace(section, rows=tuple(rows))


def _holds(row: Row, wanted: list[str]) -> bool:
    text = " ".join(text_of(cell) for cell in row.cells).casefold()
    return all(word in text for word in wanted)
