"""Reads the record as it grows: what we wrote comes back by the same door as what others wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from cockpit.core.events import Event, JournalFailed, RecordGrew
from cockpit.core.levels import Seconds
from cockpit.errors import JournalError
from cockpit.ports import Clock, Journal

EVERY: Final[Seconds] = 0.5
PAGE: Final = 2_000
"""Records folded at a time, so that a long record does not hold the loop."""


class Tail:
    def __init__(self, journal: Journal, clock: Clock, say: Callable[[Event], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._say = say
        self._read = 0
        self._poked = asyncio.Event()
        self._trouble = ""

    def poke(self) -> None:
        """Something was just written: do not wait for the next look."""
        self._poked.set()

    async def run(self) -> None:
        while True:
            self._poked.clear()
            await self.catch_up()
            waiting = asyncio.ensure_future(self._clock.sleep(EVERY))
            poked = asyncio.ensure_future(self._poked.wait())
            try:
                await asyncio.wait({waiting, poked}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
                poked.cancel()
                with suppress(asyncio.CancelledError):
                    await asyncio.gather(waiting, poked, return_exceptions=True)

    async def catch_up(self) -> None:
        """Everything there is now. Trouble is said once, and once more when it is over."""
        try:
            while records := await self._journal.read(self._read, PAGE):
                self._read = records[-1].seq
                self._say(RecordGrew(tuple(records)))
        except JournalError as error:
            self._tell(str(error))
        else:
            self._tell("")

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._say(JournalFailed(trouble))
