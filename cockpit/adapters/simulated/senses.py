"""Numbers for verifications and conditions, from the curves of the scenario that the screen shows, too."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from simpleeval import InvalidExpression, SimpleEval

from cockpit.adapters.simulated.stage import Stage
from cockpit.adapters.simulator import DOWN
from cockpit.adapters.simulator_signals import Instrument, read
from cockpit.core.poll import PRESENT
from cockpit.core.runbook.work import Reading
from cockpit.core.slots import lay_out


class SimulatedMetrics:
    """Behind `ports.Metrics`. Of a query that the scenario says nothing about there is no number."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def instant(self, query: str, source: str = "") -> Reading:
        if self.stage.faulty("prometheus_down"):
            return Reading(None, why=DOWN)
        scenario = self.stage.performance.course.scenario
        known = {_even(each): number for each, number in scenario.queries.items()}
        number = known.get(_even(query), query if query == "vector(1)" else "")
        if not number:
            return Reading(None, why="the scenario says nothing of this query")
        return self._worked_out("1" if number == "vector(1)" else number)

    async def signal(self, service: str, signal: str) -> Reading:
        if self.stage.faulty("prometheus_down"):
            return Reading(None, why=DOWN)
        return self._seen(service, signal)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _seen(self, service: str, signal: str) -> Reading:
        model, performance = self.stage.model, self.stage.performance
        at = self.stage.now()
        seed = performance.course.scenario.seed
        slots = [each for each in lay_out(model).slots if each.key[:2] == (service, signal)]
        if not slots:
            return Reading(None, why=f"there is no signal '{signal}' of '{service}'")
        instruments = [Instrument.of(slot, seed, model) for slot in slots]
        found = read(instruments, performance.course, at - performance.start)
        values = [
            (value, age)
            for answer, value, age in zip(found.answer, found.value, found.age, strict=True)
            if answer == PRESENT and not math.isnan(value)
        ]
        if not values:
            return Reading(None, why=f"no series of '{service}' has this signal now")
        worst = max if slots[0].signal.direction == "above" else min
        value, age = worst(values)
        return Reading(value, age, at - age)

    def _worked_out(self, number: str) -> Reading:
        course, at = self.stage.performance.course, self.stage.now()
        flags = course.flags_at(at - self.stage.performance.start)
        names = {"signals": _Signals(self), "world": dict(course.world), "flags": dict(flags)}
        try:
            value = float(SimpleEval(names=names, functions={}).eval(number))
        except (InvalidExpression, SyntaxError, TypeError, ValueError, ArithmeticError, LookupError):
            return Reading(None, why="the scenario gives no number for this query now")
        return Reading(value, 0.0, at)


class _Signals(Mapping[str, float]):
    """`signals["orders-db.down"]`. Raises KeyError where there is no value now."""

    def __init__(self, metrics: SimulatedMetrics) -> None:
        self._metrics = metrics

    def __getitem__(self, name: str) -> float:
        service, _, signal = name.rpartition(".")
        value = self._metrics._seen(service, signal).value
        if not isinstance(value, float):
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _even(query: str) -> str:
    """The same query, however it is laid out."""
    return "".join(query.split())
