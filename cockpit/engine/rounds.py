"""One round of questions: all sources at once, and nobody is waited for beyond the deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence

from cockpit.core.events import Event, SourceFailed
from cockpit.core.levels import Instant, Seconds
from cockpit.engine.slices import within
from cockpit.ports import Clock, Source

log = logging.getLogger(__name__)

DEADLINE: Seconds = 3.0
GRACE: Seconds = 0.5
"""Sources keep the deadline themselves and say better what they waited for; this is for those that do not."""
TURNS = 20
"""Of the loop; what is cancelled needs a few to unwind."""
BREATH = 64
"""Events after which even a source that never waits lets the others have a turn."""
FAULT = "internal fault while asking it, please report"


class Rounds:
    def __init__(
        self,
        sources: Sequence[Source],
        clock: Clock,
        say: Callable[[Event], None],
        patience: Clock | None = None,
    ) -> None:
        """`patience`: the time in which sources are waited for, where `clock` is faster than they can be."""
        self._sources = sources
        self._clock = clock
        self._say = say
        self._patience = patience or clock
        self._asked_at: Instant | None = None
        self._stuck: dict[int, asyncio.Task[None]] = {}

    async def ask(self, at: Instant) -> None:
        """What the sources yield is said at once; returns when all are through or out of time."""
        self._asked_at = at
        asked = {asyncio.ensure_future(self._listen(source, at)): source for source in self._ready()}
        try:
            for task in await within(self._patience, DEADLINE + GRACE, asked):
                await self._cut(task, asked[task])
        finally:
            self._asked_at = None
            await _let_go(asked)

    def _ready(self) -> Iterable[Source]:
        """Sources that have given up the round before. The others are not asked twice at a time."""
        self._stuck = {number: task for number, task in self._stuck.items() if not task.done()}
        return [source for source in self._sources if id(source) not in self._stuck]

    async def _cut(self, task: asyncio.Task[None], source: Source) -> None:
        self._say(SourceFailed(source.name, self._clock.now(), f"no answer within {DEADLINE:g} s"))
        await _let_go([task])
        if not task.done():
            self._stuck[id(source)] = task

    async def _listen(self, source: Source, at: Instant) -> None:
        heard = 0
        try:
            async for event in source.poll(at):
                if self._asked_at != at:
                    return
                self._say(event)
                heard += 1
                if not heard % BREATH:
                    await asyncio.sleep(0)
        except Exception as error:
            log.exception("source %s", source.name)
            if self._asked_at == at:
                self._say(SourceFailed(source.name, self._clock.now(), f"{FAULT}: {error!r:.200}"))


async def _let_go(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancelled requests end their connections themselves, before anybody closes the source they belong to.

    Those that do not hear it are not waited for.
    """
    pending = [task for task in tasks if not task.done()]
    for task in pending:
        task.cancel()
    for _ in range(TURNS):
        if all(task.done() for task in pending):
            return
        await asyncio.sleep(0)


async def close_all(sources: Sequence[Source]) -> None:
    """One that cannot be closed must not keep the others open."""
    results = await asyncio.gather(*(source.close() for source in sources), return_exceptions=True)
    for source, result in zip(sources, results, strict=True):
        if isinstance(result, Exception):
            log.warning("closing %s: %r", source.name, result)
