"""Titled parts of a screen, one below the other, as a list that the cursor can walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.painted import words
from cockpit.views.layout import draw_section, width_of
from cockpit.views.lines import LEVEL_TONES, Line, Row, Section, Span, Tone

LEVELS = frozenset(LEVEL_TONES.values()) | {Tone.BREACHED}


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of a section, already fitted to the width."""

    line: Line
    row: Row | None = None
    key: str = ""


class SectionLines(Lines[Placed]):
    """One section, or with `titled` several with a rule above each."""

    def __init__(self, *, titled: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._titled = titled
        self._sections: tuple[Section, ...] = ()

    def version(self, row: Placed) -> object:
        return [span.tone for span in row.line if span.tone in LEVELS]

    def line(self, row: Placed, width: int) -> Line:
        return row.line

    def show_sections(self, *sections: Section) -> None:
        if sections != self._sections:
            self._sections = sections
            self._refit()
        else:
            self.show(self.rows)

    def choose_part(self, title: str) -> bool:
        """Put the cursor on the first row below `title`; whether there is such a part."""
        found = [at for at, row in enumerate(self.rows) if row.key.startswith(f"{title}/")]
        if found:
            self.scroll_to(y=found[0] - 1, animate=False, force=True)
            self.move_to(found[0])
        return bool(found)

    def told(self, row: Placed) -> str:
        if row.row and row.row.opens in {"contact", "link"}:  # what is dialled or opened, and no word more
            return row.row.key
        cells = row.row.cells if row.row else (row.line,)
        return " ".join(" ".join(words(cell) for cell in cells).split())

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._refit()

    def _refit(self) -> None:
        width = self._width - 1
        if width > 0:
            self.show([placed for section in self._sections for placed in self._place(section, width)])

    def _place(self, section: Section, width: int) -> Iterator[Placed]:
        if self._titled:
            yield Placed(_rule(section.title, width))
        for at, (line, row) in enumerate(draw_section(section, width)):
            name = f"{row.opens}/{row.key}" if row and row.key else str(at)
            yield Placed(line, row, "" if section.head and at == 0 else f"{section.title}/{name}")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(len(each.rows) + len(each.hints) + bool(each.note) for each in self._sections)


class FollowedLines(SectionLines):
    """Says so when the cursor goes to another row, for what is told of that one elsewhere."""

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

    def move_to(self, at: int) -> None:
        super().move_to(at)
        self.post_message(self.Moved())


class Timeline(SectionLines):
    """Newest first, and the newest in sight unless somebody is reading further down."""

    RESTS_ON_TOP = True


def _rule(title: str, width: int) -> Line:
    return Span("─"), Span(f" {title} ", Tone.TITLE), Span("─" * max(0, width - 3 - width_of(title)))
