"""The minutes before the first poll, read as ranges and told as the polls somebody would have seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_beside import Memory
from cockpit.adapters.prometheus_server import Server, Window
from cockpit.core.answers import samples
from cockpit.core.events import ModesSeen
from cockpit.core.levels import Instant, Seconds
from cockpit.core.poll import Poll, Samples
from cockpit.core.queries import Asking, Plan, Question, Vector
from cockpit.core.slots import Slots, Template

WIDTH: Final = 2
"""Requests at once: live polls come first, and a range is dear to the server."""
PATIENCE: Final[Seconds] = 30.0
"""For one range query."""
ALL_IN_ALL: Final[Seconds] = 90.0

Moments: TypeAlias = "list[Vector] | None"
"""An answer for every moment of the window; None: the question failed."""
Table: TypeAlias = dict[int, list[Samples]]
"""Columns of every moment, by template number."""


class Past:
    """One window being read, piece by piece; what could not be read stays failed."""

    def __init__(self, server: Server, memory: Memory, window: Window) -> None:
        """`window` by our clock."""
        self._server = server
        self._memory = memory
        self._window = window
        self._table: Table = {}
        self._modes: list[ModesSeen] = [ModesSeen(frozenset(), frozenset())] * window.moments
        self._lane = asyncio.Semaphore(WIDTH)
        self._broken = False

    async def read(self, plans: Sequence[Plan], slots: Slots) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        mine = {asking.template.number for plan in plans for asking in plan.askings}
        for number in mine:
            rows = len(slots.templates[number])
            self._table[number] = [Samples.failed(rows)] * self._window.moments
        deadline = asyncio.get_running_loop().time() + ALL_IN_ALL
        await self._read_modes()
        done, pieces = 0, sum(len(plan.askings) for plan in plans)
        for plan in plans:
            if self._broken or asyncio.get_running_loop().time() > deadline:
                break
            await self._read_plan(plan)
            done += len(plan.askings)
            if not self._broken:
                yield min(done / pieces, 0.99), self._polls()
        yield 1.0, self._polls()

    async def _read_plan(self, plan: Plan) -> None:
        replies = dict(enumerate(await self._ask(plan.questions)))
        for asking in plan.askings:
            number = asking.template.number
            before = self._table[number]
            rows = len(asking.rows) * self._window.moments
            fill = partial(self._filled, asking, before, replies)
            self._table[number] = await self._server.aside(64 * rows, fill)

    async def _read_modes(self) -> None:
        conditions = self._memory.conditions
        replies = await self._ask(conditions.questions)
        known = {q.text: r for q, r in zip(conditions.questions, replies, strict=True) if r is not None}
        if known:
            self._modes = [
                conditions.seen({text: moments[place] for text, moments in known.items()})
                for place in range(self._window.moments)
            ]

    async def _ask(self, questions: Iterable[Question]) -> list[Moments]:
        return list(await asyncio.gather(*(self._moments(question) for question in questions)))

    async def _moments(self, question: Question) -> Moments:
        # The server counts by its own clock.
        window = self._window._replace(start=self._window.start + self._memory.skew)
        async with self._lane:
            if self._broken:
                return None
            try:
                async with asyncio.timeout(PATIENCE):
                    return (await self._server.window(question, window, PATIENCE))[0]
            except TimeoutError:
                return None
            except Trouble as trouble:
                self._broken = self._broken or trouble.whole
                return None

    def _filled(self, asking: Asking, before: list[Samples], replies: Mapping[int, Moments]) -> list[Samples]:
        """The columns of a template with the rows of `asking` in their places, at every moment."""
        if replies[asking.value] is None:
            return before
        after = []
        for place, old in enumerate(before):
            asked = ((number, replies[number]) for number in asking.questions)
            then = {number: None if moments is None else moments[place] for number, moments in asked}
            rows = samples(asking, then, self._memory.rules)
            whole = len(rows) == len(asking.template)
            after.append(rows if whole and _in_order(asking) else _placed(old, asking.places, rows))
        return after

    def _polls(self) -> list[Poll]:
        start, step, count = self._window
        return [
            Poll(
                start + place * step,
                {number: columns[place] for number, columns in self._table.items()},
                modes=self._modes[place].active,
                reconciled=self._modes[place].reconciled,
            )
            for place in range(count)
        ]


def window_of(start: Instant, end: Instant, step: Seconds) -> Window:
    """All moments from `start` to at most `end`."""
    return Window(start, step, max(1, int((end - start) / step + 1e-9) + 1))


def _in_order(asking: Asking) -> bool:
    template: Template = asking.template
    return asking.places == tuple(range(len(template)))


def _placed(old: Samples, places: Sequence[int], rows: Samples) -> Samples:
    """A copy of `old` with `rows` where they belong; published columns are never written to."""
    answer, value, volume, age = old.answer[:], old.value[:], old.volume[:], old.age[:]
    for row, place in enumerate(places):
        answer[place] = rows.answer[row]
        value[place] = rows.value[row]
        volume[place] = rows.volume[row]
        age[place] = rows.age[row]
    return Samples(answer, value, volume, age, old.partial or rows.partial)
