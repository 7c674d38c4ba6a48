"""The runs of this cockpit, and its kill switches: started, answered, moved and left at the screen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cockpit.core.events import (
    Event,
    PlanReady,
    Refused,
    RoleLearned,
    RunHeard,
)
from cockpit.core.incident.model import only_open
from cockpit.core.runbook.live import Live, Plan
from cockpit.core.runbook.run import Run, root
from cockpit.core.state import State
from cockpit.core.wanted import (
    FlagWanted,
    PlanWanted,
    RunAnswered,
    RunTakenUp,
    RunWanted,
    RunWished,
    SwitchesWanted,
    Wanted,
)
from cockpit.engine.outward import outward, what_of
from cockpit.engine.refusing import note, who
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.locking import let_go, locks_of, or_let_go, take_up
from cockpit.engine.runs.planning import planned
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.reporting import Reports
from cockpit.engine.runs.screen_desk import ScreenDesk
from cockpit.engine.runs.starting import Prepared, prepare, recheck, resolved, start
from cockpit.engine.runs.starting import Wanted as Asked
from cockpit.engine.runs.world import World
from cockpit.engine.switching import Switchboard
from cockpit.errors import CockpitError

log = logging.getLogger(__name__)
FAREWELL: Final = 2.0


async def nothing_to_close() -> None:
    """Where the world holds no connections."""


@dataclass
class Crew:
    """`world_of`: what a run may touch, for the model of a state; `close` lets go of it.

    Behind `engine.acting.Acting`.
    """

    world_of: Callable[[State], World]
    say: Callable[[Event], None]
    poke: Callable[[], None]
    now: Callable[[], float]
    close: Callable[[], Awaitable[None]] = nothing_to_close
    state: Callable[[], State] | None = None
    """In a team: what is known by now, to report on what others have taken over; None: nobody can."""
    _desks: dict[str, ScreenDesk] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _switches: Switchboard = field(init=False)

    def __post_init__(self) -> None:
        self._switches = Switchboard(self.say, self.poke)

    def take(self, state: State, wanted: Wanted) -> None:
        match wanted:
            case RunAnswered(run):
                self._at_desk(run, lambda desk: desk.answered(wanted))
            case RunWished(run, what) if what != "undo-all" or self._desk(run) is not None:
                self._at_desk(run, lambda desk: desk.wished(wanted))
            case _:
                world = self.world_of(state)
                self._learn(state, world)
                self._begin(world, *self._work(world, state, wanted))

    def _work(self, world: World, state: State, wanted: Wanted) -> tuple[Coroutine[Any, Any, None], str]:
        """(what is to be done in `world`, its name for when it is refused)"""
        match wanted:
            case PlanWanted():
                return self._plan(world, state, wanted), f"plan of {wanted.runbook}"
            case RunWanted():
                return self._start(world, state, wanted), wanted.runbook
            case RunTakenUp(run):
                return self._resume(world, run), run
            case RunWished(run):
                return self._resume(world, run, wanted.reason or "by hand"), run
            case FlagWanted():
                incident = only_open(state.record.incidents.values())
                work = self._switches.move(world, state.record.flips, wanted, incident)
                return work, f"{wanted.what} {wanted.key}@{wanted.env}"
            case SwitchesWanted():
                return self._switches.look(world, state.record.flips, wanted), "kill switches"
            case _:
                return outward(world, state, wanted, self.say), what_of(wanted)

    def _learn(self, state: State, world: World) -> None:
        """Whoever keeps the record may have said by now that this person may do less."""
        role = who(world).role
        if state.me.name and role < state.me.role:
            self.say(RoleLearned(role))

    async def run(self) -> None:
        if self.state is None:
            await self._over.wait()
            return
        over = asyncio.ensure_future(self._over.wait())
        reporting = asyncio.ensure_future(Reports(self.state, self.world_of, self.poke).run())
        try:
            await asyncio.wait({over, reporting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            reporting.cancel()
            await asyncio.wait({over, reporting})
        if not reporting.cancelled():
            reporting.result()

    async def leave(self) -> None:
        self._over.set()
        for desk in self._desks.values():
            desk.leave()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=FAREWELL)
        left = set(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=FAREWELL)
        await self.close()

    def _begin(self, world: World, work: Coroutine[Any, Any, None], what: str) -> None:
        task = asyncio.ensure_future(self._guarded(world, work, what))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, world: World, work: Coroutine[Any, Any, None], what: str) -> None:
        """A refusal is told and put on record, a fault is told; neither takes the others with it."""
        now = self.now()
        try:
            await work
        except CockpitError as error:
            self.say(Refused(what, str(error), now))
            await note(world, what, error)
        except Exception as error:
            log.exception("run")
            self.say(Refused(what, f"internal fault, please report: {error!r:.200}", now))
        self.poke()

    def _desk(self, run: str) -> ScreenDesk | None:
        """A child answers at the desk of the run around it."""
        return self._desks.get(run) or self._desks.get(root(run))

    def _at_desk(self, run: str, act: Callable[[ScreenDesk], None]) -> None:
        desk = self._desk(run)
        if desk is None:
            self.say(Refused(run, "this cockpit does not look after it: take it up first", self.now()))
        else:
            act(desk)

    # Plans

    async def _plan(self, world: World, state: State, wanted: PlanWanted) -> None:
        blank = Plan(wanted.runbook, wanted.at, wanted.target, busy=True)
        self.say(PlanReady(blank))
        try:
            prepared = await self._prepared(world, state, wanted)
        except CockpitError as error:
            self.say(PlanReady(replace(blank, busy=False, trouble=str(error))))
            return
        self.say(PlanReady(await planned(prepared, wanted.at)))

    async def _prepared(self, world: World, state: State, wanted: PlanWanted | RunWanted) -> Prepared:
        runbook = world.model.books.get(wanted.runbook)
        if runbook is None:
            raise CockpitError(f"there is no runbook '{wanted.runbook}'")
        incident = only_open(state.record.incidents.values())
        return await prepare(world, Asked(runbook, wanted.parameters, wanted.target, incident), incident)

    # Runs

    async def _start(self, world: World, state: State, wanted: RunWanted) -> None:
        prepared = await self._prepared(world, state, wanted)
        run, seen = await start(world, prepared, wanted.overrides)
        self.poke()
        await self._look_after(world, run, seen, dict(prepared.secrets))

    async def _resume(self, world: World, id: str, take_back: str = "") -> None:
        """Goes on with a run that nobody looks after; with `take_back`, a reason, what stands goes first."""
        found = await find_run(world.journal, id)
        if found is None:
            raise CockpitError(f"there is no run '{id}'")
        run, _ = found
        await take_up(world, run, take_back=bool(take_back))
        async with or_let_go(world, locks_of(run)):
            found = await find_run(world.journal, id)  # who had it may have gone on until now
            assert found is not None
            secrets = await resolved(world, run.runbook, run.parameters)
            taken, seen = found if take_back else await recheck(world, *found, secrets)
        await self._look_after(world, taken, seen, secrets, take_back)

    async def _look_after(
        self, world: World, run: Run, seen: int, secrets: dict[str, str], take_back: str = ""
    ) -> None:
        desk = self._desks[run.id] = ScreenDesk(run.id, self.say, self.poke)
        self.say(RunHeard(run.id, Live()))
        driver = Driver(world, run, seen, desk, secrets)
        try:
            if take_back and (run.undo is None or run.final):
                driver.take_back(take_back)
            await driver.drive()
        finally:
            self._desks.pop(run.id, None)
            self.say(RunHeard(run.id, replace(desk.live, ours=False)))
            await let_go(world, run)
