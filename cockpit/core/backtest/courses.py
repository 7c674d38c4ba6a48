"""What one signal said over the whole past, in columns, judged again under other values."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from cockpit.core.backtest.model import Spell
from cockpit.core.backtest.spells import Spells, in_order
from cockpit.core.health.columns import empty_columns, settle
from cockpit.core.health.graph import compile_graph
from cockpit.core.levels import Instant
from cockpit.core.model import Capability, MetricServer, Model, Service, Signal
from cockpit.core.poll import FAILED, PRESENT, Poll, Samples
from cockpit.core.slots import Slots, lay_out

Key: TypeAlias = tuple[str, str]
"""Owner and name of a signal."""


@dataclass
class Rows:
    """One slot, poll by poll."""

    answer: bytearray = field(default_factory=bytearray)
    value: array[float] = field(default_factory=lambda: array("d"))
    volume: array[float] = field(default_factory=lambda: array("d"))
    age: array[float] = field(default_factory=lambda: array("d"))
    partial: bytearray = field(default_factory=bytearray)


@dataclass
class Course:
    """One signal, by server."""

    signal: Signal
    at: array[float] = field(default_factory=lambda: array("d"))
    rows: dict[str, Rows] = field(default_factory=dict)


def collected(polls: Iterable[Poll], slots: Slots, wanted: Sequence[Key]) -> dict[Key, Course]:
    """What `polls` say of these signals; 25 bytes a poll and slot."""
    found = {key: Course(signal) for key, signal in _signals(slots, wanted).items()}
    places = [
        (found[slot.owner, slot.signal.name].rows.setdefault(slot.source, Rows()), template, row)
        for template in slots.templates
        for row, slot in enumerate(slots.of(template))
        if (slot.owner, slot.signal.name) in found
    ]
    for poll in polls:
        for course in found.values():
            course.at.append(poll.at)
        for rows, template, row in places:
            samples = poll.samples.get(template.number)
            whole = samples is not None and len(samples) == len(template)
            _append(rows, samples if whole else None, row)
    return found


def _signals(slots: Slots, wanted: Sequence[Key]) -> dict[Key, Signal]:
    known = {(slot.owner, slot.signal.name): slot.signal for slot in slots.slots}
    return {key: known[key] for key in wanted if key in known}


def _append(rows: Rows, samples: Samples | None, row: int) -> None:
    rows.answer.append(FAILED if samples is None else samples.answer[row])
    rows.value.append(math.nan if samples is None else samples.value[row])
    rows.volume.append(math.inf if samples is None else samples.volume[row])
    rows.age.append(math.nan if samples is None else samples.age[row])
    rows.partial.append(samples is not None and samples.partial)


def judged(course: Course, signal: Signal, servers: Sequence[MetricServer]) -> tuple[Spell, ...]:
    """Its spells above OK if it had been declared as `signal`, over all servers."""
    model = Model(services=(Service("it", signals=(signal,)),), prometheus=tuple(servers))
    slots = lay_out(model)
    graph = compile_graph(model, slots)
    columns, spells = empty_columns(len(slots.slots)), Spells(slots.slots)
    rows = [(template.number, course.rows[template.source]) for template in slots.templates]
    for place, at in enumerate(course.at):
        samples = {number: _sample(each, place) for number, each in rows}
        columns, _ = settle(graph, columns, samples, at)
        spells.see(columns.committed, at)
    return in_order(spell for mine in spells.told().values() for spell in mine)


def _sample(rows: Rows, place: int) -> Samples:
    one = slice(place, place + 1)
    return Samples(
        rows.answer[one], rows.value[one], rows.volume[one], rows.age[one], bool(rows.partial[place])
    )


def values(course: Course, but: Sequence[tuple[Instant, Instant]]) -> Iterator[float]:
    """What could be judged, outside the spans of `but`."""
    signal = course.signal
    for rows in course.rows.values():
        for place, at in enumerate(course.at):
            value, age = rows.value[place], rows.age[place]
            if rows.answer[place] != PRESENT or math.isnan(value):
                continue
            if signal.max_age is not None and age > signal.max_age:
                continue
            if signal.min_volume is not None and not rows.volume[place] >= signal.min_volume:
                continue
            if not any(begin <= at <= end for begin, end in but):
                yield value


def with_signals(model: Model, changed: Mapping[Key, Signal]) -> Model:
    """`model` with these signals instead of those of their names."""

    def of(service: Service) -> Service:
        signals = tuple(changed.get((service.name, each.name), each) for each in service.signals)
        return replace(service, signals=signals)

    def measured(capability: Capability) -> Capability:
        measure = capability.measure
        found = changed.get((capability.name, measure.name)) if measure else None
        return replace(capability, measure=found) if found else capability

    return replace(
        model,
        services=tuple(map(of, model.services)),
        capabilities=tuple(map(measured, model.capabilities)),
    )
