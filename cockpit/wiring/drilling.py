"""A drill: the same engine in a world that is played, under a clock that runs as fast as it can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from cockpit.adapters.fast_loop import FastLoop, LoopClock
from cockpit.adapters.journal.kept import put_away
from cockpit.adapters.journal.place import place
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant
from cockpit.core.model import Model
from cockpit.core.rehearsal.expecting import Performed
from cockpit.core.rehearsal.injecting import AS_WRITTEN, Injected
from cockpit.core.scenario import Deed, Scenario
from cockpit.engine.rehearsing.operator import Operator
from cockpit.engine.rehearsing.performing import perform
from cockpit.ports import Clock, Journal
from cockpit.wiring.playing import engine_of

Plays = Callable[[Operator, Clock], Awaitable[None]]
"""What people do, until it returns."""


def rehearsed(
    model: Model,
    scenario: Scenario,
    start: Instant,
    plays: Plays,
    *,
    actor: str,
    injected: Injected = AS_WRITTEN,
) -> tuple[Performed, Operator]:
    """The whole drill, in seconds; equal each time. Nothing outside this program is touched.

    `start`: what the clock says when it begins.
    """

    async def whole() -> tuple[Performed, Operator]:
        clock = LoopClock(start)
        engine, _ = engine_of(model, scenario, clock, start, actor=actor, mode="drill", injected=injected)
        operator = Operator(engine, clock, actor)
        performed = await perform(engine, scenario, start, lambda: plays(operator, clock))
        return performed, operator

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(whole())


def script(deeds: tuple[Deed, ...], scenario: Scenario) -> Plays:
    """Everything at its time, and then to the end of the scenario."""

    async def plays(operator: Operator, clock: Clock) -> None:
        start = clock.now()
        playing = asyncio.ensure_future(operator.play(deeds, start))
        lasting = asyncio.ensure_future(clock.sleep(scenario.length))
        try:
            await asyncio.wait({playing, lasting}, return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                await playing  # raises what ended it
        finally:
            for task in (playing, lasting):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    return plays


def archive(model: Model, *, create: bool = True) -> Journal:
    """What is on record of all drills. Raises JournalError where that cannot be on this machine."""
    return SqliteJournal(place(model.name, model.journal, "drill"), create=create)


async def keep(journal: Journal, records: tuple[Recorded, ...], result: Fact) -> None:
    """A drill that is over, among the others. Raises JournalError."""
    await put_away(records, journal)
    await journal.append([result])
