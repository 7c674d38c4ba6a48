"""Whether a journal is as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cockpit.adapters.journal.rows import BrokenRecord
from cockpit.core.journal import Recorded, Unread, first_broken
from cockpit.core.journal_head import NOTHING, Head, missing_from


class Pages(Protocol):
    """As every `ports.Journal` is."""

    async def read(self, after: int = 0, limit: int = 10_000) -> Sequence[Recorded]: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    head: Head
    """The last record whose chain holds."""
    broken: tuple[int, str] | None = None
    """(seq, why) of the first record that was changed, removed or put elsewhere."""
    foreign: tuple[str, ...] = ()
    """Records in the chain that nobody can read, and by whom they are."""


async def verify(journal: Pages, exported: Head = NOTHING, *, page: int = 10_000) -> Verdict:
    """Reads all of it, a page at a time. Raises JournalError where it cannot be read.

    `exported` is a head taken earlier, which must still be part of it.
    """
    head, there = NOTHING, None
    foreign: list[str] = []
    while True:
        records, unreadable = await _page(journal, head.seq, page)
        broken = first_broken(records, head.hash, head.seq + 1) or unreadable
        whole = records[: broken[0] - head.seq - 1] if broken else records
        there = next((each.hash for each in whole if each.seq == exported.seq), there)
        head = Head(whole[-1].seq, whole[-1].hash) if whole else head
        foreign += [_foreign(each) for each in whole if isinstance(each, Unread)]
        if broken:
            return Verdict(head, broken, tuple(foreign))
        if not records:
            why = missing_from(exported, head, there)
            return Verdict(head, (min(exported.seq, head.seq + 1), why) if why else None, tuple(foreign))


def _foreign(record: Recorded) -> str:
    where = f"record {record.seq} by {record.fact.actor} ({record.origin})"
    return f"{where} says something that no cockpit wrote, and nobody can read; ask {record.fact.actor}"


async def _page(journal: Pages, after: int, limit: int) -> tuple[list[Recorded], tuple[int, str] | None]:
    """The records of a page up to the first that cannot be read, and which one that is."""
    try:
        return list(await journal.read(after, limit)), None
    except BrokenRecord as error:
        unreadable = error.seq, f"record {error.seq} is not as it was written: {error.why}"
    records: list[Recorded] = []
    try:
        while one := await journal.read(records[-1].seq if records else after, 1):
            records += one
    except BrokenRecord:
        pass
    return records, unreadable
