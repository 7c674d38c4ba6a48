"""The world outside, played from a scenario: it answers as Prometheus and the flag stores would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace

from cockpit.adapters.simulator_signals import Instrument, read
from cockpit.core.events import (
    AlertsSeen,
    ChangesSeen,
    Event,
    FlagsRead,
    ModesSeen,
    Sampled,
    SilencesSeen,
    SourceAnswered,
    SourceFailed,
)
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model, Scalar
from cockpit.core.poll import Alert, Change, Poll, Samples, Silenced
from cockpit.core.scenario import PlannedAlert, PlannedChange, Scenario
from cockpit.core.scenario_course import Course, alter, begin, switch
from cockpit.core.silences import quieted_by
from cockpit.core.slots import Slots
from cockpit.core.update_stage import together

NAME = "simulation"
AT_ONCE = 100
"""Signals that are read in one go."""
DOWN = "connection refused (simulated)"


class Performance:
    """A scenario being played from `start`; outlives a reload, and feels what people switch."""

    def __init__(self, scenario: Scenario, start: Instant) -> None:
        self.course: Course = begin(scenario)
        self.start = start
        self.silences: dict[str, Silenced] = {}
        """By comment, also those that are over."""

    def set_flag(self, key: str, value: Scalar, at: Instant) -> None:
        self.course = switch(self.course, key, value, at - self.start)

    def change_world(self, world: Mapping[str, Scalar], at: Instant) -> None:
        self.course = alter(self.course, world, at - self.start)


class Simulator:
    """Source and history at once. Equal seeds give equal answers, live or looking back."""

    name = NAME

    def __init__(self, performance: Performance, model: Model, slots: Slots, generation: int = 0) -> None:
        self._performance = performance
        self._model = model
        self._slots = slots
        self._generation = generation
        seed = performance.course.scenario.seed
        self._instruments = [Instrument.of(slot, seed, model) for slot in slots.slots]

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        t = at - self._performance.start
        trouble = DOWN if self._faulty("prometheus_down", t) else ""
        breath = _Breath()
        for template in self._slots.templates:
            yield Sampled(template.number, self._samples(template.number, t), trouble, self._generation)
            await breath.after(len(template))
        for event in self._beside_metrics(at, t):
            yield event

    async def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        polls: list[Poll] = []
        count = max(1, round((end - start) / step))
        for number in range(count):
            polls.append(await self._look_back(start + number * step))
            if number % 30 == 29 or number == count - 1:
                yield (number + 1) / count, tuple(polls)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _look_back(self, at: Instant) -> Poll:
        t = at - self._performance.start
        samples, breath = {}, _Breath()
        for template in self._slots.templates:
            samples[template.number] = self._samples(template.number, t)
            await breath.after(len(template))
        poll = Poll(at, samples)
        for event in self._beside_metrics(at, t):
            match event:
                case FlagsRead(_, _, values):
                    poll = replace(poll, flags={**poll.flags, **values})
                case ModesSeen(active, reconciled):
                    poll = replace(poll, modes=active, reconciled=reconciled)
                case ChangesSeen(changes):
                    poll = replace(poll, changes=changes)
                case AlertsSeen(_, alerts):
                    poll = replace(poll, alerts=together(poll.alerts, alerts))
        return poll

    def _samples(self, number: int, t: Seconds) -> Samples:
        template = self._slots.templates[number]
        if self._faulty("prometheus_down", t):
            return Samples.failed(len(template))
        course = self._performance.course
        return read(self._instruments[template.start : template.stop], course, t)

    def _beside_metrics(self, at: Instant, t: Seconds) -> Iterator[Event]:
        scenario = self._performance.course.scenario
        start = self._performance.start
        servers = [server.name for server in self._model.prometheus] or [NAME]
        yield from self._reached(servers, "prometheus_down", at, t)
        yield ModesSeen(
            frozenset(mode for mode, (begins, ends) in scenario.modes.items() if begins <= t < ends),
            frozenset(service for service, since in scenario.reconciled_at.items() if since <= t),
        )
        yield ChangesSeen(tuple(_change(one, start) for one in scenario.changes if one.at <= t))
        yield from self._alerts(servers, at, t)
        stores = [store.name for store in self._model.flags]
        yield from self._reached(stores, "flags_down", at, t)
        if not self._faulty("flags_down", t):
            yield from self._flags(stores or [NAME], at, t)

    def _alerts(self, servers: Sequence[str], at: Instant, t: Seconds) -> Iterator[Event]:
        """As the Alertmanagers have them and, where there are some, as Prometheus evaluates them."""
        managers = [server.name for server in self._model.alertmanager]
        yield from self._reached(managers, "alertmanager_down", at, t)
        course, start = self._performance.course, self._performance.start
        firing = [one for one in course.scenario.alerts if _fires(one, t) and not course.resolved(one.name)]
        if managers and not self._faulty("prometheus_down", t):
            yield AlertsSeen(servers[0], tuple(_alert(one, start, servers[0]) for one in firing))
        if self._faulty("alertmanager_down", t):
            return
        standing = tuple(each for each in self._performance.silences.values() if each.ends > at)
        for source in managers or [NAME]:
            theirs = tuple(replace(each, source=source, pending=each.starts > at) for each in standing)
            yield SilencesSeen(source, theirs)
            alerts = (_alert(one, start, source) for one in firing)
            quiet = (replace(one, silenced_by=quieted_by(theirs, one.labels)) for one in alerts)
            yield AlertsSeen(source, tuple(quiet))

    def _flags(self, stores: Sequence[str], at: Instant, t: Seconds) -> Iterator[Event]:
        keeper = {switch.key: switch.provider for switch in self._model.kill_switches}
        values = self._performance.course.flags_at(t)
        for store in stores:
            kept = {key: value for key, value in values.items() if keeper.get(key, stores[0]) == store}
            yield FlagsRead(store, at, kept)

    def _reached(self, names: Sequence[str], fault: str, at: Instant, t: Seconds) -> Iterator[Event]:
        for name in names:
            if self._faulty(fault, t):
                yield SourceFailed(name, at, DOWN, "this is a rehearsal; the fault ends by itself")
            else:
                yield SourceAnswered(name, at, skew=0.0)

    def _faulty(self, kind: str, t: Seconds) -> bool:
        return self._performance.course.broken(kind, t)


class _Breath:
    """Lets others act between large answers; a turn of the loop costs more than a small one."""

    def __init__(self) -> None:
        self._read = 0

    async def after(self, rows: int) -> None:
        self._read += rows
        if self._read >= AT_ONCE:
            self._read = 0
            await asyncio.sleep(0)


def _fires(alert: PlannedAlert, t: Seconds) -> bool:
    return alert.at <= t and (alert.lasts is None or t < alert.at + alert.lasts)


def _alert(alert: PlannedAlert, start: Instant, source: str) -> Alert:
    labels = {"alertname": alert.name, **alert.labels}
    return Alert(alert.name, "firing", labels, alert.annotations, start + alert.at, source)


def _change(change: PlannedChange, start: Instant) -> Change:
    return Change(
        change.service,
        start + change.at,
        change.what,
        change.version,
        change.by,
        change.url,
        change.reversible,
        None if change.until is None else start + change.until,
        change.rollback,
        change.point_of_no_return,
    )
