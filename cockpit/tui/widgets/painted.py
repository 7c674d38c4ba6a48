"""A widget made of lines of spans: the stylesheet gives each tone its look, nothing else decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from cockpit.tui.glyphs import plain
from cockpit.tui.safe import segment, tidy
from cockpit.views.lines import Line, Tone, text_of

if TYPE_CHECKING:
    from textual.selection import Selection

CURSOR = "cursor"
LOOKS: Final = {str(tone) for tone in Tone} | {CURSOR}
"""Component classes of the screen: one for every tone. On each widget they would slow down the start."""


class Painted(Widget):
    """Base of everything that draws view lines. Text in it can be selected with the mouse."""

    ascii: ClassVar[bool] = False
    """Set once for the whole program, before anything is drawn."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._looks: dict[str, Style] = {}

    def notify_style_update(self) -> None:
        self._looks = {}
        super().notify_style_update()

    def look(self, tone: str) -> Style:
        """Style of a tone without its background, unless the tone has one of its own."""
        style = self._looks.get(tone)
        if style is None:
            style = self._looks[tone] = self.screen.get_component_rich_style(tone, partial=True)
        return style

    def line_text(self, y: int) -> str:
        """What is written in line `y` of the content, as it can be selected."""
        raise NotImplementedError

    def line_count(self) -> int:
        raise NotImplementedError

    def paint(self, line: Line, width: int, y: int, under_cursor: bool = False) -> Strip:
        """`line` as line `y` of the content, exactly `width` cells wide."""
        base = self.rich_style + self.look(CURSOR) if under_cursor else self.rich_style
        strip = Strip(self._segments(line, base)).adjust_cell_length(width, base)
        return self._with_selection(strip, y).apply_offsets(0, y)

    def _segments(self, line: Line, base: Style) -> list[Segment]:
        """One segment for as long as the look does not change: each costs forty bytes on the wire."""
        found: list[Segment] = []
        for span in line:
            text, style = self.spelt(span.text), base + self.look(span.tone)
            if found and (style == found[-1].style or (text.isspace() and _blank(found[-1].style, base))):
                text, style = found[-1].text + text, found.pop().style or base
            found.append(segment(text, style))
        return found

    def spelt(self, text: str) -> str:
        return plain(text) if self.ascii else text

    def _with_selection(self, strip: Strip, y: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(y) if selection else None
        if span is None:
            return strip
        text = strip.text
        start, end = span[0], len(text) if span[1] < 0 else span[1]
        cuts = [cell_len(text[:start]), cell_len(text[:end]), strip.cell_length]
        before, chosen, after = (*strip.divide(cuts), Strip([]), Strip([]))[:3]
        style = self.screen.get_component_rich_style("screen--selection")
        return Strip.join([before, chosen.apply_style(style), after])

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        chosen = []
        for y in range(self.line_count()):
            if span := selection.get_span(y):
                text = self.line_text(y)
                chosen.append(text[span[0] : None if span[1] < 0 else span[1]].rstrip())
        return "\n".join(chosen), "\n"


def _blank(style: Style | None, base: Style) -> bool:
    """Whether a space looks the same in `style` as in `base`."""
    return style is not None and style.bgcolor == base.bgcolor and not (style.reverse or style.underline)


def words(line: Line) -> str:
    """A line as plain text."""
    return tidy(text_of(line))
