"""One loop, two lanes: decide, record, then show and act; observations are shown at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import TypeAlias

from cockpit.core.access import is_denial
from cockpit.core.actions import Act, Action, AskAnew, AuditNow, NoteRefusal, ReasonAgain, RecordDecision
from cockpit.core.events import (
    Decision,
    Denied,
    Event,
    IncidentActed,
    ModelReloaded,
    PollClosed,
    PollReplayed,
    Reasoned,
    Refused,
    Rewarmed,
)
from cockpit.core.levels import Instant, Seconds
from cockpit.core.state import State
from cockpit.core.update import update
from cockpit.core.update_decisions import objection
from cockpit.core.update_timeline import described
from cockpit.core.wanted import Wanted
from cockpit.engine.acting import MakeActing, refusal
from cockpit.engine.asking import Asking, Connect, Outside
from cockpit.engine.auditing import Auditing, Drills
from cockpit.engine.lane import DecisionLane
from cockpit.engine.large import is_large, leave_room
from cockpit.engine.looking_back import LookingBack
from cockpit.engine.looking_back import Outside as Reach
from cockpit.engine.observing import Observer
from cockpit.engine.refusing import Refusals
from cockpit.engine.slices import fold, think
from cockpit.engine.tail import Tail
from cockpit.engine.together import Together
from cockpit.ports import Clock, Journal, Owners, Team

__all__ = ["Connect", "Engine", "Feed", "Outside", "Watch"]

log = logging.getLogger(__name__)

BATCH = 256
"""Events folded between two looks at the rest of the world."""
HEAVY = PollClosed | PollReplayed | ModelReloaded | Rewarmed
"""Events that take milliseconds, so that they end their batch; followers see the state after each."""
WATCH_EVERY: Seconds = 2.0
FAREWELL: Seconds = 1.0

Watch: TypeAlias = Callable[[], Awaitable[Event | None]]
"""Looks whether the configuration has changed; must not hold the loop."""
Feed: TypeAlias = Callable[[State], AsyncIterator[Event]]
"""Plays events instead of asking anybody; each is dealt with in full before the next is taken."""


class Engine:
    """Owns the newest `state`. Everything here runs on one event loop, and so must its callers."""

    def __init__(
        self,
        state: State,
        connect: Connect,
        *,
        clock: Clock,
        journal: Journal,
        watch: Watch | None = None,
        feed: Feed | None = None,
        acting: MakeActing | None = None,
        step: Seconds = 15.0,
        observes: Callable[[], Awaitable[bool]] | None = None,
        looks_back: Reach | None = None,
        drills: Drills | None = None,
        team: Team | None = None,
        owners: Owners | None = None,
    ) -> None:
        """`step`: between two moments of history, in seconds; never less than the poll interval.

        `observes`: claims to be the one who puts levels on record; None: this cockpit never does.
        `looks_back`: who remembers what the business did before. `drills`: what is on record of drills.
        `team`: who else works on the record; None: all sit at this machine. `owners`: who looks after what.
        """
        self.state = state
        self.owners = owners
        self._clock = clock
        self._journal = journal
        self._connect = connect
        self._watch = watch
        self._feed = feed
        self._inbox: asyncio.Queue[Event] = asyncio.Queue()
        self._lane = DecisionLane(journal, clock, lambda _: self._tail.poke(), self.dispatch)
        self._asking = Asking(self, connect, clock, step)
        self._refusals = Refusals()
        self._unreasoned = asyncio.Event()
        self._reasoning = False
        self._folding = False
        self._auditing = Auditing(lambda: self.state, self.dispatch, clock, drills)
        self._tail = Tail(journal, clock, self.dispatch, lambda: self.state)
        self._acting = acting(self.dispatch, self._tail.poke) if acting else None
        self._looking_back = (
            LookingBack(lambda: self.state, self.dispatch, looks_back, clock) if looks_back else None
        )
        self._together = None
        if team is not None:
            self._tail.pause = lambda: team.pause
            self._together = Together(team, self.dispatch, self._tail.poke, lambda: self.state)
        self._observer = Observer(journal, observes, self._tail.poke) if observes else None
        self._followers: list[tuple[bool, asyncio.Queue[State | None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Future[None] | None = None
        self._gone = asyncio.Event()

    def now(self) -> Instant:
        """The time that the screens go by; in a replay the recording is the only clock."""
        at = self.state.health.at
        return at if self._feed and at is not None else self._clock.now()

    @property
    def journal(self) -> Journal:
        """For who only reads it; what is decided goes through `dispatch`."""
        return self._journal

    def reach(self, state: State) -> Outside:
        """The world outside once more, for the model and slots of `state`; the caller closes its sources."""
        return self._connect(state)

    @property
    def is_remembered(self) -> bool:
        """Whether what was on record before us is in the state by now, as far as it can be read."""
        return self._tail.has_read and not self._inbox.qsize() and not self._folding

    def dispatch(self, event: Event) -> None:
        """Hand in what happened; returns at once."""
        self._inbox.put_nowait(event)

    async def run(self) -> None:
        """Until `stop`. Raises what went wrong inside; the world outside cannot make it raise."""
        ended = self._begin()
        if is_large(self.state):
            leave_room()
        try:
            self._spawn(self._play(self._feed) if self._feed else self._asking.run())
            if self._acting:
                self._spawn(self._acting.run())
            if self._observer:
                self._spawn(self._observer.run())
            if self._looking_back:
                self._spawn(self._looking_back.run())
            if self._together:
                self._spawn(self._together.run())
            if self._watch:
                self._spawn(self._watch_configuration(self._watch))
            await ended
        finally:
            await self._shut()

    async def stop(self) -> None:
        """Decisions on their way to the journal get a second; everything else is dropped."""
        if self._ended is None:
            return
        if not self._ended.done():
            self._ended.set_result(None)
        await self._gone.wait()

    async def once(self, history_wait: Seconds = 5.0, *, look_back: Seconds = 0.0) -> State:
        """One look: one poll, the minutes before it as far as they can be read in time, reasoned.

        `look_back`: how long what the business did before may be asked for on top; 0: it is not asked.
        """
        self._begin()
        try:
            await self._asking.once(history_wait)
            await self.settled()
            if self._looking_back and look_back:
                with suppress(TimeoutError):
                    async with asyncio.timeout(look_back):
                        await self._looking_back.look()
                await self._looking_back.close()
                await self.settled()
            return self.state
        finally:
            await self._shut()

    async def settled(self) -> None:
        """Wait until everything handed in is folded and reasoned about. Raises what ended the engine."""
        while self._inbox.qsize() or self._folding or self._unreasoned.is_set() or self._reasoning:
            if self._ended is not None and self._ended.done():
                return await self._ended
            await asyncio.sleep(0)
        return None

    async def follow(self, *, reasoned: bool = False) -> AsyncIterator[State]:
        """The state after every poll, none left out; with `reasoned` after each reasoning instead.

        Follows from the first `anext` on, and ends with the engine.
        """
        if self._gone.is_set():
            return
        follower: tuple[bool, asyncio.Queue[State | None]] = (reasoned, asyncio.Queue())
        self._followers.append(follower)
        try:
            while (state := await follower[1].get()) is not None:
                yield state
        finally:
            self._followers.remove(follower)

    def _begin(self) -> asyncio.Future[None]:
        self._ended = asyncio.get_running_loop().create_future()
        self._gone.clear()
        for lane in (
            self._fold_forever(),
            self._reason_forever(),
            self._lane.run(),
            self._tail.run(),
            self._auditing.run(),
        ):
            self._spawn(lane)
        return self._ended

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_end)

    def _on_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and self._ended and not self._ended.done():
            self._ended.set_exception(error)

    async def _shut(self) -> None:
        if self._ended and self._ended.done() and not self._ended.cancelled() and not self._ended.exception():
            await self._lane.drain(FAREWELL)
        if self._acting:
            await self._acting.leave()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=FAREWELL)
        await self._journal.close()
        for _, queue in self._followers:
            queue.put_nowait(None)
        self._gone.set()

    async def _fold_forever(self) -> None:
        while True:
            batch = [await self._inbox.get()]
            self._folding = True
            while len(batch) < BATCH and not self._inbox.empty() and not isinstance(batch[-1], HEAVY):
                batch.append(self._inbox.get_nowait())
            await self._turn(batch)
            self._folding = False
            await asyncio.sleep(0)

    async def _turn(self, batch: Sequence[Event]) -> None:
        before = state = self.state
        actions: list[Action] = []
        for event in batch:
            heavy = isinstance(event, HEAVY)
            after, leads_to = await fold(state, event) if heavy else update(state, event)
            if not isinstance(event, Decision):
                state = after
                actions += leads_to
            elif why := objection(state, event):
                self._refuse(described(event), why, event)
            else:  # only to hear what it leads to: nobody sees it before it is on record
                actions += leads_to
        self.state = state
        for action in actions:
            self._start(action)
        self._tell_followers(before, state)

    def _start(self, action: Action) -> None:
        match action:
            case RecordDecision(decision):
                self._lane.put(decision)
            case NoteRefusal(denied):
                self._note(denied)
            case ReasonAgain():
                self._unreasoned.set()
            case AuditNow():
                self._auditing.wake()
            case AskAnew():
                self._asking.anew()
            case Act(wanted):
                self._act(wanted)

    def _refuse(self, what: str, why: str, decision: Decision) -> None:
        now = self._clock.now()
        actor = decision.fact.actor if isinstance(decision, IncidentActed) else decision.actor
        self.dispatch(Refused(what, why, now))
        self._note(Denied(what, why, actor, now))

    def _note(self, denied: Denied) -> None:
        """On record that they may not, unless nobody may write here or the same was a moment ago."""
        state = self.state
        if not is_denial(denied.why, state.me) or state.is_locked:
            return
        fact = self._refusals.fact(denied.actor, denied.what, denied.why, denied.at)
        if fact is not None:
            self._lane.put(IncidentActed(fact))

    def _act(self, wanted: Wanted) -> None:
        if self._acting is None:
            why = f"nothing is done here: this is a {self.state.mode} without a record"
            self.dispatch(refusal(wanted, why, self._clock.now()))
        else:
            self._acting.take(self.state, wanted)

    def _tell_followers(self, before: State, after: State) -> None:
        poll = after.picture.last_poll
        polled = poll is not None and poll is not before.picture.last_poll
        if polled and poll:
            self._asking.note(poll)
            if self._observer:
                self._observer.look(after)
        thought = after.health.reasoned_at not in (None, before.health.reasoned_at)
        for reasoned, queue in self._followers:
            if thought if reasoned else polled:
                queue.put_nowait(after)

    async def _reason_forever(self) -> None:
        while True:
            await self._unreasoned.wait()
            self._unreasoned.clear()
            self._reasoning = True
            try:
                await self._reason(self.state)
            finally:
                self._reasoning = False

    async def _reason(self, state: State) -> None:
        try:
            self.dispatch(Reasoned(await think(state), state.generation))
        except Exception as error:  # levels are right without it, and needed most when this goes wrong
            log.exception("reasoning")
            why = f"internal fault, please report: {error!r:.200}"
            self.dispatch(Refused("suspects and spread", why, self._clock.now()))

    async def _play(self, feed: Feed) -> None:
        async for event in feed(self.state):
            self.dispatch(event)
            await self.settled()

    async def _watch_configuration(self, watch: Watch) -> None:
        while True:
            await self._clock.sleep(WATCH_EVERY)
            try:
                event = await watch()
            except Exception:
                log.exception("watching the configuration")
            else:
                if event:
                    self.dispatch(event)
