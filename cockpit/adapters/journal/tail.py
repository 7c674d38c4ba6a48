"""What others put on record, seen twice a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from cockpit.core.journal import Recorded
from cockpit.core.levels import Seconds
from cockpit.ports import Journal

EVERY: Final[Seconds] = 0.5


async def wait(
    journal: Journal, after: int, patience: Seconds | None = None, *, every: Seconds = EVERY
) -> Sequence[Recorded]:
    """Records after `after` as soon as there are any, ours among them; none when `patience` is over.

    Raises JournalError.
    """
    loop = asyncio.get_running_loop()
    end = None if patience is None else loop.time() + patience
    while not (records := await journal.read(after)):
        rest = every if end is None else min(every, end - loop.time())
        if rest <= 0:
            break
        await asyncio.sleep(rest)
    return records


async def follow(journal: Journal, after: int, *, every: Seconds = EVERY) -> AsyncIterator[Recorded]:
    """Every record after `after`, for ever. Raises JournalError."""
    while True:
        for record in await wait(journal, after, every=every):
            after = record.seq
            yield record
