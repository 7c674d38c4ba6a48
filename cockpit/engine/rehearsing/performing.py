"""A drill without a screen, from its start to its end; the record and the picture tell what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from cockpit.core.journal import Recorded
from cockpit.core.levels import Instant
from cockpit.core.rehearsal.expecting import Performed
from cockpit.core.rehearsal.track import Track, tracked
from cockpit.core.scenario import Scenario
from cockpit.engine import Engine
from cockpit.engine.runs.remembered import all_runs
from cockpit.ports import Journal


async def perform(
    engine: Engine, scenario: Scenario, start: Instant, play: Callable[[], Awaitable[None]]
) -> Performed:
    """`play` is what people do, until it returns; the engine is stopped then."""
    watched = Watching(engine)
    running = asyncio.ensure_future(engine.run())
    watching = asyncio.ensure_future(watched.watch())
    playing = asyncio.ensure_future(play())
    try:
        await asyncio.wait({running, playing}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running  # raises what ended it
        await playing
        await engine.settled()
        return await performed(engine, scenario, start, watched.track)
    finally:
        for task in (watching, playing):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await engine.stop()


async def performed(engine: Engine, scenario: Scenario, start: Instant, track: Track) -> Performed:
    """What has come of it by now. Raises JournalError."""
    records = await everything(engine.journal)
    runs = tuple((await all_runs(engine.journal)).values())
    return Performed(engine.state.model, scenario, start, engine.now(), records, runs, track)


class Watching:
    """Follows an engine, poll by poll."""

    def __init__(self, engine: Engine) -> None:
        self.track = Track()
        self._engine = engine

    async def watch(self) -> None:
        async for state in self._engine.follow():
            self.track = tracked(self.track, state)


async def everything(journal: Journal) -> Sequence[Recorded]:
    """All that is on record. Raises JournalError."""
    found: list[Recorded] = []
    while records := await journal.read(found[-1].seq if found else 0):
        found += records
    return tuple(found)
