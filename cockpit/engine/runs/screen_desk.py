"""The desk of a run that is looked after at a screen: answers come as events, news go as events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cockpit.core.events import (
    Event,
    RunHeard,
)
from cockpit.core.journal import Recorded
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Question
from cockpit.core.runbook.work import Output
from cockpit.core.wanted import (
    RunAnswered,
    RunWished,
)
from cockpit.engine.runs.lively import Lively
from cockpit.engine.runs.world import Wish


class ScreenDesk:
    def __init__(self, run: str, say: Callable[[Event], None], poke: Callable[[], None]) -> None:
        self.run = run
        self._lively = Lively()
        self._say = say
        self._poke = poke
        self._answers: asyncio.Queue[RunAnswered] = asyncio.Queue()
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()

    @property
    def live(self) -> Live:
        return self._lively.live

    # What the person says

    def answered(self, event: RunAnswered) -> None:
        self._answers.put_nowait(event)

    def wished(self, event: RunWished) -> None:
        what: Any = event.what  # as the screen names it
        self._wishes.put_nowait(Wish(what, event.reason, only=event.only))

    def leave(self) -> None:
        self._wishes.put_nowait(Wish("leave"))

    # What the driver asks and tells

    async def answer(self, run: Run, question: Question) -> Answer | None:
        """The next answer to this very question: what was said to an older one is not taken for it."""
        while True:
            event = await self._answers.get()
            if (event.run, event.key, event.question) == (run.id, question.key, question.kind):
                self.complain("")
                return Answer(event.choice, event.text)

    async def wish(self) -> Wish:
        return await self._wishes.get()

    def recorded(self, run: Run, records: list[Recorded]) -> None:
        self._poke()

    def heard(self, run: Run, key: Key, output: Output) -> None:
        self._show(self._lively.heard(key, output))

    def progress(self, run: Run, key: Key, progress: Progress) -> None:
        self._show(self._lively.progress(key, progress))

    def complain(self, text: str) -> None:
        self._show(self._lively.complain(text))

    def _show(self, live: Live) -> None:
        self._say(RunHeard(self.run, live))
