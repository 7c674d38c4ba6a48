"""Reads the record as it grows: what we wrote comes back by the same door as what others wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from cockpit.core import checkpoint as checkpoints
from cockpit.core.checkpoint import checkpoint, record_at
from cockpit.core.events import Event, JournalFailed, RecordGrew, RecordRead
from cockpit.core.levels import Seconds
from cockpit.core.state import State
from cockpit.errors import JournalError
from cockpit.ports import Clock, Journal

EVERY: Final[Seconds] = 0.5
PAGE: Final = 2_000
"""Records folded at a time, so that a long record does not hold the loop."""
ALONE: Final = 1
"""After a record that came alone nothing is asked: it was the last, as no page ends for its size with one."""
LATELY: Final = 300
"""Records before the checkpoint that are read for the timeline."""


class Tail:
    """Starts from the last checkpoint, and makes the next one when it is due."""

    def __init__(
        self, journal: Journal, clock: Clock, say: Callable[[Event], None], state: Callable[[], State]
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._say = say
        self._state = state
        self.pause: Callable[[], Seconds] = lambda: EVERY
        """How long between two looks, when nobody pokes."""
        self._read = 0
        self._opened = False
        self._checkpointed = 0
        self._poked = asyncio.Event()
        self._trouble = ""
        self.has_read = False
        """Whether all that was on record when we came has been told, or could not be read."""

    def poke(self) -> None:
        """Something was just written: do not wait for the next look."""
        self._poked.set()

    async def run(self) -> None:
        while True:
            self._poked.clear()
            await self.catch_up()
            waiting = asyncio.ensure_future(self._clock.sleep(self.pause()))
            poked = asyncio.ensure_future(self._poked.wait())
            try:
                await asyncio.wait({waiting, poked}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
                poked.cancel()
                # Whoever cancels us just now means it: what would swallow that goes on for ever.
                await asyncio.wait({waiting, poked})

    async def catch_up(self) -> None:
        """Everything there is now. Trouble is said once, and once more when it is over."""
        try:
            await self._open()
            while await self._read_on() > ALONE:
                pass
            await self._checkpoint()
        except JournalError as error:
            self._tell(str(error))
        else:
            self._tell("")
        self.has_read = True

    async def _read_on(self) -> int:
        """How many records came."""
        records = await self._journal.read(self._read, PAGE)
        if records:
            self._read = records[-1].seq
            self._say(RecordGrew(tuple(records)))
        return len(records)

    async def _open(self) -> None:
        if self._opened:
            return
        last = await self._journal.latest_checkpoint()
        record = await asyncio.to_thread(record_at, last)
        if record is not None and last is not None:
            lately = await self._journal.read(max(0, record.seq - LATELY), min(LATELY, record.seq))
            self._read, self._checkpointed = record.seq, last.recorded
            self._say(RecordRead(record, tuple(lately)))
        self._opened = True

    async def _checkpoint(self) -> None:
        """Of what is folded by now, which may be less than what is read."""
        state = self._state()
        if state.readonly or state.record.seq - self._checkpointed < checkpoints.EVERY:
            return
        # Whoever keeps the record knows which of those that others made meanwhile may be used.
        last = await self._journal.latest_checkpoint()
        self._checkpointed = last.recorded if last else 0
        if state.record.seq - self._checkpointed < checkpoints.EVERY:
            return
        made = await asyncio.to_thread(checkpoint, state.record)
        fact = checkpoints.fact_of(made, self._clock.now(), checkpoints.COCKPIT)
        self._checkpointed = (await self._journal.append([fact]))[0].seq

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._say(JournalFailed(trouble, self._clock.now()))
