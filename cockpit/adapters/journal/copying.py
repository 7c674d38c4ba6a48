"""All records of one journal, as they are, into an empty one: whole and proven, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from cockpit.adapters.journal.verify import verify
from cockpit.core.journal import Recorded
from cockpit.core.journal_head import NOTHING, Head
from cockpit.errors import JournalError

BATCH: Final = 2_000
ROUNDS: Final = 5
"""How often what came meanwhile is copied too, before somebody is told to stop writing."""
STOP: Final = "end the cockpits that write there, then copy again"


class Source(Protocol):
    async def head(self) -> Head: ...

    async def read(self, after: int = 0, limit: int = 10_000) -> Sequence[Recorded]: ...


class Filling(Protocol):
    """An empty journal for the time that it is filled; nobody else sees any of it, or writes there."""

    async def put(self, records: Sequence[Recorded]) -> None: ...

    async def read(self, after: int = 0, limit: int = 10_000) -> Sequence[Recorded]: ...


async def copy(source: Source, target: AbstractAsyncContextManager[Filling]) -> Head:
    """The head of both. `target` is kept where the `with` around it ends well, and else as empty as it was.

    Raises JournalError.
    """
    verdict = await verify(source)
    if verdict.broken:
        _, why = verdict.broken
        raise JournalError(f"{why}; nothing was copied", "`cockpit journal verify` tells how far it holds")
    if verdict.foreign:
        raise JournalError(f"{verdict.foreign[0]}; nothing was copied", "go on where it is")
    async with target as filling:
        head = await _filled(source, filling)
    later = await source.head()
    if later != head:
        more = later.seq - head.seq
        raise JournalError(f"copied up to {head}, and {more} more came to the source since", STOP)
    return head


async def _filled(source: Source, filling: Filling) -> Head:
    """Until nothing new has come while the copy was read back."""
    head = await _more(source, filling, NOTHING)
    for _ in range(ROUNDS):
        verdict = await verify(filling, head)
        if verdict.broken or verdict.head != head:
            raise JournalError(f"the copy is another than its source after record {verdict.head.seq}")
        last, head = head, await _more(source, filling, head)
        if head == last:
            return head
    raise JournalError("the source is written to faster than it can be copied; nothing was copied", STOP)


async def _more(source: Source, filling: Filling, head: Head) -> Head:
    while records := await source.read(head.seq, BATCH):
        await filling.put(records)
        head = Head(records[-1].seq, records[-1].hash)
    return head
