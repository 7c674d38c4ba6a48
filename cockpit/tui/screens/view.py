"""What all screens share: the first line, the footer, the prompt, and that the newest State is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from cockpit.tui.keys import OPEN_A_PROMPT
from cockpit.tui.safe import safe
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.footer import Footer
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.notice import Notice
from cockpit.tui.widgets.painted import LOOKS, Painted
from cockpit.views.layout import fit
from cockpit.views.lines import Line, Span, Tone

if TYPE_CHECKING:
    from cockpit.core.levels import Instant
    from cockpit.core.state import State
    from cockpit.tui.app import CockpitApp
    from cockpit.tui.widgets.prompt import Kind, Prompt

WIDTH, HEIGHT = 60, 16
"""Cells below which nothing useful fits."""
LOW, HIGH, TALL = 22, 34, 48
"""Lines from which a screen has less or more to show."""

LOADING: Line = (Span("cockpit  ", Tone.TITLE), Span("reading the configuration …", Tone.DIM))


class View(Screen[None]):
    """A screen is a list of keys, a layout, and `draw`."""

    PLACE: ClassVar[str]
    """Its name in the table of keys."""
    COMPONENT_CLASSES = LOOKS

    def __init__(self, subject: str = "") -> None:
        super().__init__()
        self.subject = subject
        self._before: Widget | None = None

    @property
    def cockpit(self) -> CockpitApp:
        return cast("CockpitApp", self.app)

    # Layout

    def body(self) -> Iterable[Widget]:
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        self.set_class(Painted.ascii, "ascii")
        self._size_up(self.app.size)
        yield Block(LOADING, id="first")
        yield from self.body()
        yield Notice()
        yield Footer(self.PLACE)
        yield Static(safe(""), id="too-small")

    def on_resize(self) -> None:
        width, height = self.size
        self._size_up(self.size)
        if self.has_class("too-small"):
            told = f"cockpit needs {WIDTH} x {HEIGHT}\nthis is {width} x {height}"
            self.query_one("#too-small", Static).update(safe(told, multiline=True))

    def _size_up(self, size: Size) -> None:
        """Classes by size. Only for what is not 80x24: each change restyles the whole screen."""
        self.set_class(size.width < WIDTH or size.height < HEIGHT, "too-small")
        self.set_class(size.height < LOW, "low")
        self.set_class(size.height >= HIGH, "high")
        self.set_class(size.height >= TALL, "tall")

    # Drawing

    def on_screen_resume(self) -> None:
        self.cockpit.draw()

    def show(self, state: State | None, now: Instant) -> None:
        if state is None or not self.query("#too-small"):  # the last widget: nothing to draw on before it
            return
        from cockpit.core.clusters import told_apart
        from cockpit.views.firstline import firstline

        self.set_class(state.mode == "drill", "rehearsal")
        only = self.only
        self.query_one("#first", Block).show(lambda width: (firstline(state, now, width, only),))
        self.query_one(Footer).show(clusters=bool(told_apart(state)))
        self.draw(state, now)

    def draw(self, state: State, now: Instant) -> None:
        raise NotImplementedError

    @property
    def only(self) -> str:
        """The cluster that this screen is limited to; empty: it shows everything."""
        return ""

    # What the cursor is on

    @property
    def list(self) -> Lines[Any] | None:
        focused = self.focused
        return focused if isinstance(focused, Lines) else None

    @property
    def node(self) -> str:
        """The service or capability that keys act on; empty when there is none."""
        return self.subject

    def line_under_cursor(self) -> str:
        lines = self.list
        row = lines.chosen if lines else None
        return lines.told(row).lstrip("│├└ ") if lines and row is not None else ""

    # Typing and telling

    async def ask(self, kind: Kind, text: str = "") -> None:
        """Awaited by the key that asks, so that what is typed right behind it goes into the prompt."""
        from cockpit.tui.widgets.prompt import Prompt  # an Input takes its time to import

        if not self.query(Prompt):
            await self.mount(Prompt())
        self._before = self.focused or self._before
        self.add_class("asking")
        self.query_one(Prompt).ask(kind, text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # In the prompt a slash is a slash.
        return not (action in OPEN_A_PROMPT and self.has_class("asking"))

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        self.typed(event.kind, event.text)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        self._answered()
        self.tell("")
        if event.kind == ":":
            self.cockpit.jump(event.text)

    def on_prompt_cancelled(self, event: Prompt.Cancelled) -> None:
        self._answered()
        self.typed(event.kind, "")

    def _answered(self) -> None:
        self.remove_class("asking")
        self.set_focus(self._before)

    def typed(self, kind: Kind, text: str) -> None:
        """What stands in the prompt now."""
        from cockpit.tui.jump import suggestions

        if kind == ":":
            self.tell(suggestions(self.cockpit.read(), text))

    def tell(self, text: str) -> None:
        for notice in self.query(Notice):  # none yet on a screen that is only just coming
            notice.tell(text)


def fitted(lines: Iterable[Line], width: int) -> list[Line]:
    """Those that say something, each cut to `width`."""
    return [fit(line, width) for line in lines if line]
