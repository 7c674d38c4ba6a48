"""A journal around another: what a wrapper does not say otherwise, the inner one does."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.journal import Fact, Recorded
from cockpit.ports import Journal


class Around:
    """A `ports.Journal`."""

    def __init__(self, inner: Journal) -> None:
        self._inner = inner

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        return await self._inner.append(facts)

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        return await self._inner.read(after, limit, run=run, kind=kind)

    async def run_ids(self) -> Sequence[str]:
        return await self._inner.run_ids()

    async def latest_checkpoint(self) -> Checkpoint | None:
        return await self._inner.latest_checkpoint()

    async def close(self) -> None:
        await self._inner.close()
