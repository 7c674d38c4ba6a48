"""What screens share whose lines can be filtered: `/` asks, esc clears before it goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.tui.screens.view import View

if TYPE_CHECKING:
    from cockpit.tui.widgets.prompt import Kind


class Filtering(View):
    filter: str = ""
    """Only lines that hold these words are shown."""

    async def action_filter(self) -> None:
        await self.ask("/", self.filter)

    def action_back(self) -> None:
        if self.filter:
            self.typed("/", "")
        else:
            self.cockpit.back()

    def typed(self, kind: Kind, text: str) -> None:
        if kind == "/":
            self.filter = text
            self.cockpit.draw()
        else:
            super().typed(kind, text)
