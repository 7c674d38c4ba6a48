"""Hours pass in no time, each thing in its order; and what nobody will ever do is said."""

from __future__ import annotations

import asyncio
import socket

import pytest

from cockpit.adapters.fast_loop import FastLoop, LoopClock, NothingLeft

START = 1_700_000_000.0


def test_sleepers_wake_in_the_order_of_their_times() -> None:
    woken: list[tuple[float, str]] = []

    async def sleeper(clock: LoopClock, seconds: float, name: str) -> None:
        await clock.sleep(seconds)
        woken.append((clock.now() - START, name))

    async def whole() -> None:
        clock = LoopClock(START)
        await asyncio.gather(
            sleeper(clock, 7200, "last"), sleeper(clock, 0.5, "first"), sleeper(clock, 60, "second")
        )

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(whole())
    assert woken == [(0.5, "first"), (60.0, "second"), (7200.0, "last")]


def test_what_goes_to_a_thread_elsewhere_is_done_here_and_takes_no_time() -> None:
    async def whole() -> tuple[int, float]:
        clock = LoopClock(START)
        return await asyncio.to_thread(lambda: 7), clock.now()

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        assert runner.run(whole()) == (7, START)


def test_what_fails_there_fails_here() -> None:
    def fault() -> None:
        raise ValueError("mine")

    with asyncio.Runner(loop_factory=FastLoop) as runner, pytest.raises(ValueError, match="mine"):
        runner.run(asyncio.to_thread(fault))


def test_waiting_for_what_never_comes_is_an_error_and_not_silence() -> None:
    async def whole() -> None:
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=FastLoop) as runner, pytest.raises(NothingLeft):
        runner.run(whole())


def test_it_needs_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "socketpair", forbidden)

    async def whole() -> str:
        await asyncio.sleep(1)
        return "done"

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        assert runner.run(whole()) == "done"
