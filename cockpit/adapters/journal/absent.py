"""No journal: everything that would have to be on record is refused with the reason, and health goes on."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.journal import Fact, Recorded
from cockpit.errors import JournalError


class AbsentJournal:
    """Behind `ports.Journal`, where there is no place to write to."""

    def __init__(self, why: JournalError) -> None:
        self._why = why

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        raise self._why

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        raise self._why

    async def run_ids(self) -> Sequence[str]:
        raise self._why

    async def latest_checkpoint(self) -> Checkpoint | None:
        raise self._why

    async def close(self) -> None:
        """Nothing to let go of."""
