"""Lines between the parts of a screen: a rule that carries titles, and a divider that it meets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.strip import Strip

from cockpit.tui.widgets.painted import Painted, words
from cockpit.views.lines import Line, Span, Tone, text_of


class Rule(Painted):
    """One line, `─ What is wrong ───┬─ The business ──`: each title stands above the widget it names."""

    def __init__(
        self, *names: str, divider: str = "", joint: Literal["┬", "┴"] = "┬", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._above = names
        self._divider = divider
        self._joint = joint
        self._titles: tuple[str, ...] = ()

    def show(self, *titles: str) -> None:
        if titles != self._titles:
            self._titles = titles
            self.refresh()

    def line_count(self) -> int:
        return 1

    def line_text(self, y: int) -> str:
        return words(self._line())

    def render_line(self, y: int) -> Strip:
        return self.paint(self._line(), self.size.width, y)

    def _line(self) -> Line:
        width = self.size.width
        starts = [self.screen.query_one(f"#{name}").region.x for name in self._above]
        joint = self.screen.query_one(f"#{self._divider}").region.x if self._divider else width
        pieces: list[Span] = []
        for start, title in zip(starts, self._titles, strict=False):
            pieces += self._up_to(start, joint, pieces)
            pieces += (Span("─"), Span(f" {title} ", Tone.TITLE)) if title else ()
        pieces += self._up_to(width, joint, pieces)
        return tuple(pieces)

    def _up_to(self, x: int, joint: int, before: Sequence[Span]) -> list[Span]:
        drawn = len(text_of(tuple(before)))
        rule = "─" * (x - drawn)
        if drawn <= joint < x:
            rule = rule[: joint - drawn] + self._joint + rule[joint - drawn + 1 :]
        return [Span(rule)] if rule else []

    def on_resize(self) -> None:
        self.refresh()


class Divider(Painted):
    """A line from top to bottom, one cell wide."""

    def line_count(self) -> int:
        return 0

    def render_line(self, y: int) -> Strip:
        return self.paint((Span("│"),), 1, y)
