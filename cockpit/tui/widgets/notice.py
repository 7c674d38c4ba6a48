"""What the program has to say about the last key: a line or three above the footer, gone after a while."""

from __future__ import annotations

from textual.timer import Timer
from textual.widgets import Static

from cockpit.tui.safe import safe

STAYS = 8.0
"""Seconds."""


class Notice(Static):
    def __init__(self) -> None:
        super().__init__(safe(""))
        self._gone: Timer | None = None

    def tell(self, text: str) -> None:
        self.update(safe(text, multiline=True))
        self.set_class(bool(text), "told")
        if self._gone:
            self._gone.stop()
        self._gone = self.set_timer(STAYS, self.hush) if text else None

    def hush(self) -> None:
        self.tell("")
