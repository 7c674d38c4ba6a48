"""The others on the same record: they are told that we are here, and we look at their news as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from cockpit.core.events import CompanySeen, Event, RoleLearned, RunHeard
from cockpit.core.levels import Seconds
from cockpit.core.state import State
from cockpit.errors import JournalError
from cockpit.ports import Team

EVERY: Final[Seconds] = 5.0
"""Between two signs of life."""
AGAIN: Final[Seconds] = 0.3
"""Least time between two looks at who is there: many may come at once."""


class Together:
    def __init__(
        self, team: Team, say: Callable[[Event], None], poke: Callable[[], None], state: Callable[[], State]
    ) -> None:
        """`poke`: something may have come on record."""
        self._team = team
        self._say = say
        self._poke = poke
        self._state = state
        self._look = asyncio.Event()

    async def run(self) -> None:
        greeting = asyncio.ensure_future(self._greet_forever())
        try:
            await self._listen_forever()
        finally:
            greeting.cancel()
            await asyncio.wait({greeting})

    async def _listen_forever(self) -> None:
        while True:
            news = await self._team.news()
            if news.record:
                self._poke()
            if news.company:
                self._look.set()
            for run in news.runs:
                await self._watch(run)

    async def _watch(self, run: str) -> None:
        """What somebody else's run says now; of our own we know it already."""
        ours = self._state().picture.live.get(run)
        if ours is not None and ours.ours:
            return
        try:
            live = await self._team.seen(run)
        except JournalError:
            return  # the tail says that the record cannot be read
        if live is not None:
            self._say(RunHeard(run, live))

    async def _greet_forever(self) -> None:
        while True:
            self._look.clear()
            try:
                company = await self._team.here(_doing(self._state()))
            except JournalError:
                self._say(CompanySeen(None))
            else:
                self._say(CompanySeen(company))
                self._say(RoleLearned(company.role))
            await asyncio.sleep(AGAIN)
            try:
                async with asyncio.timeout(EVERY - AGAIN):
                    await self._look.wait()
            except TimeoutError:
                continue


def _doing(state: State) -> str:
    ours = [run for run, live in state.picture.live.items() if live.ours]
    return f"runs {', '.join(ours)}"[:200] if ours else ""
