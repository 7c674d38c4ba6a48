"""A few lines that stand still: headline, first line, advice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Size
from textual.strip import Strip

from cockpit.tui.widgets.painted import Painted, words
from cockpit.views.lines import Line

Fit = Callable[[int], Sequence[Line]]
"""Gives the lines for a width."""


class Block(Painted):
    """As high as its lines are many; they are fitted anew when the width changes."""

    def __init__(self, *lines: Line, id: str | None = None) -> None:
        super().__init__(id=id)
        self._fit: Fit = lambda width: lines
        self._fitted: tuple[int, Sequence[Line]] | None = None

    def show(self, fit: Fit) -> None:
        self._fit = fit
        if self._fitted is None:
            return
        width, old = self._fitted
        lines = fit(width)
        self._fitted = width, lines
        if lines != old:
            self.refresh(layout=len(lines) != len(old))

    def _lines(self, width: int) -> Sequence[Line]:
        if self._fitted is None or self._fitted[0] != width:
            self._fitted = width, self._fit(width)
        return self._fitted[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def line_count(self) -> int:
        return len(self._lines(self.size.width))

    def line_text(self, y: int) -> str:
        return words(self._lines(self.size.width)[y])

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._lines(width)
        return self.paint(lines[y] if y < len(lines) else (), width, y)
