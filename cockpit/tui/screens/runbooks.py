"""Runbooks: runs that need somebody, then what fits what is wrong; Enter opens a plan, nothing starts."""

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
from cockpit.views import runbooks


class Runbooks(View):
    PLACE: ClassVar[str] = "runbooks"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("runbooks", "everything")

    def body(self) -> Iterable[Widget]:
        yield SectionLines(titled=True, id="all")

    def on_mount(self) -> None:
        self.query_one(SectionLines).focus()

    def draw(self, state: State, now: Instant) -> None:
        node = self.subject if self.subject in state.health.graph.index else ""
        self.query_one(SectionLines).show_sections(*runbooks.sections(state, now, node))

    def action_everything(self) -> None:
        """From those of one service to all of them."""
        self.subject = ""
        self.cockpit.draw()

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        self.cockpit.open_row(event.row.row)
