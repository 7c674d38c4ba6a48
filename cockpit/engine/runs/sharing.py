"""A desk whose run others may watch from their own: what it says is shown to them, a few times a second."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from cockpit.core.journal import Recorded
from cockpit.core.levels import Seconds
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Question
from cockpit.core.runbook.work import Output
from cockpit.engine.runs.lively import Lively
from cockpit.engine.runs.world import Desk, Wish
from cockpit.errors import JournalError
from cockpit.ports import Team

EVERY: Final[Seconds] = 0.4
"""Between two showings: output comes in bursts, and each showing is a word to everybody."""
LINES: Final = 60
LONGEST: Final = 400
"""Of a line, in characters; who wants all of it looks on the machine."""


class Sharing:
    """A `Desk` around another. What could not be shown is shown next time: none of it is on record."""

    def __init__(self, desk: Desk, team: Team, run: str) -> None:
        self._desk = desk
        self._team = team
        self._run = run
        self._lively = Lively()
        self._shown: Live | None = None
        self._changed = asyncio.Event()

    async def show_forever(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._show()
            await asyncio.sleep(EVERY)

    async def _show(self) -> None:
        live = self._lively.live
        if live is self._shown:
            return
        self._shown = live
        lines = tuple(each[:LONGEST] for each in live.output[-LINES:])
        try:
            await self._team.show(self._run, replace(live, output=lines))
        except JournalError:
            self._shown = None

    async def answer(self, run: Run, question: Question) -> Answer | None:
        return await self._desk.answer(run, question)

    async def wish(self) -> Wish:
        return await self._desk.wish()

    def recorded(self, run: Run, records: list[Recorded]) -> None:
        self._desk.recorded(run, records)

    def heard(self, run: Run, key: Key, output: Output) -> None:
        self._desk.heard(run, key, output)
        self._lively.heard(key, output)
        self._changed.set()

    def progress(self, run: Run, key: Key, progress: Progress) -> None:
        self._desk.progress(run, key, progress)
        self._lively.progress(key, progress)
        self._changed.set()

    def complain(self, text: str) -> None:
        self._desk.complain(text)
        self._lively.complain(text)
        self._changed.set()
