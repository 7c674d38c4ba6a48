"""Prometheus as a source: everything it is asked in one poll, and what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_beside import RULES, Beside, Memory
from cockpit.adapters.prometheus_history import Past, window_of
from cockpit.adapters.prometheus_look import Look
from cockpit.adapters.prometheus_server import Server, summary
from cockpit.adapters.rest import Rest
from cockpit.core.answers import samples
from cockpit.core.events import Event, Sampled, SourceAnswered, SourceFailed
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import MetricServer, Model
from cockpit.core.poll import Poll, Samples
from cockpit.core.queries import Asking, Question, history_plans, live_plan
from cockpit.core.slots import Slots

DEADLINE: Final[Seconds] = 3.0
ALIVE: Final = Question("vector(1)", ())
BYTES_A_ROW: Final = 64
"""What a row weighs when it is decided whether matching goes to a thread."""


class Prometheus:
    """A `ports.Source` and `ports.History`. Raises CockpitError at construction for impossible settings."""

    def __init__(
        self,
        server: MetricServer,
        model: Model,
        slots: Slots,
        generation: int = 0,
        *,
        deadline: Seconds = DEADLINE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`chance` yields numbers from 0 to 1 for the jitter of its back-off."""
        self.name = server.name
        self._server = Server(server.url, server.http_config)
        self._model = model
        self._slots = slots
        self._generation = generation
        self._deadline = deadline
        self._rest = Rest(chance)
        self._plan = live_plan(model, slots, server.name)
        self._needs_rules = any(asking.by_rule for asking in self._plan.askings)
        self._memory = Memory.of(model)
        self._trouble = Trouble("not asked yet")

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        if at < self._rest.until:
            for event in self._resting(at):
                yield event
            return
        # With nothing to ask it still has to be known whether somebody would answer.
        look = Look(self._server, self._plan.questions or (ALIVE,), self._deadline)
        beside = Beside(self._server, self.name, self._memory, look, at)
        began = time.monotonic()
        await look.prepare()
        async with aclosing(self._completed(look, beside)) as completed:
            async for asking in completed:
                yield await self._sampled(asking, look)
        if look.broken or not look.reached:
            yield self._failed(look, at, at + time.monotonic() - began)
            return
        self._rest.after_answer()
        for event in beside.events():
            yield event
        yield self._answered(look, beside, at, began)

    async def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        """As `ports.History`; what cannot be read is failed in the polls, so nothing is raised."""
        past = Past(self._server, self._memory, window_of(start, end, step))
        plans = history_plans(self._model, self._slots, self.name)
        async for share, polls in past.read(plans, self._slots):
            yield share, polls

    async def close(self) -> None:
        await self._server.close()

    async def _completed(self, look: Look, beside: Beside) -> AsyncGenerator[Asking, None]:
        """Templates as their last question is settled; at the end those that did not make it in time."""
        missing: dict[int, set[int]] = {}
        waiting: dict[int, list[int]] = {}
        for place, asking in enumerate(self._plan.askings):
            missing[place] = {*asking.questions, *([RULES] if asking.by_rule else [])}
            for number in missing[place]:
                waiting.setdefault(number, []).append(place)
        jobs = beside.before(self._needs_rules), beside.after()
        async with aclosing(look.settled(*jobs)) as settled:
            async for number in settled:
                for place in waiting.get(number, ()):
                    missing[place].discard(number)
                    if not missing[place]:
                        del missing[place]
                        yield self._plan.askings[place]
        for place in missing:
            yield self._plan.askings[place]

    async def _sampled(self, asking: Asking, look: Look) -> Sampled:
        replies = {number: look.replies.get(number) for number in asking.questions}
        rules = self._memory.rules
        columns = await self._server.aside(
            BYTES_A_ROW * len(asking.rows), lambda: samples(asking, replies, rules)
        )
        return Sampled(asking.template.number, columns, self._why(asking, look), self._generation)

    def _why(self, asking: Asking, look: Look) -> str:
        """The reason of the first question of a template that has no answer."""
        named = {"": asking.value, "traffic: ": asking.volume, "age: ": asking.freshness}
        for what, number in (named | {"required series: ": asking.requires}).items():
            if number is not None and look.replies.get(number) is None:
                trouble = look.trouble.get(number) or look.broken or look.late
                return f"{what}{trouble}"
        return "rules cannot be read" if asking.by_rule and self._memory.rules is None else ""

    def _answered(self, look: Look, beside: Beside, at: Instant, began: float) -> SourceAnswered:
        skew = None
        if look.heard and look.heard.vector.at is not None:
            skew = look.heard.vector.at - (at + look.heard.moment - began)
            self._memory.skew = skew
        notes = [self._server.connection.note, summary(look.warnings), look.lateness, *beside.notes]
        return SourceAnswered(self.name, at, skew, "; ".join(filter(None, notes)))

    def _failed(self, look: Look, at: Instant, now: Instant) -> SourceFailed:
        self._trouble = look.broken or next(iter(look.trouble.values()), look.late)
        retry_at = self._rest.after_failure(now, self._trouble.retry_after)
        return SourceFailed(self.name, at, self._trouble.message, self._trouble.hint, retry_at)

    def _resting(self, at: Instant) -> Iterator[Event]:
        """What a poll brings while the server is left alone: nothing, at once."""
        for asking in self._plan.askings:
            failed = Samples.failed(len(asking.rows))
            yield Sampled(asking.template.number, failed, str(self._trouble), self._generation)
        yield SourceFailed(self.name, at, self._trouble.message, self._trouble.hint, self._rest.until)
