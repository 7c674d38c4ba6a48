"""What the parts of one cockpit share on PostgreSQL: its one connection, its name, and what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from cockpit.adapters.journal.postgres.line import PATIENCE, Line, Lost
from cockpit.adapters.journal.postgres.whom import Whom
from cockpit.adapters.journal.sealing import this_cockpit
from cockpit.core.levels import Seconds
from cockpit.core.team import News, Role
from cockpit.errors import JournalError

NOTIFIED: Final[Seconds] = 5.0
"""Between two looks where news are told: one may be lost, and a line may be dead."""
UNTOLD: Final[Seconds] = 0.5
MOST: Final = 1000
"""News that wait to be looked at: anybody may tell any, as often as they like."""


class Shared:
    """Opens nothing before something is asked."""

    def __init__(self, whom: Whom, *, origin: str = "") -> None:
        self.whom = whom
        self.origin = origin or this_cockpit()
        self.tokens: dict[str, int] = {}
        """Of what we hold, by the name of its lock."""
        self._line = Line(self.whom, self._hear)
        self._news: set[str] = set()
        self._told = asyncio.Event()

    @property
    def place(self) -> str:
        return self.whom.place

    async def ask(
        self, query: str, parameters: Sequence[object] = (), *, within: Seconds = PATIENCE
    ) -> list[tuple[Any, ...]]:
        """The rows. Raises JournalError; Lost when nobody knows whether it was done."""
        return await self._line.ask(query, parameters, within=within)

    async def ask_again(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The same, once more on a new connection where the first broke: for what may be done twice."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        try:
            return await self.ask(query, parameters)
        except Lost:
            left = end - loop.time()
            if left <= 0:
                raise
        try:
            return await self.ask(query, parameters, within=left)
        except Lost:
            raise
        except JournalError as error:
            if error.__class__ is not JournalError:
                raise
            raise Lost(f"{error.message}; what was asked before may or may not have been done") from None

    @property
    def role(self) -> Role | None:
        """None: not known before the first connection."""
        greeting = self._line.greeting
        return greeting.role if greeting else None

    @property
    def note(self) -> str:
        greeting = self._line.greeting
        return greeting.note if greeting else ""

    @property
    def pause(self) -> Seconds:
        greeting = self._line.greeting
        return NOTIFIED if greeting is None or greeting.tells else UNTOLD

    async def news(self) -> News:
        await self._told.wait()
        self._told.clear()
        told, self._news = self._news, set()
        everything = "" in told
        runs = frozenset(each.removeprefix("run ") for each in told if each.startswith("run "))
        return News(everything or "record" in told, everything or "company" in told, runs)

    async def close(self) -> None:
        await self._line.close()

    def _hear(self, told: str) -> None:
        self._news.add(told if len(self._news) < MOST else "")
        self._told.set()
