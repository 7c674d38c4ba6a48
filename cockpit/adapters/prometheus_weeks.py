"""A Prometheus asked for days of its past, piece by piece; where it was away, nothing is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_alerts import rule_book
from cockpit.adapters.prometheus_beside import Memory
from cockpit.adapters.prometheus_history import PATIENCE, Past, window_of
from cockpit.adapters.prometheus_server import Server, Window
from cockpit.core.answers import RuleBook
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import MetricServer, Model, OnNoData
from cockpit.core.poll import ABSENT, PRESENT, Change, Poll, Samples
from cockpit.core.queries import Question, Vector, history_plans
from cockpit.core.slots import Slots

ANY: Final = Question("count(up)", ())
FIRST_WORD: Final[Seconds] = 10.0
"""Within which it has to answer anything at all."""
AWAY: Final[Seconds] = 120.0
"""Without a scrape for so long it was away; never less than four scrapes or two steps."""


class Weeks:
    """A `ports.History` of one server. Raises CockpitError at construction for impossible settings."""

    def __init__(self, declared: MetricServer, model: Model, slots: Slots) -> None:
        self.name = declared.name
        self._server = Server(declared.url, declared.http_config)
        self._model = model
        self._slots = slots
        self._plans = history_plans(model, slots, declared.name)
        self._mine = [each for each in slots.templates if each.source == declared.name]
        self._memory = Memory.of(model)
        self._tells = False
        """Whether it has told by `up` by now that it was there; a store that others write to may never do."""

    async def meet(self) -> None:
        """Before the first window. Raises Trouble where it cannot be asked at all."""
        try:
            async with asyncio.timeout(FIRST_WORD):
                await self._server.instant(ANY, FIRST_WORD)
                if any(asking.by_rule for plan in self._plans for asking in plan.askings):
                    read: Callable[[object], RuleBook] = partial(rule_book, self._memory.also)
                    self._memory.rules = await self._server.data("api/v1/rules?type=alert", read)
        except TimeoutError:
            raise Trouble(f"no answer within {FIRST_WORD:g} s", "is it overloaded?") from None
        except Trouble as trouble:
            raise await self._server.explain(trouble) from None

    async def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        """Raises Trouble where nothing at all was answered."""
        window = window_of(start, end, step)
        past = Past(self._server, self._memory, window)
        polls = [known async for _, known in past.read(self._plans, self._slots)][-1]
        if not any(poll.is_answered for poll in polls):
            await self._find_out_why()
        there = await self._there(window)
        changes = await self._changes(window)
        yield 1.0, list(_told(self._honest(polls, there), changes))

    async def _find_out_why(self) -> None:
        """Raises Trouble: nothing was answered, because nobody is there or because it was too much."""
        await self._server.instant(ANY, PATIENCE)
        raise Trouble(
            "it answers none of the questions", "ask for less: --since, or a longer --step", reached=True
        )

    async def close(self) -> None:
        await self._server.close()

    def _honest(self, polls: Iterable[Poll], there: Sequence[bool]) -> Iterator[Poll]:
        """What it cannot have known is not known: an absent series means nothing where nobody scraped."""
        for poll, was_there in zip(polls, there, strict=True):
            self._tells = self._tells or was_there
            away = not was_there if self._tells else self._is_mute(poll)
            yield self._unknown(poll) if away else poll

    def _unknown(self, poll: Poll) -> Poll:
        failed = {each.number: Samples.failed(len(each)) for each in self._mine}
        return replace(poll, samples={**poll.samples, **failed}, modes=frozenset(), reconciled=frozenset())

    def _is_mute(self, poll: Poll) -> bool:
        """Nothing at all in its answers, not even the good news that some absences are."""
        for template in self._mine:
            samples = poll.samples.get(template.number)
            if samples is None:
                continue
            if PRESENT in samples.answer:
                return False
            for answer, slot in zip(samples.answer, self._slots.of(template), strict=True):
                if answer == ABSENT and slot.signal.on_no_data is OnNoData.OK:
                    return False
        return True

    async def _there(self, window: Window) -> list[bool]:
        """Whether it scraped anything, at each moment."""
        within = int(max(AWAY, 4 * self._model.scrape, 2 * window.step))
        vectors = await self._asked(Question(f"count(count_over_time(up[{within}s]))", ()), window)
        if vectors is None:  # nobody can tell; then what was found has to do
            return [self._tells] * window.moments
        return [bool(vector.series) for vector in vectors]

    async def _changes(self, window: Window) -> list[Change]:
        log = self._memory.changes
        found: list[Change] = []
        for feed in log.feeds:
            vectors = await self._asked(log.question(feed), window)
            for place, vector in enumerate(vectors or ()):
                found += log.note(feed, vector, window.start + place * window.step)
        return found

    async def _asked(self, question: Question, window: Window) -> list[Vector] | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return (await self._server.window(question, window, PATIENCE))[0]
        except (Trouble, TimeoutError):
            return None


def _told(polls: Iterable[Poll], changes: Sequence[Change]) -> Iterator[Poll]:
    """Each poll with the changes that were first seen in it."""
    for poll in polls:
        mine = tuple(change for change in changes if change.at == poll.at)
        yield replace(poll, changes=(*poll.changes, *mine)) if mine else poll
