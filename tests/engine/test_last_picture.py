"""Where no server answers, the last picture that was kept is replayed; nothing of it is taken for now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cockpit.core.events import Event, SourceAnswered, SourceFailed
from cockpit.core.levels import Shown
from cockpit.core.model import MetricServer
from cockpit.core.poll import Poll
from cockpit.core.state import State
from cockpit.engine import Outside
from cockpit.ports import History

from .worlds import SHOP, START, Remembering, Running, Scripted, answering, line, start

TWO_HOURS = 7200.0
MODEL = replace(SHOP, prometheus=(MetricServer("eu", "http://eu"),))


def kept(until: float = START - TWO_HOURS, count: int = 60) -> list[Poll]:
    """A quarter of an hour in which all was well."""
    return [line(until - 15.0 * number, model=MODEL) for number in range(count, 0, -1)]


def dead(at: float) -> Iterable[Event]:
    yield SourceFailed("eu", at, "connection refused")


def alive(at: float) -> Iterable[Event]:
    yield SourceAnswered("eu", at)


def opened(source: Scripted, history: History, picture: Sequence[Poll] | None) -> Running:
    last = None if picture is None else Remembering(picture)
    outside = Outside((source,), (history,), last)
    return start(model=MODEL, connect=lambda _: outside)


async def loaded(run: Running) -> State:
    """Once history is no longer loading; in real time, since that is what a hanging server takes."""
    state = await run.go(1)
    for _ in range(200):
        if state.picture.history_share == 1.0 and state.picture.answered:
            break
        await asyncio.sleep(0.02)
        state = run.state
    return await run.go(10)


def shown(state: State) -> set[Shown]:
    return {node.level for node in state.health.services()}


async def test_a_dead_server_leaves_the_last_picture_with_its_age_and_no_level() -> None:
    run = opened(Scripted(dead), Remembering([]), kept())
    state = await loaded(run)
    assert shown(state) == {Shown.UNKNOWN}
    assert {at for at, _ in state.picture.answered.values()} == {START - TWO_HOURS - 15.0}
    assert state.picture.history_share == 1.0
    await run.stop()


async def test_a_server_that_hangs_is_not_waited_for() -> None:
    run = opened(Scripted(dead), Remembering([], hangs=True), kept())
    state = await loaded(run)
    assert state.picture.history_share == 1.0
    assert {at for at, _ in state.picture.answered.values()} == {START - TWO_HOURS - 15.0}
    assert shown(state) == {Shown.UNKNOWN}
    await run.stop()


async def test_what_a_server_remembers_goes_before_what_was_kept() -> None:
    run = opened(answering(model=MODEL), Remembering(kept(START)), kept())
    state = await loaded(run)
    assert min(at for at, _ in state.health.ring) > START - 1000.0
    await run.stop()


async def test_a_server_that_answers_and_remembers_nothing_leaves_the_picture_to_what_was_kept() -> None:
    run = opened(Scripted(alive), Remembering([]), kept())
    state = await loaded(run)
    assert {at for at, _ in state.picture.answered.values()} == {START - TWO_HOURS - 15.0}
    assert shown(state) == {Shown.UNKNOWN}
    await run.stop()


async def test_without_a_ring_everything_is_as_before() -> None:
    for picture in (None, []):
        run = opened(Scripted(dead), Remembering([]), picture)
        state = await run.go(30)
        for _ in range(50):
            if run.state.picture.history_share == 1.0:
                break
            await asyncio.sleep(0.02)
        state = await run.go(5)
        assert state.picture.history_share == 1.0
        assert state.picture.answered == {}
        assert shown(state) == {Shown.UNKNOWN}
        await run.stop()


async def test_when_the_server_is_back_the_picture_is_its_own() -> None:
    up = False
    well = answering(model=MODEL)

    def say(at: float) -> Iterable[Event]:
        if not up:
            return dead(at)
        return [SourceAnswered("eu", at), *well.say(at)]

    run = opened(Scripted(say), Remembering([]), kept())
    await loaded(run)
    up = True
    state = await run.go(200)
    assert {node.level for node in state.health.services()} == {Shown.OK}
    assert {at for at, _ in state.picture.answered.values()} == {state.health.at}
    await run.stop()
