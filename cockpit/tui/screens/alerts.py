"""Every alert, what waits for somebody first; kept quiet, and heard again, after one more question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.alerts import Known
from cockpit.core.incident.model import only_open
from cockpit.core.levels import Instant
from cockpit.core.poll import Silenced
from cockpit.core.state import State
from cockpit.core.wanted import SilenceEndWanted, SilenceWanted
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.clustered import ByCluster
from cockpit.tui.screens.filtering import Filtering
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.tui.widgets.section import SectionLines
from cockpit.views import alert_asking
from cockpit.views import alerts as views
from cockpit.views.alerts import alerts_view, with_key
from cockpit.views.asking import Said
from cockpit.views.layout import wrap
from cockpit.views.lines import Line, Row, Section, Tone, line, text_of


class Alerts(ByCluster, Filtering):
    PLACE: ClassVar[str] = "alerts"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("alerts", "silence", "end_silence", "filter", "back")

    def __init__(self, filter: str = "", note: str = "") -> None:
        """With only the lines that hold these words; `note` says why we are here."""
        super().__init__()
        self.filter = filter
        self._note = line(note, Tone.STRONG)

    def body(self) -> Iterable[Widget]:
        self.lines = SectionLines(titled=True, id="all")
        yield Rule("all", id="upper")
        yield Block(id="headline")
        yield self.lines

    def on_mount(self) -> None:
        self.lines.focus()

    def draw(self, state: State, now: Instant) -> None:
        only = self.only
        view = alerts_view(state, now, only)
        chosen = f", in {only} (c goes on)" if only else ""
        chosen += f", filter {self.filter} (esc clears)" if self.filter else ""
        self.query_one("#upper", Rule).show(f"Alerts{chosen}")

        def said(width: int) -> list[Line]:
            hidden = views.filtered(state, only, width) if only else ()
            return [part for each in (self._note, hidden, *view.remarks) for part in wrap(each, width)]

        self.query_one("#headline", Block).show(said)
        self.lines.show_sections(*(filtered(each, self.filter) for each in view.sections))

    # What the cursor is on

    @property
    def row(self) -> Row | None:
        placed = self.lines.chosen
        return placed.row if placed else None

    @property
    def alert(self) -> Known | None:
        state, row = self.cockpit.read(), self.row
        return with_key(state, row.key) if state and row and row.opens == "alert" else None

    @property
    def silence(self) -> Silenced | None:
        """The one under the cursor, or the last to end of the alert under it."""
        state, row = self.cockpit.read(), self.row
        if state is None or row is None:
            return None
        return alert_asking.silence_under(state, row)

    @property
    def node(self) -> str:
        alert = self.alert
        return alert.service if alert else ""

    # Kept quiet, and heard again

    def action_silence(self) -> None:
        state, alert = self.cockpit.read(), self.alert
        if state is None or alert is None:
            self.tell("put the cursor on an alert")
            return

        def said(said: Said | None) -> None:
            if said is not None:
                self._silence(alert, said)

        self.cockpit.ask_first(alert_asking.silencing(state, alert), said)

    def _silence(self, alert: Known, said: Said) -> None:
        matchers, lasts = alert_asking.chosen(alert, said.name)
        reason, actor, now = said.text.strip(), self.cockpit.actor, self.cockpit.now()
        self.cockpit.dispatch(SilenceWanted(matchers, lasts, reason, actor, now, self._incident))
        self.tell(f"silencing {alert.name} …")

    def action_end_silence(self) -> None:
        state, silence = self.cockpit.read(), self.silence
        if state is None or silence is None:
            self.tell("put the cursor on a silence, or on an alert that is silenced")
            return

        def said(said: Said | None) -> None:
            if said is not None:
                self._end(silence, said)

        self.cockpit.ask_first(alert_asking.ending(state, silence, self.cockpit.now()), said)

    def _end(self, silence: Silenced, said: Said) -> None:
        reason, actor, now = said.text.strip(), self.cockpit.actor, self.cockpit.now()
        ended = SilenceEndWanted(silence.source, silence.id, reason, actor, now, self._incident)
        self.cockpit.dispatch(ended)
        self.tell("ending the silence …")

    @property
    def _incident(self) -> str:
        state = self.cockpit.read()
        return only_open(state.record.incidents.values()) if state else ""

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        if self.node:
            self.cockpit.open_node(self.node, "Alerts")
        else:
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
