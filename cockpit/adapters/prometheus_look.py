"""One look at one server: every question of a poll, a few at a time, until all are answered or time is up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_server import Heard, Server
from cockpit.core.queries import Question, Vector

WIDTH: Final = 5
"""Requests at once; more would only queue inside the server."""

Job: TypeAlias = Callable[[], Awaitable[None]]


class Look:
    """What was heard; questions have the numbers of the plan, `trouble` says why one has no answer."""

    def __init__(self, server: Server, questions: Sequence[Question], seconds: float) -> None:
        self.replies: dict[int, Vector | None] = {}
        self.trouble: dict[int, Trouble] = {}
        self.warnings: list[str] = []
        self.heard: Heard | None = None
        """An answer that tells the server's time."""
        self.reached = False
        """Somebody who speaks this API answered."""
        self.broken: Trouble | None = None
        """The server as such is in trouble: nothing else was asked."""
        self._server = server
        self._questions = questions
        self._seconds = seconds
        self._deadline = 0.0
        self._settled: asyncio.Queue[int | None] = asyncio.Queue()

    @property
    def late(self) -> Trouble:
        hint = "is it overloaded, or is a firewall in between?"
        return Trouble(f"no answer within {self._seconds:g} s", hint)

    @property
    def lateness(self) -> str:
        late = len(self._questions) - len(self.replies)
        return f"{late} of {len(self._questions)} questions had no answer in time" if late else ""

    async def prepare(self) -> None:
        """Connect as the configuration says now; trouble with that is the server's."""
        try:
            await asyncio.wait_for(self._server.connection.refresh(), self._seconds)
        except TimeoutError:
            self.broken = Trouble("files named in http_config cannot be read in time", "is their disk there?")
        except Trouble as trouble:
            self.broken = trouble

    async def settled(self, before: Iterable[Job], after: Iterable[Job]) -> AsyncGenerator[int, None]:
        """Numbers of questions as they are settled; jobs `before` and `after` them run along.

        Ends with the last of all, or when time is up.
        """
        self._deadline = asyncio.get_running_loop().time() + self._seconds
        jobs = iter([*before, *self._asking(), *after])
        workers = [asyncio.create_task(self._work(jobs)) for _ in range(WIDTH)]
        try:
            for _ in workers:
                while (number := await self._settled.get()) is not None:
                    yield number
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def ask(self, question: Question) -> Vector:
        """Raises Trouble; what the answer tells about the server is noted."""
        patience = self._deadline - asyncio.get_running_loop().time()
        try:
            heard = await self._server.instant(question, max(0.1, patience))
        except Trouble as trouble:
            self.reached = self.reached or trouble.reached
            raise
        self.reached = True
        self.warnings += heard.warnings
        if heard.vector.at is not None:
            self.heard = heard
        return heard.vector

    def settle(self, number: int) -> None:
        """Also for numbers that are no queries of the plan."""
        self._settled.put_nowait(number)

    def _asking(self) -> Iterator[Job]:
        for number, question in enumerate(self._questions):
            yield partial(self._answer, number, question)

    async def _answer(self, number: int, question: Question) -> None:
        try:
            self.replies[number] = await self.ask(question)
        except Trouble as trouble:
            self.replies[number] = None
            self.trouble[number] = trouble
            if trouble.whole and not self.broken:
                self.broken = await self._server.explain(trouble)
        self.settle(number)

    async def _work(self, jobs: Iterator[Job]) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                for job in jobs:
                    if self.broken:
                        break
                    await job()
        except TimeoutError:
            pass
        finally:
            self._settled.put_nowait(None)
