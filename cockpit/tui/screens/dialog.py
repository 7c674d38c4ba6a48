"""A question before something is done. The way out has the focus, so a key too many changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input
from textual.widgets.input import Selection

from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.painted import LOOKS
from cockpit.tui.widgets.prompt import Field
from cockpit.views.asking import Asking, Option, Said
from cockpit.views.layout import line_width, wrap
from cockpit.views.lines import Line, Span, Tone, line

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

CANCEL = Option("", "")
TYPING: Line = (
    Span(" enter", Tone.KEY),
    Span(" take it ", Tone.DIM),
    Span(" esc", Tone.KEY),
    Span(" back ", Tone.DIM),
)
HINT: Line = (Span(" ↑↓", Tone.KEY), Span(" choose ", Tone.DIM), *TYPING)


@dataclass(frozen=True, slots=True)
class Shown:
    """An option as a row of the list."""

    option: Option
    words: str

    @property
    def key(self) -> str:
        return self.option.name or "cancel"


class Options(Lines[Shown]):
    def _is_cursor(self, at: int) -> bool:
        """Also while something is typed: what it is typed for must be in sight."""
        return at == self.cursor

    def line(self, row: Shown, width: int) -> Line:
        why_not = row.option.why_not
        if why_not:
            return (Span(f" {row.words}: not possible, {why_not}", Tone.DIM),)
        return (Span(f" {row.words}", Tone.STRONG),)


class Dialog(ModalScreen[Said | None]):
    """Gives what was chosen and typed, None when it was left."""

    COMPONENT_CLASSES = LOOKS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("ctrl+c", "leave", show=False),
    ]

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self.asking = asking
        self._typing: Option | None = None
        self._said: Said | None = None
        """What was typed before what is typed now."""

    def compose(self) -> ComposeResult:
        rows = [Shown(CANCEL, self.asking.cancel)]
        rows += [Shown(each, each.words) for each in self.asking.options]
        options = Options(id="options")
        options.show(rows, settle=True)
        options.styles.height = min(len(rows), 8)
        with Vertical(id="dialog"):
            yield Block(id="asked")
            yield options
            yield Block(id="wanted")
            yield Field(compact=True, select_on_focus=False, id="typed")
            yield Block(HINT, id="hint")

    def on_mount(self) -> None:
        self._draw()
        self.query_one(Options).focus()
        if self.asking.counts:
            self.set_interval(1.0, self._draw)

    def _draw(self) -> None:
        self.query_one("#asked", Block).show(lambda width: list(self._told(width)))

    def _told(self, width: int) -> Iterator[Line]:
        yield from wrap(line(self.asking.title, Tone.TITLE), width)
        for each in self.asking.told:
            yield from (each,) if line_width(each) <= width else wrap(each, width)
        if self.asking.counts:
            yield self.asking.counts(cast("CockpitApp", self.app).now())
        yield ()

    @on(Lines.Opened)
    def choose(self, event: Lines.Opened) -> None:
        option = event.row.option
        if option is CANCEL:
            self.dismiss(None)
        elif option.why_not:
            why = cast("CockpitApp", self.app).deny(self.asking.title.rstrip("?"), option.why_not)
            self._say(f"not possible: {why}")
        elif option.label:
            self._type(option)
        else:
            self.dismiss(Said(option.name))

    def _type(self, option: Option) -> None:
        self._typing = option
        self._say(option.label)
        field = self.query_one(Field)
        field.value = option.text
        # What is typed takes its place, an arrow key begins to change it; its beginning is in sight.
        field.selection = Selection(len(option.text), 0)
        self.add_class("typing")
        self.query_one("#hint", Block).show(lambda width: (TYPING,))
        self.set_focus(field)

    def _say(self, text: str) -> None:
        self.query_one("#wanted", Block).show(lambda width: wrap(line(text, Tone.WARNING), width))
        self.add_class("told")

    @on(Input.Submitted)
    def typed(self, event: Input.Submitted) -> None:
        event.stop()
        option = self._typing
        if option is None:
            return
        if refused := option.refuses(event.value):
            self._say(refused)
            return
        self._said = self._said or Said(option.name, event.value)
        if option.then:
            self._type(option.then)
        else:
            self.dismiss(self._said)

    def action_leave(self) -> None:
        """Out of the field first, then out of the dialog."""
        if self._typing is None:
            self.dismiss(None)
            return
        self._typing = self._said = None
        self.remove_class("typing", "told")
        self.query_one("#hint", Block).show(lambda width: (HINT,))
        self.query_one(Options).focus()
