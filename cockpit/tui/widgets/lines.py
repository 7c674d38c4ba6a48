"""A list of any length that draws only the lines on screen; it never jumps under the thumb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, ClassVar, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.tui.keys import bound
from cockpit.tui.widgets.painted import Painted, words
from cockpit.tui.widgets.steady import T, follow, keep_order, nearest, replaced, step
from cockpit.views.lines import Line, Span, Tone

SETTLES_AFTER = 3.0
"""Seconds after the last movement of the cursor until the rows may change places again."""
MARKED_FOR = 5.0
"""Seconds that a row which changed carries its mark."""

GAP: Line = (Span(" "),)
CURSOR: Line = (Span("▌", Tone.KEY),)
CHANGED: Line = (Span("•", Tone.STRONG),)


class Lines(Painted, ScrollView, Generic[T], can_focus=True):
    """Rows are values; a subclass says how one is drawn and what counts as a change.

    Only visible lines are ever drawn, and only those whose drawing has changed are sent to the terminal.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bound("open", "cursor_down", "cursor_up", "cursor_first", "cursor_last"),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    @dataclass
    class Opened(Message):
        """Enter, or a second click, on a row."""

        lines: Lines[Any]
        row: Any

    @dataclass
    class Left(Message):
        """The cursor would go beyond the first (-1) or last (1) row."""

        lines: Lines[Any]
        direction: int

    @dataclass
    class Fitted(Message):
        """There is more or less room for a row than before."""

        lines: Lines[Any]

    RESTS_ON_TOP: ClassVar[bool] = False
    """Without the focus it goes back to its first row: what is newest stands there."""

    def __init__(self, *, id: str | None = None, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(id=id)
        self.rows: Sequence[T] = ()
        self._given: Sequence[T] = ()
        self.cursor = -1
        self._clock = clock
        self._moved_at = -SETTLES_AFTER
        self._touched = False
        self._changed: dict[str, float] = {}
        self._painted: dict[int, tuple[Line, bool]] = {}
        self._width = 0

    # What a subclass says about its rows

    def version(self, row: T) -> object:
        """What must differ for a row to count as changed."""
        return None

    def line(self, row: T, width: int) -> Line:
        raise NotImplementedError

    @property
    def room(self) -> int:
        """Cells for a row, beside the cursor and the scrollbar."""
        return max(0, (self._width or self.scrollable_content_region.width) - 1)

    def told(self, row: T) -> str:
        """Everything that its line says, for the clipboard."""
        return " ".join(words(self.line(row, 400)).split())

    # Rows come

    def show(self, rows: Sequence[T], *, settle: bool = False) -> None:
        """Take over `rows`. They keep their old order while the cursor is on the move, unless `settle`."""
        given, self._given = self._given, rows
        if not settle and self._clock() - self._moved_at < SETTLES_AFTER:
            rows = self.rows if rows is given else keep_order(rows, self.rows)
        if rows is not self.rows:
            self._mark_changed(rows)
            self._take_over(rows)
        self.freshen()

    def freshen(self) -> None:
        """Repaint visible lines that would be drawn differently now."""
        top = self.scroll_offset.y
        for y, painted in list(self._painted.items()):
            at = top + y
            if painted != (self._line(at), self._is_cursor(at)):
                self.refresh(Region(0, y, self._width, 1))

    def _take_over(self, rows: Sequence[T]) -> None:
        chosen = self.chosen
        top = self.scroll_offset.y
        anchor = self.cursor - top
        in_sight = 0 <= anchor < self.size.height
        if not self._touched or (self.RESTS_ON_TOP and not self.has_focus):
            # Whoever has not moved yet sees what matters most, also when that has only just come.
            self.cursor, in_sight = nearest(rows, 0), False
            self.scroll_to(y=0, animate=False, force=True)
        else:
            self.cursor = follow(rows, chosen.key if chosen is not None else "", self.cursor)
        if len(rows) != len(self.rows):
            self.virtual_size = Size(self._width, len(rows))
        self.rows = rows
        if in_sight and top and self.cursor - anchor != top:
            self.scroll_to(y=self.cursor - anchor, animate=False, force=True)
        if in_sight:
            self._uncover()

    def _mark_changed(self, rows: Sequence[T]) -> None:
        now = self._clock()
        self._changed = {key: at for key, at in self._changed.items() if now - at < MARKED_FOR}
        for before, after in replaced(rows, self.rows):
            if self.version(before) != self.version(after):
                self._changed[after.key] = now

    # Rows are drawn

    def on_resize(self, event: events.Resize) -> None:
        self._width = self.scrollable_content_region.width
        self.virtual_size = Size(self._width, len(self.rows))
        self._painted = {}
        self.refresh()
        self._uncover()
        self.post_message(self.Fitted(self))

    def on_focus(self) -> None:
        self.freshen()

    def on_blur(self) -> None:
        self.freshen()

    def render_line(self, y: int) -> Strip:
        at = self.scroll_offset.y + y
        line, is_cursor = self._painted[y] = self._line(at), self._is_cursor(at)
        return self.paint(line, self._width or self.size.width, at, is_cursor)

    def _line(self, at: int) -> Line:
        if not 0 <= at < len(self.rows):
            return ()
        row = self.rows[at]
        return self._gutter(at, row) + self.line(row, self.room)

    def _gutter(self, at: int, row: T) -> Line:
        if self._is_cursor(at):
            return CURSOR
        changed = self._changed.get(row.key) if self._changed else None
        return CHANGED if changed is not None and self._clock() - changed < MARKED_FOR else GAP

    def _is_cursor(self, at: int) -> bool:
        return at == self.cursor and self.has_focus

    def line_count(self) -> int:
        return len(self.rows)

    def line_text(self, y: int) -> str:
        return words(self._line(y))

    # The cursor

    @property
    def chosen(self) -> T | None:
        """The row that the cursor is on."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    def move_to(self, at: int) -> None:
        self._moved_at = self._clock()
        self._touched = True
        if at < 0 or at == self.cursor:
            return
        self.cursor = at
        self.freshen()
        self._uncover()

    def enter_from(self, direction: int) -> None:
        """Take the focus, with the cursor on the first row (-1) or the last (1)."""
        self.focus()
        self.move_to(nearest(self.rows, 0 if direction < 0 else len(self.rows) - 1))

    def choose(self, key: str) -> None:
        """Put the cursor on the row `key`, if it is here."""
        self._touched = True
        self.cursor = follow(self.rows, key, max(0, self.cursor))
        self.freshen()
        self._uncover()

    def _uncover(self) -> None:
        """Scroll so that the cursor is in sight, and with it the titles above the first row.

        Beyond the edge it goes on by half a screen: a slow line is not sent a whole screen at every key.
        """
        height = self.size.height
        top = self.scroll_offset.y
        if self.cursor < 0 or not height:
            return
        if step(self.rows, self.cursor, -1) < 0:
            wanted = max(0, self.cursor - height + 1)
        elif self.cursor < top:
            wanted = max(0, self.cursor - height // 2)
        elif self.cursor >= top + height:
            wanted = min(self.cursor - height // 2, len(self.rows) - height)
        else:
            return
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def _step(self, by: int) -> None:
        at = step(self.rows, self.cursor, by)
        self.move_to(at)
        if at < 0:
            self.post_message(self.Left(self, by))

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_cursor_first(self) -> None:
        self.move_to(nearest(self.rows, 0))

    def action_cursor_last(self) -> None:
        self.move_to(nearest(self.rows, len(self.rows) - 1))

    def action_page(self, pages: int) -> None:
        self.move_to(nearest(self.rows, self.cursor + pages * max(1, self.size.height - 1)))

    def action_open(self) -> None:
        if (row := self.chosen) is not None:
            self.post_message(self.Opened(self, row))

    def on_click(self, event: events.Click) -> None:
        at = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if not 0 <= at < len(self.rows) or not self.rows[at].key:
            return
        self.move_to(at)
        if event.chain > 1:
            self.action_open()

    def on_mouse_scroll_down(self) -> None:
        self._moved_at, self._touched = self._clock(), True

    def on_mouse_scroll_up(self) -> None:
        self._moved_at, self._touched = self._clock(), True
