"""One line to type into, in place of the footer: `/` filters, `:` goes somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from cockpit.text import clean
from cockpit.tui.safe import safe

Kind = Literal["/", ":"]


class Field(Input):
    """Keeps what is typed or pasted clean."""

    def validate_value(self, value: str) -> str:
        return clean(value)


class Prompt(Horizontal):
    """Hidden until `ask`; what is typed comes as Typed at every key and as Entered at the end."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False, priority=True)]

    @dataclass
    class Typed(Message):
        kind: Kind
        text: str

    @dataclass
    class Entered(Message):
        kind: Kind
        text: str

    @dataclass
    class Cancelled(Message):
        kind: Kind

    kind: Kind = "/"

    def compose(self) -> ComposeResult:
        yield Static(safe(""), id="prompt-kind")
        yield Field(compact=True, select_on_focus=False, id="prompt-field")

    @property
    def field(self) -> Field:
        return self.query_one(Field)

    def ask(self, kind: Kind, text: str = "") -> None:
        self.kind = kind
        self.query_one(Static).update(safe(kind))
        field = self.field
        with self.prevent(Input.Changed):
            field.value = text
        field.cursor_blink = False
        field.cursor_position = len(text)
        self.add_class("asking")
        self.screen.set_focus(field)  # at once: `focus` would let the next key through to the screen

    def put_away(self) -> None:
        self.remove_class("asking")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self.kind, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.put_away()
        self.post_message(self.Entered(self.kind, event.value))

    def action_cancel(self) -> None:
        self.put_away()
        self.post_message(self.Cancelled(self.kind))
