"""What others put on record, seen twice a second, or as soon as somebody tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from cockpit.core.journal import Recorded
from cockpit.core.levels import Seconds
from cockpit.ports import Journal

EVERY: Final[Seconds] = 0.5
Rest: TypeAlias = Callable[[Seconds], Awaitable[object]]
"""Waits for so long, or until there may be more."""


async def wait(
    journal: Journal,
    after: int,
    patience: Seconds | None = None,
    *,
    every: Seconds = EVERY,
    rest: Rest = asyncio.sleep,
) -> Sequence[Recorded]:
    """Records after `after` as soon as there are any, ours among them; none when `patience` is over.

    Raises JournalError.
    """
    loop = asyncio.get_running_loop()
    end = None if patience is None else loop.time() + patience
    while not (records := await journal.read(after)):
        left = every if end is None else min(every, end - loop.time())
        if left <= 0:
            break
        await rest(left)
    return records


async def follow(
    journal: Journal, after: int, *, every: Seconds = EVERY, rest: Rest = asyncio.sleep
) -> AsyncIterator[Recorded]:
    """Every record after `after`, for ever. Raises JournalError."""
    while True:
        for record in await wait(journal, after, every=every, rest=rest):
            after = record.seq
            yield record
