"""More than a line to type or to paste: a note, a hypothesis, a decision."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from cockpit.text import clean
from cockpit.tui.widgets.area import Area
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.painted import LOOKS
from cockpit.views.layout import wrap
from cockpit.views.lines import Line, Span, Tone, line

HINT: Line = (
    Span(" ctrl+s", Tone.KEY),
    Span(" put it on record ", Tone.DIM),
    Span(" esc", Tone.KEY),
    Span(" leave it ", Tone.DIM),
)


class Writing(Area):
    """Plain text without colours of its own."""


class Write(ModalScreen[str | None]):
    """Gives the text, cleaned; None when it was left or is empty."""

    COMPONENT_CLASSES = LOOKS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]

    def __init__(self, title: str, told: str = "", text: str = "") -> None:
        super().__init__()
        self._title = title
        self._told = told
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Block(id="asked")
            yield Writing(self._text, id="writing")
            yield Block(HINT, id="hint")

    def on_mount(self) -> None:
        self.query_one("#asked", Block).show(
            lambda width: [
                *wrap(line(self._title, Tone.TITLE), width),
                *wrap(line(self._told, Tone.DIM), width),
            ]
        )
        area = self.query_one(Writing)
        area.cursor_blink = False
        area.focus()

    def action_take(self) -> None:
        text = clean(self.query_one(Writing).text, multiline=True).strip()
        self.dismiss(text or None)

    def action_leave(self) -> None:
        self.dismiss(None)
