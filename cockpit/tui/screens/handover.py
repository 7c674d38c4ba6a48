"""A handover: one screen to read, one paste to give; offered to somebody, taken over by typing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from cockpit.core.events import IncidentActed
from cockpit.core.incident import words
from cockpit.core.incident.model import Incident
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.block import Block
from cockpit.views import handover, handover_asking
from cockpit.views.asking import Said
from cockpit.views.layout import fit
from cockpit.views.lines import Tone, line


class Handover(View):
    PLACE: ClassVar[str] = "handover"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("handover", "offer", "accept", "copy", "back")

    def body(self) -> Iterable[Widget]:
        self.paste = Block(id="handover")
        with VerticalScroll(id="paste"):
            yield self.paste

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#paste"))

    @property
    def node(self) -> str:
        return ""

    def draw(self, state: State, now: Instant) -> None:
        incident = state.record.incidents.get(self.subject)
        if incident is None:
            lines = [line(f"{self.subject} is not on record (yet)", Tone.WARNING)]
        else:
            lines = handover.drawn(state, incident, now)
        self.paste.show(lambda width: [fit(each, width) for each in lines])

    def _known(self) -> tuple[State, Incident] | None:
        state = self.cockpit.read()
        incident = state.record.incidents.get(self.subject) if state else None
        if state is None or incident is None:
            self.tell(f"{self.subject} is not on record (yet)")
            return None
        return state, incident

    def action_copy(self) -> None:
        if (known := self._known()) is not None:
            self.cockpit.copy_to_clipboard(handover.text(*known, self.cockpit.now()))
            self.tell("copied: paste it where it belongs")

    def action_offer(self) -> None:
        """With the paste as it is at that moment: the record keeps what was handed over."""
        if (known := self._known()) is None:
            return
        state, incident = known

        def offered(said: Said) -> None:
            now = self.cockpit.now()
            text = handover.text(self.cockpit.read() or state, incident, now)
            fact = words.offered(incident.id, said.text.strip(), text, self.cockpit.actor, now)
            self.cockpit.dispatch(IncidentActed(fact))
            self.tell(f"offering {incident.id} to {said.text.strip() or 'whoever takes it'} …")

        self.cockpit.ask_first(
            handover_asking.offering(state, incident), lambda said: offered(said) if said else None
        )

    def action_accept(self) -> None:
        if (known := self._known()) is None:
            return
        state, incident = known
        actor = self.cockpit.actor

        def accepted(said: Said | None) -> None:
            if said is not None:
                fact = words.accepted(incident.id, actor, self.cockpit.now())
                self.cockpit.dispatch(IncidentActed(fact))
                self.tell(f"taking {incident.id} over …")

        self.cockpit.ask_first(
            handover_asking.accepting(state, incident, actor, self.cockpit.now()), accepted
        )

    async def action_back(self) -> None:
        self.cockpit.back()
