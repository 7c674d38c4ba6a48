"""A record that cannot be written while the scenario has the disk full; then nothing is decided either."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.journal import Fact, Recorded
from cockpit.errors import JournalError
from cockpit.ports import Journal


class SometimesFull:
    """A `ports.Journal` around another."""

    def __init__(self, inner: Journal, is_full: Callable[[], bool]) -> None:
        self._inner = inner
        self._is_full = is_full

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        if self._is_full():
            raise JournalError(
                "no space left on device (simulated)", "this is a rehearsal; the fault ends by itself"
            )
        return await self._inner.append(facts)

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        return await self._inner.read(after, limit, run=run, kind=kind)

    async def latest_checkpoint(self) -> Checkpoint | None:
        return await self._inner.latest_checkpoint()

    async def close(self) -> None:
        await self._inner.close()
