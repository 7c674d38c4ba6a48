"""The record of one drill, kept among those of all drills; what is decided in a drill sees only its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cockpit.adapters.journal.around import Around
from cockpit.core.journal import Fact, Recorded, new_uid
from cockpit.core.rehearsal.shifted import Shift, incident_number, run_number, shifted
from cockpit.errors import JournalError
from cockpit.ports import Journal

CHUNK = 500
"""Facts that are put away at a time."""


class Kept(Around):
    """A `ports.Journal`: `inner` is asked, and `archive` has everything first."""

    def __init__(self, inner: Journal, archive: Journal, lost: Callable[[str], None] | None = None) -> None:
        """`lost` hears why the archive cannot be written, and all goes on without; None: nothing does."""
        super().__init__(inner)
        self._archive = archive
        self._lost = lost
        self._shift = Shift(new_uid())
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
        return await super().append(facts)

    async def _put_away(self, facts: Sequence[Fact]) -> None:
        self._shift = await further(self._shift, facts, self._archive)
        await self._archive.append([shifted(fact, self._shift) for fact in facts])


async def further(shift: Shift, facts: Sequence[Fact], archive: Journal) -> Shift:
    """With the next free number for each run and incident that begins in `facts`. Raises JournalError.

    Given when it begins: another drill may have taken numbers since this one did.
    """
    runs = await _numbered(shift.runs, facts, "run.started", lambda fact: run_number(fact.run), archive)
    incidents = await _numbered(
        shift.incidents, facts, "incident.declared", lambda fact: incident_number(fact.incident), archive
    )
    return replace(shift, runs=runs, incidents=incidents)


async def _numbered(
    known: Mapping[int, int],
    facts: Sequence[Fact],
    kind: str,
    number: Callable[[Fact], int],
    archive: Journal,
) -> Mapping[int, int]:
    begun = {number(fact) for fact in facts if fact.kind == kind} - {0, *known}
    if not begun:
        return known
    highest = max((number(each.fact) for each in await _all(archive, kind)), default=0)
    return {**known, **{each: highest + more for more, each in enumerate(sorted(begun), 1)}}


async def put_away(records: Sequence[Recorded], archive: Journal) -> None:
    """The whole record of a drill that is over. Raises JournalError."""
    all_of_it = [each.fact for each in records]
    shift = await further(Shift(new_uid()), all_of_it, archive)
    facts = [shifted(each, shift) for each in all_of_it]
    for begin in range(0, len(facts), CHUNK):
        await archive.append(facts[begin : begin + CHUNK])


async def _all(journal: Journal, kind: str) -> list[Recorded]:
    found: list[Recorded] = []
    while records := await journal.read(found[-1].seq if found else 0, kind=kind):
        found += records
    return found
