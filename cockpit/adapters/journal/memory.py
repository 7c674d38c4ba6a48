"""A journal that forgets everything with the program: for the demo and for drills."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.events import Decision


class MemoryJournal:
    def __init__(self) -> None:
        self.decisions: list[Decision] = []

    async def append(self, decisions: Sequence[Decision]) -> None:
        self.decisions += decisions

    async def close(self) -> None:
        """Nothing to let go of."""
