"""Whoever reads the record stops when told to, at whatever moment that comes."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.update import initial
from cockpit.engine.tail import Tail

from .worlds import SHOP


class Soon:
    """A clock whose sleepers wake at once."""

    def now(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(40))
async def test_a_cancellation_is_never_swallowed(turns: int) -> None:
    state = initial(SHOP)
    tail = Tail(MemoryJournal(), Soon(), lambda event: None, lambda: state)
    await tail.catch_up()
    reading = asyncio.ensure_future(tail.run())
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading}, timeout=5.0)
    assert reading.cancelled()
