"""Who is there with us: what goes wrong in it is told, and not a picture that stands still."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.core.events import Event
from cockpit.core.model import Model
from cockpit.core.runbook.live import Live
from cockpit.core.team import Company, News
from cockpit.core.update import initial
from cockpit.engine.together import Together


class Alone:
    """A `ports.Team` of nobody else, with a fault of ours in it."""

    pause = 5.0

    def __init__(self, faulty: str) -> None:
        self._faulty = faulty

    async def news(self) -> News:
        self._fail("news")
        await asyncio.Event().wait()
        return News()

    async def here(self, doing: str) -> Company:
        self._fail("here")
        return Company(0.0)

    async def look(self) -> Company:
        return Company(0.0)

    async def gone(self) -> None:
        """Nobody is told."""

    async def show(self, run: str, live: Live) -> None:
        """Nobody looks."""

    async def seen(self, run: str) -> Live | None:
        return None

    def _fail(self, what: str) -> None:
        if what == self._faulty:
            raise ValueError("a fault of ours")


@pytest.mark.parametrize("faulty", ["news", "here"])
async def test_a_fault_in_either_ends_it_and_is_told(faulty: str) -> None:
    said: list[Event] = []
    together = Together(Alone(faulty), said.append, lambda: None, lambda: initial(Model(), "live"))
    async with asyncio.timeout(60):
        with pytest.raises(ValueError, match="a fault of ours"):
            await together.run()
