"""The record of one drill, kept among those of all drills; what is decided in a drill sees only its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.journal import Fact, Recorded, new_uid
from cockpit.core.rehearsal.shifted import Shift, incident_number, run_number, shifted
from cockpit.errors import JournalError
from cockpit.ports import Journal

CHUNK = 500
"""Facts that are put away at a time."""


class Kept:
    """A `ports.Journal`: `inner` is asked, and `archive` has everything first."""

    def __init__(self, inner: Journal, archive: Journal, lost: Callable[[str], None] | None = None) -> None:
        """`lost` hears why the archive cannot be written, and all goes on without; None: nothing does."""
        self._inner = inner
        self._archive = archive
        self._lost = lost
        self._shift: Shift | None = None
        self._is_lost = False

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        if not self._is_lost:
            try:
                await self._put_away(facts)
            except JournalError as error:
                if self._lost is None:
                    raise
                self._is_lost = True
                self._lost(str(error))
        return await self._inner.append(facts)

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        return await self._inner.read(after, limit, run=run, kind=kind)

    async def latest_checkpoint(self) -> Checkpoint | None:
        return await self._inner.latest_checkpoint()

    async def close(self) -> None:
        await self._inner.close()

    async def _put_away(self, facts: Sequence[Fact]) -> None:
        if self._shift is None:
            self._shift = await shift_of(self._archive)
        await self._archive.append([shifted(fact, self._shift) for fact in facts])


async def shift_of(archive: Journal) -> Shift:
    """Behind all that is in it. Raises JournalError."""
    runs = [run_number(each.fact.run) for each in await _all(archive, "run.started")]
    incidents = [incident_number(each.fact.incident) for each in await _all(archive, "incident.declared")]
    return Shift(new_uid(), max(runs, default=0), max(incidents, default=0))


async def put_away(records: Sequence[Recorded], archive: Journal) -> None:
    """The whole record of a drill that is over. Raises JournalError."""
    shift = await shift_of(archive)
    facts = [shifted(each.fact, shift) for each in records]
    for begin in range(0, len(facts), CHUNK):
        await archive.append(facts[begin : begin + CHUNK])


async def _all(journal: Journal, kind: str) -> list[Recorded]:
    found: list[Recorded] = []
    while records := await journal.read(found[-1].seq if found else 0, kind=kind):
        found += records
    return found
