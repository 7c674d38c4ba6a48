"""Everything known of one service or capability."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View, fitted
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.section import SectionLines
from cockpit.views.layout import wrap
from cockpit.views.lines import Line, Tone, line
from cockpit.views.service import service


class Service(View):
    PLACE: ClassVar[str] = "service"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("service", "runbooks", "page_owner", "ask_oncall")

    def __init__(self, subject: str, part: str = "", note: str = "") -> None:
        """`note` says why we are here, as long as we are."""
        super().__init__(subject)
        self._part = part
        self._note = line(note, Tone.STRONG)

    def body(self) -> Iterable[Widget]:
        yield Block(id="headline")
        yield SectionLines(titled=True, id="all")

    def on_mount(self) -> None:
        self.query_one(SectionLines).focus()

    def draw(self, state: State, now: Instant) -> None:
        view = service(state, self.subject, now)
        lines: tuple[Line, ...] = (view.title, *view.remarks) if view else (gone(self.subject),)
        self.query_one("#headline", Block).show(
            lambda width: [*fitted(lines[:1], width), *wrap(self._note, width), *fitted(lines[1:], width)]
        )
        self.query_one(SectionLines).show_sections(*(view.sections if view else ()))
        self.call_after_refresh(self._go_to_part)

    def _go_to_part(self) -> None:
        part, self._part = self._part, ""
        if part:
            self.go_to(part)

    def go_to(self, part: str) -> None:
        if not self.query_one(SectionLines).choose_part(part):
            self.tell(f"{self.subject} has no {part.lower()}")

    def action_runbooks(self) -> None:
        self.go_to("Runbooks")

    def action_page_owner(self) -> None:
        from cockpit.tui.calling import page

        page(self, self.subject)

    def action_ask_oncall(self) -> None:
        from cockpit.tui.calling import ask_oncall

        ask_oncall(self, (self.subject,))

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        self.cockpit.open_row(event.row.row)


def gone(name: str) -> Line:
    return line(f" {name} is no longer in the configuration; esc goes back", Tone.WARNING)
