"""Asking the world outside: a poll on every tick, and once the minutes before the first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from cockpit.core.events import Event, HistoryProgressed, ModelRejected, PollClosed, Rewarmed
from cockpit.core.health import fresh
from cockpit.core.levels import Instant, Seconds
from cockpit.core.looks import is_blind
from cockpit.core.poll import Poll, Stage
from cockpit.core.state import State
from cockpit.engine.beat import Beat
from cockpit.engine.rounds import Rounds, close_all
from cockpit.engine.slices import fold_polls
from cockpit.engine.warm import WINDOW, Window, read_window
from cockpit.errors import CockpitError
from cockpit.ports import Clock, History, Source

log = logging.getLogger(__name__)

FAREWELL: Seconds = 0.5
LOOK_AGAIN: Seconds = 0.1
HISTORY_PATIENCE: Seconds = 60.0
"""A history that takes longer than this is used as far as it came."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Who is asked. Histories are sources as well, and closed as such."""

    sources: Sequence[Source] = ()
    histories: Sequence[History] = ()
    last_picture: History | None = None
    """Asked where none of the histories knows anything, or none of the servers answers."""
    patience: Clock | None = None
    """The time in which sources are waited for; None: that of the engine."""


Connect: TypeAlias = Callable[[State], Outside]
"""Builds the sources for the model, slots and generation of a state."""


class Loop(Protocol):
    """What asking needs of the engine."""

    state: State

    def dispatch(self, event: Event) -> None: ...

    async def settled(self) -> None: ...


class Asking:
    def __init__(self, loop: Loop, connect: Connect, clock: Clock, step: Seconds) -> None:
        self._loop = loop
        self._connect = connect
        self._clock = clock
        self._step = step
        self._anew = asyncio.Event()
        self._polls: list[Poll] | None = None

    def note(self, poll: Poll) -> None:
        """A live poll was judged; while history is being read it will be replayed behind it."""
        if self._polls is not None:
            self._polls.append(poll)

    def anew(self) -> None:
        """The model was replaced: the poll under way is void."""
        self._anew.set()

    async def run(self) -> None:
        cold = True
        while True:
            self._anew.clear()
            async with self._outside() as outside:
                start = self._clock.now()
                polling = asyncio.ensure_future(self._poll_forever(outside, start))
                warming = asyncio.ensure_future(self._warm_up(outside, start) if cold else _nothing())
                restart = asyncio.ensure_future(self._anew.wait())
                try:
                    await asyncio.wait({polling, restart}, return_when=asyncio.FIRST_COMPLETED)
                    # A reload keeps the past of what both models know, and replaying 15 minutes
                    # would lose what is older. Only a start that was interrupted is repeated.
                    cold = not restart.done() or not warming.done()
                finally:
                    await _cancel(polling, warming, restart)
                if not polling.cancelled():  # it gave up: because of a clock set back, or raises why
                    await polling

    async def once(self, history_wait: Seconds) -> None:
        """One poll, and history as far as it can be read in time."""
        async with self._outside() as outside:
            start = self._clock.now()
            warming = asyncio.ensure_future(self._warm_up(outside, start, limit=history_wait))
            try:
                await self._poll(
                    Rounds(outside.sources, self._clock, self._loop.dispatch, outside.patience), start
                )
                await warming
            finally:
                await _cancel(warming)

    @asynccontextmanager
    async def _outside(self) -> AsyncIterator[Outside]:
        outside = self._reach()
        try:
            yield outside
        finally:
            await close_all(outside.sources)

    def _reach(self) -> Outside:
        try:
            return self._connect(self._loop.state)
        except CockpitError as error:
            if self._loop.state.generation == 0:
                raise
            # Reloaded settings that nobody can connect with: say so, and let everything age visibly.
            self._loop.dispatch(ModelRejected((str(error),), self._clock.now()))
            return Outside()

    async def _poll_forever(self, outside: Outside, start: Instant) -> None:
        """Polls never overlap. Returns when the clock was set back: then everything starts over."""
        rounds = self._rounds(outside)
        beat = Beat(start, self._loop.state.model.poll)
        while not beat.turned_back(self._clock.now()):
            await self._poll(rounds, beat.take(self._clock.now()))
            await self._clock.sleep(beat.wait(self._clock.now()))
        log.warning("the clock was set back; starting over")
        state = self._loop.state
        self._loop.dispatch(Rewarmed(fresh(state.model), state.generation))

    def _rounds(self, outside: Outside) -> Rounds:
        return Rounds(outside.sources, self._clock, self._loop.dispatch, outside.patience)

    async def _poll(self, rounds: Rounds, at: Instant) -> None:
        generation = self._loop.state.generation
        await rounds.ask(at)
        self._loop.dispatch(PollClosed(at, generation))

    async def _warm_up(self, outside: Outside, start: Instant, limit: Seconds = HISTORY_PATIENCE) -> None:
        if not outside.histories:
            return
        self._polls = []
        self._progress(0.0)
        try:
            window = Window(start - WINDOW, start, max(self._step, self._loop.state.model.poll))
            past = await self._past(outside, window, limit)
            if past:
                await self._swap_in(past)
        except Exception:  # without it the picture is right as well, only later
            log.exception("warm start")
        finally:
            self._polls = None
            self._progress(1.0)

    async def _past(self, outside: Outside, window: Window, limit: Seconds) -> list[Poll]:
        reading = asyncio.ensure_future(self._read(outside.histories, window, limit))
        if outside.last_picture is None:
            return await reading
        try:
            # A server that hangs would be waited for much longer than anybody waits for a picture.
            while not reading.done() and not is_blind(self._loop.state):
                await asyncio.wait({reading}, timeout=LOOK_AGAIN)
            if reading.done() and (past := reading.result()):
                return past
            return await self._read([outside.last_picture], window, limit) or await reading
        finally:
            reading.cancel()
            await asyncio.wait({reading}, timeout=FAREWELL)

    async def _read(self, histories: Sequence[History], window: Window, limit: Seconds) -> list[Poll]:
        progress = self._progress
        return await read_window(
            histories, window, self._clock, limit=limit, progress=lambda share: progress(0.99 * share)
        )

    def _progress(self, share: float) -> None:
        self._loop.dispatch(HistoryProgressed(share))

    async def _swap_in(self, past: Sequence[Poll]) -> None:
        """Replay `past` and the live polls behind it until there is none left that the swap would lose."""
        warm = await fold_polls(_blank(self._loop.state), past)
        replayed = 0
        while self._loop.state.health.started_at != warm.health.started_at:
            polls = self._polls or []
            warm, replayed = await fold_polls(warm, polls[replayed:]), len(polls)
            timeline = warm.picture.timeline
            answered = warm.picture.answered
            self._loop.dispatch(Rewarmed(warm.health, self._loop.state.generation, timeline, answered))
            await self._loop.settled()


def _blank(state: State) -> State:
    """`state` as if nothing had been seen yet; what people decided stays."""
    picture = replace(state.picture, health=fresh(state.model), stage=Stage(), timeline=(), last_poll=None)
    return replace(state, picture=picture)


async def _cancel(*tasks: asyncio.Task[None] | asyncio.Task[Literal[True]]) -> None:
    """They get a moment to let go; a source that does not must not keep us."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=FAREWELL)


async def _nothing() -> None:
    """Nothing to warm up."""
