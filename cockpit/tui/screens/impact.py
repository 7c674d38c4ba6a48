"""What each part of the business can still do, what it costs, and by when it matters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.section import SectionLines
from cockpit.views import impact


class Impact(View):
    PLACE: ClassVar[str] = "impact"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("impact")

    def body(self) -> Iterable[Widget]:
        self.lines = SectionLines(titled=True, id="all")
        yield self.lines

    def on_mount(self) -> None:
        self.lines.focus()

    def draw(self, state: State, now: Instant) -> None:
        self.lines.show_sections(*impact.sections(state, now))

    @property
    def node(self) -> str:
        placed = self.lines.chosen
        return placed.row.key if placed and placed.row and placed.row.opens == "node" else ""

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        self.cockpit.open_row(event.row.row)
