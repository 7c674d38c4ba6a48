"""A record that cannot be written while the scenario has the disk full; then nothing is decided either."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.adapters.journal.around import Around
from cockpit.core.journal import Fact, Recorded
from cockpit.errors import JournalError
from cockpit.ports import Journal


class SometimesFull(Around):
    """A `ports.Journal` around another."""

    def __init__(self, inner: Journal, is_full: Callable[[], bool]) -> None:
        super().__init__(inner)
        self._is_full = is_full

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        if self._is_full():
            raise JournalError(
                "no space left on device (simulated)", "this is a rehearsal; the fault ends by itself"
            )
        return await super().append(facts)
