"""Kill switches: how each stands, what it protects and costs; killed and put back after one more question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Literal

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.core.switches import SwitchSeen
from cockpit.core.wanted import (
    FlagWanted,
    SwitchesWanted,
)
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.alerts import filtered
from cockpit.tui.screens.filtering import Filtering
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.tui.widgets.section import FollowedLines
from cockpit.views import switch_asking
from cockpit.views.asking import Asking, Said
from cockpit.views.layout import wrap
from cockpit.views.switch_facts import called, hurt, named
from cockpit.views.switches import Order, about, switches_view

LOOK_EVERY = 10.0
"""Seconds between two looks at the stores while the screen is in sight."""


class Switches(Filtering):
    PLACE: ClassVar[str] = "switches"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys(
        "switches", "kill", "put_back", "find_out", "filter", "back"
    )

    def __init__(self, node: str = "", chosen: str = "") -> None:
        """Those of `node` first; the cursor on the switch `chosen`, named by its key or as `called`."""
        super().__init__(node)
        self.filter = ""
        self._chosen = chosen
        self._order: Order | None = None

    def body(self) -> Iterable[Widget]:
        self.lines = FollowedLines(titled=True, id="all")
        yield Block(id="headline")
        yield self.lines
        yield Rule("detail", id="detail-title")
        yield Block(id="detail")

    def on_mount(self) -> None:
        self.lines.focus()
        self._look()
        self.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        if self.cockpit.view is self:
            self.cockpit.dispatch(SwitchesWanted(self.cockpit.now()))

    # Drawing

    def draw(self, state: State, now: Instant) -> None:
        if self._order is None:
            node = self.subject if self.subject in state.health.graph.index else ""
            self._order = Order(node, hurt(state))
        view = switches_view(state, now, self._order)
        self.query_one("#headline", Block).show(
            lambda width: [part for each in view.remarks for part in wrap(each, width)]
        )
        self.lines.show_sections(*(filtered(each, self.filter) for each in view.sections))
        self._go_to_chosen()
        self.show_detail()

    def _go_to_chosen(self) -> None:
        """Once, as soon as there are rows."""
        wanted, rows = self._chosen, self.lines.rows
        if wanted and rows:
            self._chosen = ""
            found = (each.row.key for each in rows if each.row and each.row.opens == "switch")
            key = next((each for each in found if each == wanted or each.startswith(f"{wanted}@")), "")
            at = next((at for at, each in enumerate(rows) if key and each.row and each.row.key == key), -1)
            self.lines.move_to(at)

    @on(FollowedLines.Moved)
    @on(Lines.Fitted)
    def show_detail(self) -> None:
        state, seen = self.cockpit.read(), self.seen
        chosen = f", filter {self.filter} (esc clears)" if self.filter else ""
        title = f"{called(seen)}, in {seen.switch.provider}" if seen else "no switch"
        self.query_one("#detail-title", Rule).show(title + chosen)
        now = self.cockpit.now()
        self.query_one("#detail", Block).show(
            lambda width: about(state, seen, now, width) if state and seen else []
        )

    # What the cursor is on

    @property
    def seen(self) -> SwitchSeen | None:
        placed, state = self.lines.chosen, self.cockpit.read()
        row = placed.row if placed else None
        return named(state, row.key) if state and row else None

    @property
    def node(self) -> str:
        seen = self.seen
        return seen.switch.service if seen else ""

    # Moving them

    def action_kill(self) -> None:
        self._ask(switch_asking.killing)

    def action_put_back(self) -> None:
        self._ask(switch_asking.restoring)

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        self._ask(switch_asking.choosing)

    def _ask(self, asking: Callable[[State, SwitchSeen, Instant], Asking]) -> None:
        state, seen = self.cockpit.read(), self.seen
        if state is None or seen is None:
            self.tell("put the cursor on a switch")
            return

        def said(said: Said | None) -> None:
            if said is not None:
                self._want(seen, said)

        self.cockpit.ask_first(asking(state, seen, self.cockpit.now()), said)

    def _want(self, seen: SwitchSeen, said: Said) -> None:
        """As it was shown: where it stands differently by now, it is not moved."""
        what: Literal["kill", "restore"] = "kill" if said.name == "kill" else "restore"
        reason, actor, now = said.text.strip(), self.cockpit.actor, self.cockpit.now()
        wanted = FlagWanted(seen.switch.key, seen.env, what, reason, actor, now, seen.stored)
        self.cockpit.dispatch(wanted)
        self.tell(f"{what} {called(seen)} …")

    def action_find_out(self) -> None:
        self.cockpit.dispatch(SwitchesWanted(self.cockpit.now(), find_out=True))
        self.tell("asking the stores …")
