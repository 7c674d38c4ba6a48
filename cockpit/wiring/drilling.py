"""A drill: the same engine in a world that is played, under a clock that runs as fast as it can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from cockpit.adapters.clock import ScaledClock, SystemClock
from cockpit.adapters.fast_loop import FastLoop, LoopClock
from cockpit.adapters.journal.kept import Kept, put_away
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.journal.place import DATABASE, place
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.adapters.simulator import Performance
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model, Scalar
from cockpit.core.rehearsal.evidence import evidence_of, left_dirty, parts
from cockpit.core.rehearsal.expecting import Performed
from cockpit.core.rehearsal.injecting import AS_WRITTEN, Injected
from cockpit.core.rehearsal.own import BEGUN, own_scenario
from cockpit.core.runbook.model import Runbook
from cockpit.core.scenario import Deed, Scenario
from cockpit.engine.rehearsing.operator import Operator, Says
from cockpit.engine.rehearsing.performing import perform
from cockpit.engine.rehearsing.walker import LOOK, Branches, Walker, walk
from cockpit.ports import Clock, Journal
from cockpit.wiring.playing import Played, engine_of

QUIET: Final[Seconds] = 60.0
"""Nothing new on record for so long: what is open waits for somebody who is not there."""
SETTLES: Final[Seconds] = 5.0
FRUITLESS: Final = 2
"""Passes in a row that bring nothing new."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where people act in a drill without a screen."""

    operator: Operator
    clock: Clock
    performance: Performance


Plays: TypeAlias = Callable[[Stage], Awaitable[None]]
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
        made = engine_of(model, scenario, clock, start, actor=actor, mode="drill", injected=injected)
        stage = Stage(Operator(made.engine, clock, actor), clock, made.performance)
        performed = await perform(made.engine, scenario, start, lambda: plays(stage))
        return performed, stage.operator

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(whole())


def script(deeds: tuple[Deed, ...], scenario: Scenario, walks: str = "") -> Plays:
    """Everything at its time, then to the end of the scenario. `walks`: a runbook that is walked through."""

    async def plays(stage: Stage) -> None:
        start = stage.clock.now()
        playing = asyncio.ensure_future(stage.operator.play(deeds, start, says=_says(walks)))
        lasting = asyncio.ensure_future(stage.clock.sleep(scenario.length))
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


def _says(walks: str) -> Mapping[str, Says]:
    return {walks: Walker(Branches())} if walks else {}


def walking(book: Runbook, walker: Walker, parameters: Mapping[str, Scalar], *, begun: str = BEGUN) -> Plays:
    """A runbook forward and back, in a scenario of its own."""

    async def plays(stage: Stage) -> None:
        def now() -> None:
            stage.performance.change_world({begun: 1}, stage.clock.now())

        await walk(stage.operator, stage.clock, book, walker, parameters, now)

    return plays


def passes(
    model: Model,
    book: Runbook,
    parameters: Mapping[str, Scalar],
    start: Instant,
    *,
    actor: str,
    injected: Injected = AS_WRITTEN,
    sandbox: tuple[str, str] | None = None,
) -> Iterator[tuple[Performed, Operator]]:
    """`sandbox`: the target, and where the configuration was read from.

    Until every branch was taken as often as that brings anything new, and every step taken back.

    What can only be taken back before a later step is taken back there, in a pass of its own. A sandbox
    that is not left as it was found ends it: in a further pass an undo would look right that does nothing.
    """
    scenario = own_scenario(book, model)
    branches, exercised = Branches(), frozenset[str]()
    wanted = [part for part in parts(book) if part.kind != "step"]

    def one(until: str = "") -> tuple[Performed, Operator]:
        walker = Walker(branches, until)
        plays = walking(book, walker, parameters)
        if sandbox is None:
            return rehearsed(model, scenario, start, plays, actor=actor, injected=injected)
        target, config = sandbox
        return in_sandbox(model, config, scenario, plays, target=target, actor=actor, injected=injected)

    fruitless = 0
    while fruitless < FRUITLESS:
        found = one()
        yield found
        if sandbox and _is_dirty(found[0]):
            return
        more = exercised | _exercised(found[0], book)
        fruitless = fruitless + 1 if more == exercised else 0
        exercised = more
        if all(part.id in exercised for part in parts(book) if part.kind != "undo"):
            break
    for part in wanted:
        if part.kind == "undo" and part.id not in exercised:
            found = one(part.step)
            yield found
            if sandbox and _is_dirty(found[0]):
                return
            exercised |= _exercised(found[0], book)


