"""The last line: the keys that work here, whole entries only."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.tui.widgets.painted import Painted, words
from cockpit.views.keys import footer
from cockpit.views.lines import Line, Span, Tone


class Footer(Painted):
    def __init__(self, screen: str) -> None:
        super().__init__()
        self._of = screen
        self._clusters = False

    def show(self, *, clusters: bool) -> None:
        if clusters is not self._clusters:
            self._clusters = clusters
            self.refresh()

    def line_count(self) -> int:
        return 1

    def line_text(self, y: int) -> str:
        return words(self._line())

    def render_line(self, y: int) -> Strip:
        return self.paint(self._line(), self.size.width, y)

    def _line(self) -> Line:
        spans = []
        for binding in footer(self._of, self.size.width, clusters=self._clusters):
            spans += [Span(" "), Span(binding.shown, Tone.KEY), Span(f" {binding.words} ", Tone.DIM)]
        return tuple(spans)
