"""The lane of decisions: nothing that a person decided is seen before it is on record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cockpit.core.decisions import fact_of
from cockpit.core.events import Decision, Event, Refused
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import canonical
from cockpit.core.levels import Seconds
from cockpit.core.update_timeline import described
from cockpit.errors import CockpitError
from cockpit.ports import Clock, Journal

log = logging.getLogger(__name__)

PATIENCE: Seconds = 5.0
BUSY = f"the journal has been busy for {PATIENCE:g} s; nothing was done"
IN_DOUBT = f"the journal has not answered for {PATIENCE:g} s; it may or may not be on record"


@dataclass(eq=False)
class _Waiting:
    decision: Decision
    fact: Fact
    timer: asyncio.Task[None] | None = field(default=None, repr=False)


def taken(fact: Fact, record: Recorded) -> str | None:
    """Why `fact` is not what stands on record under its uid: somebody else was first."""
    theirs = record.fact
    if (theirs.actor, canonical(theirs.body)) == (fact.actor, canonical(fact.body)):
        return None
    return f"{theirs.actor} was first: {theirs.uid} is on record already, so look at that"


class DecisionLane:
    """`recorded` is called for each decision once it is durable, `say` with each that is refused."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        recorded: Callable[[Decision], None],
        say: Callable[[Event], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._recorded = recorded
        self._say = say
        self._queue: list[_Waiting] = []
        self._timers: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    def put(self, decision: Decision) -> None:
        one = _Waiting(decision, fact_of(decision))
        one.timer = asyncio.ensure_future(self._lose_patience(one))
        self._timers.add(one.timer)
        one.timer.add_done_callback(self._timers.discard)
        self._queue.append(one)
        self._wake.set()

    async def drain(self, patience: Seconds) -> None:
        """Wait for what is on its way, in real time: this is for leaving, when no other clock may run."""
        if self._timers:
            await asyncio.wait(set(self._timers), timeout=patience)

    async def run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                batch, self._queue = self._queue, []
                await self._append(batch)
        finally:
            for timer in self._timers:
                timer.cancel()

    async def _append(self, batch: Sequence[_Waiting]) -> None:
        """All at once, since an fsync is dear; if they are refused, one by one to find the culprit."""
        if not batch:
            return
        refusal = await self._refusal([one.fact for one in batch])
        if refusal is None:
            for one in batch:
                self._settle(one)
                self._recorded(one.decision)
        elif len(batch) > 1:
            for one in batch:
                await self._append([one])
        else:
            self._settle(batch[0])
            self._refuse(batch[0], refusal)

    async def _refusal(self, facts: Sequence[Fact]) -> str | None:
        try:
            records = await self._journal.append(facts)
        except CockpitError as error:
            return str(error)
        except Exception as error:
            log.exception("journal")
            return f"internal fault in the journal, please report: {error!r:.200}"
        return next(filter(None, map(taken, facts, records)), None)

    async def _lose_patience(self, one: _Waiting) -> None:
        await self._clock.sleep(PATIENCE)
        if one in self._queue:
            self._queue.remove(one)
            self._refuse(one, BUSY)
        else:  # in flight: it cannot be taken back, and should it arrive after all, it counts
            self._refuse(one, IN_DOUBT)

    def _settle(self, one: _Waiting) -> None:
        if one.timer:
            one.timer.cancel()

    def _refuse(self, one: _Waiting, why: str) -> None:
        self._say(Refused(described(one.decision), why, self._clock.now()))