def _is_dirty(performed: Performed) -> bool:
    return any(map(left_dirty, performed.runs))


def _exercised(performed: Performed, book: Runbook) -> frozenset[str]:
    return frozenset(
        each.part
        for run in performed.runs
        if run.runbook.id == book.id
        for each in evidence_of(run, "simulated")
        if each.result == "succeeded"
    )


def on_screen(
    model: Model,
    scenario: Scenario,
    archive: Journal,
    *,
    actor: str,
    speed: float = 1.0,
    injected: Injected = AS_WRITTEN,
    sandbox: tuple[str, str] | None = None,
    lost: Callable[[str], None],
) -> Played:
    """From its start, for a person. `lost` hears once why a simulated drill is not kept; it goes on."""
    if sandbox is not None:
        from cockpit.wiring.sandbox import sandbox as real

        target, config = sandbox
        return real(model, target, config, scenario, archive, actor=actor, injected=injected)
    clock = SystemClock() if speed == 1.0 else ScaledClock(speed)
    journal = Kept(MemoryJournal("drill"), archive, lost)
    return engine_of(
        model, scenario, clock, clock.now(), actor=actor, mode="drill", journal=journal, injected=injected
    )


def in_sandbox(
    model: Model,
    config: str,
    scenario: Scenario,
    plays: Plays,
    *,
    target: str,
    actor: str,
    injected: Injected = AS_WRITTEN,
) -> tuple[Performed, Operator]:
    """The same with real commands on `target`, which takes its time; its record is kept as it grows.

    Raises JournalError, then nothing has been done.
    """
    from cockpit.wiring.sandbox import sandbox

    async def whole() -> tuple[Performed, Operator]:
        kept = archive(model)
        try:
            made = sandbox(model, target, config, scenario, kept, actor=actor, injected=injected)
            clock = made.world.clock
            stage = Stage(Operator(made.engine, clock, actor, target), clock, made.performance)
            performed = await perform(made.engine, scenario, clock.now(), lambda: plays(stage))
            return performed, stage.operator
        finally:
            await kept.close()

    return asyncio.run(whole())


def until_quiet(deeds: tuple[Deed, ...], scenario: Scenario, pace: float = 1.0, walks: str = "") -> Plays:
    """Everything at its time, `pace` times as fast; ends once nothing more will come of it."""

    async def plays(stage: Stage) -> None:
        start = stage.clock.now()
        playing = asyncio.ensure_future(stage.operator.play(deeds, start, pace, _says(walks)))
        last = max((deed.at for deed in deeds), default=0.0) / pace
        end = start + max(scenario.length, last) + QUIET
        seq, since = 0, start
        try:
            while not playing.done() and stage.clock.now() < end:
                await stage.clock.sleep(LOOK)
                now = stage.operator.state.record
                if now.seq != seq or stage.clock.now() < start + last:
                    seq, since = now.seq, stage.clock.now()
                over = all(run.final for run in now.runs.values())
                if stage.clock.now() - since > (SETTLES if over else QUIET):
                    break
            if playing.done():
                await playing
        finally:
            playing.cancel()
            with suppress(asyncio.CancelledError):
                await playing

    return plays


def archive(model: Model, *, create: bool = True) -> Journal:
    """What is on record of all drills. Raises JournalError where that cannot be on this machine."""
    return SqliteJournal(place(model.name, model.journal, "drill"), create=create)


def is_kept(model: Model) -> bool:
    """Whether any drill is on record here. Raises JournalError where that cannot be on this machine."""
    return (place(model.name, model.journal, "drill").path / DATABASE).exists()


async def keep(journal: Journal, passes: Sequence[Sequence[Recorded]], result: Fact) -> None:
    """A drill that is over, among the others. Raises JournalError."""
    for records in passes:
        await put_away(records, journal)
    await journal.append([result])
