"""Long work in short slices, so that a key is answered while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable
from time import perf_counter, sleep
from typing import TypeVar

from cockpit.core.actions import Action
from cockpit.core.events import Event, PollReplayed
from cockpit.core.health import reasoning
from cockpit.core.health.state import Health
from cockpit.core.levels import Seconds
from cockpit.core.poll import Poll
from cockpit.core.state import State
from cockpit.core.update import update
from cockpit.engine.large import is_large
from cockpit.ports import Clock

Result = TypeVar("Result")
SLICE: Seconds = 0.010
REST: Seconds = 0.002
"""Work in a thread after which the screen has as long for itself."""


async def in_slices(work: Generator[None, None, Result]) -> Result:
    """What `work` returns; between slices of 10 ms everybody else gets a turn."""
    begun = perf_counter()
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: Result = done.value
            return result
        if perf_counter() - begun > SLICE:
            await asyncio.sleep(0)
            begun = perf_counter()


async def fold(state: State, event: Event) -> tuple[State, tuple[Action, ...]]:
    """What `update` says. With many signals in a thread: the poll in which everything changes takes longer
    than anybody should wait for a key, and `update` is pure, so it matters to nobody where it runs.
    """
    return await asyncio.to_thread(update, state, event) if is_large(state) else update(state, event)


async def at_leisure(work: Generator[None, None, Result]) -> Result:
    """What `work` returns, in a thread that rests as long as it works: nobody waits for it."""
    return await asyncio.to_thread(_with_rests, work)


async def think(state: State) -> Health:
    """What `reason` says: in slices or, like `fold`, in a thread; slices of a large fleet are longer."""
    if is_large(state):
        return await at_leisure(reasoning(state.health))
    return await in_slices(reasoning(state.health))


def _with_rests(work: Generator[None, None, Result]) -> Result:
    """What `work` returns. It rests as long as it works: two that want the interpreter slow each other."""
    begun = perf_counter()
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: Result = done.value
            return result
        if (worked := perf_counter() - begun) > REST:
            sleep(worked)
            begun = perf_counter()


async def fold_polls(state: State, polls: Iterable[Poll]) -> State:
    """`state` after `polls`, as if it had been there; what each leads to is not done."""
    begun = perf_counter()
    for poll in polls:
        state, _ = await fold(state, PollReplayed(poll))
        if perf_counter() - begun > SLICE:
            await asyncio.sleep(0)
            begun = perf_counter()
    return state


async def within(
    clock: Clock, seconds: Seconds, tasks: Iterable[asyncio.Task[None]]
) -> set[asyncio.Task[None]]:
    """Wait for all of `tasks`, at most so long; those that are still not done."""
    waited = set(tasks)
    if not waited:
        return set()
    timer = asyncio.ensure_future(clock.sleep(seconds))
    everybody = asyncio.ensure_future(asyncio.wait(waited))
    try:
        await asyncio.wait({timer, everybody}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
        everybody.cancel()
    return {task for task in waited if not task.done()}
