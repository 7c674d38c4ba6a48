"""The others on the same record: they are told that we are here, and we look at their news as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from cockpit.core.events import CompanySeen, Event, RoleLearned, RunHeard, WatchSeen
from cockpit.core.levels import Seconds
from cockpit.core.runbook.run import root
from cockpit.core.state import State
from cockpit.core.team import RUN, WATCH, Company
from cockpit.core.update_record import needs_somebody
from cockpit.errors import JournalError
from cockpit.ports import Team

EVERY: Final[Seconds] = 5.0
"""Between two signs of life."""
AGAIN: Final[Seconds] = 0.3
"""Least time between two looks at who is there: many may come at once."""
CROWD: Final[Seconds] = 0.01
"""What each who is there adds to it, so that a crowd that comes at once is no burden to its database."""


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
        """Raises what went wrong inside either; neither ends by itself."""
        both = [asyncio.ensure_future(self._listen_forever()), asyncio.ensure_future(self._greet_forever())]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in both:
                each.cancel()
            await asyncio.wait(both)
        for each in done:
            each.result()

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
        ours = self._state().picture.live.get(root(run))
        if ours is not None and ours.ours:
            return
        try:
            live = await self._team.seen(run)
        except JournalError:
            return  # the tail says that the record cannot be read
        if live is not None:
            self._say(RunHeard(run, live))

    # Who is there

    async def _greet_forever(self) -> None:
        while True:
            self._look.clear()
            doing = doing_of(self._state())
            company = await self._greet(doing)
            await self._wait(company, doing)

    async def _greet(self, doing: str) -> Company | None:
        try:
            company = await self._team.here(doing)
        except JournalError:
            self._say(CompanySeen(None))
            self._say(WatchSeen(None))
            return None
        watch = company.held(WATCH)
        self._say(CompanySeen(company))
        self._say(RoleLearned(company.role))
        self._say(WatchSeen(watch is not None and not company.is_over(watch)))
        for run in self._unheard(company):
            await self._watch(run)
        return company

    def _unheard(self, company: Company) -> list[str]:
        """Runs of others that were under way before we came."""
        known = self._state().picture.live
        held = [each.name.removeprefix(RUN) for each in company.holds if each.name.startswith(RUN)]
        return [run for run in held if run not in known]

    async def _wait(self, company: Company | None, doing: str) -> None:
        """Until it is time for the next sign of life, or there is a reason to give one now."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        least = AGAIN + CROWD * (len(company.people) if company else 0)
        while (passed := loop.time() - begun) < _pause(company):
            await asyncio.sleep(AGAIN)
            state = self._state()
            news = self._look.is_set() or doing_of(state) != doing or self._is_new(company, state)
            if passed + AGAIN >= least and news:
                return

    def _is_new(self, company: Company | None, state: State) -> bool:
        """Whether a run has begun of which nobody has said yet who has it."""
        if company is None:
            return False
        newest = list(state.record.runs.values())[-3:]
        lately = company.at + company.skew - EVERY
        return any(
            needs_somebody(run) and run.started_at > lately and company.held(RUN + run.id) is None
            for run in newest
        )


def _pause(company: Company | None) -> Seconds:
    """A hold that would be over before the next look is looked at when it would be: is it prolonged?"""
    if company is None:
        return EVERY
    ends = [each.until - company.at for each in company.holds if not company.is_over(each)]
    return max(AGAIN, min([EVERY, *(left + AGAIN / 2 for left in ends)]))


def doing_of(state: State) -> str:
    """For others, in words."""
    ours = [run for run, live in state.picture.live.items() if live.ours]
    return f"runs {', '.join(ours)}"[:200] if ours else ""
