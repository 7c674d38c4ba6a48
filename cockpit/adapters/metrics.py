"""One number from Prometheus now, for conditions, probes and verifications; what is odd is no number."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_server import Heard, Server, summary
from cockpit.core import promql
from cockpit.core.answers import samples
from cockpit.core.levels import Seconds
from cockpit.core.model import MetricServer, Model, Signal
from cockpit.core.poll import PRESENT
from cockpit.core.queries import Asking, Question, Share, Vector, plan
from cockpit.core.runbook.work import Reading
from cockpit.core.slots import Slot, Slots, lay_out
from cockpit.errors import CockpitError

PATIENCE: Final[Seconds] = 5.0
NOBODY: Final = "no Prometheus is configured"


class PrometheusMetrics:
    """A `ports.Metrics` over the servers of a model, each opened when it is first asked.

    Ages come from the raw samples behind an expression and by the server's own clock. Where an expression
    does not let them be told (no raw series, all of it on purpose in the past), there is no age.
    """

    def __init__(self, model: Model, patience: Seconds = PATIENCE) -> None:
        self._model = model
        self._patience = patience
        self._servers: dict[str, Server] = {}
        self._slots: Slots | None = None

    async def instant(self, query: str, source: str = "") -> Reading:
        declared = next((each for each in self._model.prometheus if source in ("", each.name)), None)
        if declared is None:
            return _nothing(f"there is no Prometheus '{source}'" if source else NOBODY)
        raw = promql.freshness(query)
        questions = [Question(query, ()), *([Question(raw, ())] if raw else [])]
        try:
            heard = await self._heard(declared, questions, needed=1)
        except CockpitError as error:
            return _nothing(str(error))
        found = heard[0]
        assert found is not None
        values = found.vector.series.get((), ())
        if len(values) != 1:
            return _nothing(
                "the query finds several series, not one" if values else "the query finds nothing"
            )
        if why := summary(found.warnings):
            return _nothing(why)
        taken = heard[1].vector.series.get((), ()) if raw and heard[1] else ()
        age = _age(found, taken[0]) if len(taken) == 1 else None
        return _reading(values[0], age, found)

    async def signal(self, service: str, signal: str) -> Reading:
        """As the screen has it: the worst over the servers that know it; without enough traffic, nothing.

        A required server that cannot be asked makes it nothing, too: it may know worse.
        """
        if self._slots is None:
            self._slots = lay_out(self._model)
        mine = [key for key in self._slots.index if key[:2] == (service, signal)]
        if not mine:
            return _nothing(f"there is no signal '{signal}' of '{service}'")
        readings = []
        for key in mine:
            declared = next((each for each in self._model.prometheus if each.name == key[2]), None)
            if declared is None:
                return _nothing(NOBODY)
            try:
                readings.append(await self._row(declared, self._slots, self._slots.index[key]))
            except CockpitError as error:
                readings.append(_nothing(str(error)))
                if declared.required:
                    return readings[-1]
        return _worst(readings, self._slots.slots[self._slots.index[mine[0]]].signal)

    async def close(self) -> None:
        servers, self._servers = self._servers, {}
        for server in servers.values():
            await server.close()

    async def _row(self, declared: MetricServer, slots: Slots, at: int) -> Reading:
        """Of one slot. Raises CockpitError when it cannot be asked."""
        template = next(each for each in slots.templates if each.start <= at < each.stop)
        asked = plan(self._model, slots, [Share(template, (at - template.start,))])
        (asking,) = asked.askings
        heard = await self._heard(declared, asked.questions, needed=len(asked.questions))
        replies: dict[int, Vector | None] = {n: each.vector for n, each in enumerate(heard) if each}
        if why := summary([word for each in heard if each for word in each.warnings]):
            return _nothing(why)
        found = heard[asking.value]
        assert found is not None
        return _of_row(asking, replies, slots.slots[at], found)

    async def _heard(
        self, declared: MetricServer, questions: Sequence[Question], needed: int
    ) -> list[Heard | None]:
        """In the order of `questions`; those after the first `needed` may fail. Raises CockpitError."""
        server = self._servers.get(declared.name)
        if server is None:
            server = self._servers[declared.name] = Server(declared.url, declared.http_config)
        try:
            async with asyncio.timeout(self._patience):
                await server.connection.refresh()
                answers = await asyncio.gather(
                    *(server.instant(each, self._patience) for each in questions), return_exceptions=True
                )
                for number, answer in enumerate(answers):
                    if isinstance(answer, Trouble) and number < needed:
                        raise await server.explain(answer)
        except TimeoutError:
            hint = "is it overloaded, or is a firewall in between?"
            raise Trouble(f"{declared.name} has not answered within {self._patience:g} s", hint) from None
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Trouble):
                raise answer
        return [answer if isinstance(answer, Heard) else None for answer in answers]


def _of_row(asking: Asking, replies: dict[int, Vector | None], slot: Slot, found: Heard) -> Reading:
    row = samples(asking, replies)
    if row.answer[0] != PRESENT:
        return _nothing(f"no series of '{slot.owner}' has this signal now")
    least = slot.signal.min_volume
    if least is not None and not row.volume[0] >= least:
        return _nothing(f"too little traffic to tell: {row.volume[0]:g}, and it takes {least:g}")
    age = row.age[0]
    return _reading(row.value[0], age if age == age and age != float("inf") else None, found)


def _worst(readings: Sequence[Reading], signal: Signal) -> Reading:
    known = [each for each in readings if isinstance(each.value, float)]
    if not known:
        return readings[0]
    worst = max if signal.direction == "above" else min
    return worst(known, key=lambda each: float(each.value or 0.0))


def _reading(value: float, age: Seconds | None, found: Heard) -> Reading:
    if value != value:
        return _nothing("the value is NaN, as of 0 divided by 0")
    if age is None:
        return Reading(value)
    # By our clock, with which it is compared; that of the server may differ, and asking has taken its time.
    return Reading(value, age, time.time() - (time.monotonic() - found.moment) - age)


def _age(found: Heard, taken: float) -> Seconds | None:
    now = found.vector.at
    return None if now is None or taken != taken else max(0.0, now - taken)


def _nothing(why: str) -> Reading:
    return Reading(None, why=why)
