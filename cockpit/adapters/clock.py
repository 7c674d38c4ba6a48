"""Time as the program sees it: real, scaled for demonstrations, or turned by the hand of a test."""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count

from cockpit.core.levels import Instant, Seconds

SMALL_STEP: Seconds = 2.0


class SystemClock:
    """Wall time that does not run backwards when the time server corrects it a little.

    A correction backwards of up to two seconds is waited out. A larger one is followed: answers to
    questions about the future would be empty, and the engine starts over when it sees it.
    """

    def __init__(self) -> None:
        self._latest: Instant = 0.0

    def now(self) -> Instant:
        wall = time.time()
        if not self._latest - SMALL_STEP <= wall < self._latest:
            self._latest = wall
        return self._latest

    async def sleep(self, seconds: Seconds) -> None:
        await asyncio.sleep(seconds)


class ScaledClock:
    """Starts now and runs `speed` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start, self._begun = time.time(), time.monotonic()

    def now(self) -> Instant:
        return self._start + (time.monotonic() - self._begun) * self._speed

    async def sleep(self, seconds: Seconds) -> None:
        await asyncio.sleep(seconds / self._speed)


class ManualClock:
    """Stands still until somebody calls `advance`."""

    def __init__(self, start: Instant = 0.0) -> None:
        self._passed: Seconds = 0.0
        self._start = start
        self._sleepers: list[tuple[Instant, int, asyncio.Event]] = []
        self._order = count()

    def now(self) -> Instant:
        return self._start + self._passed

    def set(self, now: Instant) -> None:
        """As when somebody sets the wall clock: sleepers sleep on."""
        self._start = now - self._passed

    async def sleep(self, seconds: Seconds) -> None:
        if seconds <= 0:
            return await asyncio.sleep(0)
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._order), woken))
        await woken.wait()
        return None

    async def advance(self, seconds: Seconds, *, turns: int = 50) -> None:
        """Wake sleepers in the order of their times; after each, the loop gets `turns` to act on it."""
        end = self._passed + seconds
        await _let_go(turns)
        while self._sleepers and self._sleepers[0][0] <= end:
            self._passed, _, woken = heapq.heappop(self._sleepers)
            woken.set()
            await _let_go(turns)
        self._passed = end
        await _let_go(turns)


async def _let_go(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
