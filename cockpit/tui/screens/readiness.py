"""How ready all is: seven answers, what to fix first, what is rehearsed; nothing here asks or moves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.audit.standing import basis_of
from cockpit.core.events import AuditAsked
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.tui.widgets.section import FollowedLines
from cockpit.views import readiness
from cockpit.views.layout import wrap
from cockpit.views.lines import Row


class Readiness(View):
    PLACE: ClassVar[str] = "readiness"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("readiness")

    def __init__(self, subject: str = "") -> None:
        """`question:ID` or `finding:KEY`: that alone, in full."""
        super().__init__(subject)
        self._asked: Hashable = None

    def body(self) -> Iterable[Widget]:
        self.lines = FollowedLines(titled=True, id="all")
        yield Block(id="headline")
        yield self.lines
        if not self.subject:
            yield Rule("detail", id="detail-title")
            yield Block(id="detail")

    def on_mount(self) -> None:
        self.lines.focus()

    # Drawing

    def draw(self, state: State, now: Instant) -> None:
        self._ask(state)
        if self.subject:
            head, sections = readiness.page(state, self.subject)
        else:
            head, sections = readiness.headline(state), readiness.sections(state, now)
        self.query_one("#headline", Block).show(lambda width: wrap(head, width))
        self.lines.show_sections(*sections)
        for rule in self.query("#detail-title").results(Rule):
            rule.show("What the cursor is on")
        self.show_detail()

    def _ask(self, state: State) -> None:
        """When it is opened, and for each change of what is known; it is drawn when it comes."""
        basis = basis_of(state)
        if basis != self._asked:
            self._asked = basis
            self.cockpit.dispatch(AuditAsked())

    @on(FollowedLines.Moved)
    @on(Lines.Fitted)
    def show_detail(self) -> None:
        state, row = self.cockpit.read(), self.row
        for block in self.query("#detail").results(Block):
            block.show(lambda width: readiness.about(state, row, width) if state else [])

    # What the cursor is on

    @property
    def row(self) -> Row | None:
        placed = self.lines.chosen
        return placed.row if placed else None

    @property
    def node(self) -> str:
        state, row = self.cockpit.read(), self.row
        if state is None or row is None:
            return ""
        if row.opens == "finding" and (found := readiness.finding_of(state, row.key)):
            return found.subject if found.subject in state.health.graph.index else ""
        if row.opens == "question" and (answered := readiness.question_of(state, row.key)):
            return answered.worst[0] if answered.worst else ""
        return row.key if row.opens in ("node", "runbook") else ""

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        row = event.row.row
        if row and row.opens == "scenario":
            self.tell(f"cockpit drill {row.key} plays it in a world of its own; nothing outside is touched")
        else:
            self.cockpit.open_row(row)
