"""An update is written: drafted from what is known, with what is new in it, sent after one more question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, cast

from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import TextArea

from cockpit.core.incident.claims import AUDIENCES, claims
from cockpit.core.incident.model import Incident, Status
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.core.wanted import UpdateWanted
from cockpit.text import clean
from cockpit.tui.keys import OPEN_A_PROMPT, screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.area import Area
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.rule import Rule
from cockpit.views import composing
from cockpit.views.asking import Said
from cockpit.views.composing import COPY, STATUSES, Form, Written
from cockpit.views.layout import wrap
from cockpit.views.lines import Tone, line

OWN = ("audience", "status", "channel", "write", "draft_anew", "short", "send", "copy", "back")
HOW = "the text   e writes in it, esc is done with it"
TYPING = "the text   you are writing: esc is done with it"


class Composer(View):
    PLACE: ClassVar[str] = "update"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("update", *OWN)

    def __init__(self, incident: str) -> None:
        super().__init__(incident)
        self.form: Form | None = None
        self.written = Written()
        self._sent: tuple[str, str, Instant] | None = None
        """What was asked to be sent last, where and when: until it is on record nobody else tells."""

    def body(self) -> Iterable[Widget]:
        # Held here: what lies in another widget comes later than what the screen looks for.
        self.area, self.difference = Area(id="text"), Block(id="difference")
        yield Block(id="headline")
        yield Rule("new", id="new-title")
        with VerticalScroll(id="new"):
            yield self.difference
        yield Rule("text", id="text-title")
        yield self.area

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#new"))

    @property
    def node(self) -> str:
        return ""

    @property
    def writing(self) -> bool:
        return self.focused is self.area

    # Drawing

    def draw(self, state: State, now: Instant) -> None:
        incident = state.record.incidents.get(self.subject)
        if incident is None:
            told = line(f"{self.subject} is not on record (yet)", Tone.WARNING)
            self.query_one("#headline", Block).show(lambda width: [told])
            return
        if self.form is None:
            self._draft(state, incident, composing.begun(state, incident), now)
        form, written = cast("Form", self.form), self.written
        lines = composing.headline(state, incident, form, written, now)
        self.query_one("#headline", Block).show(
            lambda width: [part for each in lines for part in wrap(each, width)]
        )
        title, changed = composing.difference(incident, form, written.text)
        self.query_one("#new-title", Rule).show(title)
        self.difference.show(lambda width: [part for each in changed for part in wrap(each, width)])
        self.query_one("#text-title", Rule).show(TYPING if self.writing else HOW)

    def on_descendant_focus(self) -> None:
        self.cockpit.draw()

    # The text

    def _draft(self, state: State, incident: Incident, form: Form, now: Instant) -> None:
        text = composing.drafted(state, incident, form, now)
        self.form = form
        self.written = Written(text, claims(state, form.audience, incident))
        with self.prevent(TextArea.Changed):
            self.area.load_text(text)

    @on(TextArea.Changed)
    def changed(self, event: TextArea.Changed) -> None:
        text = self.area.text
        if text != self.written.text:
            self.written = replace(self.written, text=text, edited=True)
            self.cockpit.draw()

    def action_write(self) -> None:
        self.set_focus(self.area)
        self.area.move_cursor((0, 0))

    def action_draft_anew(self) -> None:
        if (known := self._known()) is not None:
            state, incident, form = known
            self._draft(state, incident, form, self.cockpit.now())
            self.cockpit.draw()

    def _known(self) -> tuple[State, Incident, Form] | None:
        state = self.cockpit.read()
        incident = state.record.incidents.get(self.subject) if state else None
        if state is None or incident is None or self.form is None:
            self.tell(f"{self.subject} is not on record (yet)")
            return None
        return state, incident, self.form

    # What is chosen

    def _choose(self, state: State, incident: Incident, form: Form) -> None:
        """What somebody has written stays as it is; a draft is drafted anew."""
        if self.written.edited:
            self.form = form
            self.written = replace(self.written, claims=claims(state, form.audience, incident))
            self.tell("your text stays as it is; n drafts it anew")
        else:
            self._draft(state, incident, form, self.cockpit.now())
        self.cockpit.draw()

    def action_audience(self) -> None:
        if (known := self._known()) is not None:
            state, incident, form = known
            audience = composing.after(AUDIENCES, form.audience)
            self._choose(state, incident, composing.with_audience(state, incident, form, audience))

    def action_status(self) -> None:
        if (known := self._known()) is not None:
            state, incident, form = known
            status = cast("Status", composing.after(STATUSES, form.status))
            self._choose(state, incident, replace(form, status=status))

    def action_short(self) -> None:
        if (known := self._known()) is not None:
            state, incident, form = known
            self._choose(state, incident, replace(form, short=not form.short))

    def action_channel(self) -> None:
        """Where it goes is no part of the text."""
        if (known := self._known()) is not None:
            state, _, form = known
            self.form = replace(form, to=composing.after(composing.channels_of(state), form.to))
            self.cockpit.draw()

    # Sending

    def action_send(self) -> None:
        if (known := self._known()) is not None:
            self._ask(*known)

    def action_copy(self) -> None:
        if (known := self._known()) is None:
            return
        state, incident, form = known
        if why := composing.no_record(state):
            self.cockpit.copy_to_clipboard(self._words())
            why = self.cockpit.deny(f"update of {self.subject}", why)
            self.tell(f"copied, and not on record: {why}")
        else:
            self._ask(state, incident, replace(form, to=COPY))

    def _words(self) -> str:
        return clean(self.written.text, multiline=True).strip()

    def _ask(self, state: State, incident: Incident, form: Form) -> None:
        now, text = self.cockpit.now(), self._words()
        if self._sent and self._sent[:2] == (text, form.to) and now - self._sent[2] < composing.ON_ITS_WAY:
            self.tell("that has just been asked for: what came of it is told in a moment")
            return
        told = self.written.claims

        def said(said: Said | None) -> None:
            if said is not None:
                self._send(form, text, dict(told))

        self.cockpit.ask_first(composing.sending(state, incident, form, self.written, now), said)

    def _send(self, form: Form, text: str, told: dict[str, str]) -> None:
        now, actor = self.cockpit.now(), self.cockpit.actor
        self._sent = text, form.to, now
        if form.to == COPY:
            self.cockpit.copy_to_clipboard(text)
        wanted = UpdateWanted(self.subject, text, form.to, form.audience, form.status, told, actor, now)
        self.cockpit.dispatch(wanted)
        self.written = replace(self.written, edited=False)
        self.tell(f"sending it to {form.to} …" if form.to else "copied: paste it where it belongs")

    # Away

    def action_back(self) -> None:
        """Out of the text first; then what somebody has written is not thrown away unasked."""
        if self.writing:
            self.set_focus(self.query_one("#new"))
        elif self.written.edited:
            self.cockpit.ask_first(composing.leaving(), lambda said: self.cockpit.back() if said else None)
        else:
            self.cockpit.back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # In the text a colon is a colon.
        if action in OPEN_A_PROMPT and self.writing:
            return False
        return super().check_action(action, parameters)
