"""Signals of an incident as they were, asked of whoever remembers: only what was hurt, the worst first."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model, Role, Signal
from cockpit.core.poll import FAILED, PRESENT, Poll
from cockpit.core.slots import Slot, Slots, lay_out
from cockpit.core.state import State
from cockpit.text import join_names, plural
from cockpit.views import facts
from cockpit.views.export.courses import Course, is_hurt
from cockpit.views.export.series import Charts, Series
from cockpit.views.words import BADNESS

if TYPE_CHECKING:
    from cockpit.engine.asking import Outside
    from cockpit.ports import History

log = logging.getLogger(__name__)

MOST: Final = 12
"""Signals: what a page can show, and what a server in trouble can be asked."""
POINTS: Final = 240
"""Moments of one signal."""
PATIENCE: Final[Seconds] = 30.0
FAREWELL: Final[Seconds] = 1.0

Reach: TypeAlias = "Callable[[State], Outside]"
"""The world outside for the model and slots of a state, as `Engine.reach`."""


async def read(
    state: State, known: Mapping[str, Course], reach: Reach, start: Instant, end: Instant
) -> Charts:
    """Never raises for what happens outside: what could not be read is told in the charts."""
    wanted = list(_ranked(state.model, known))
    if not wanted:
        return Charts(trouble="nothing that is measured was hurt, so no signal was asked for")
    left_out = tuple(f"{owner} {signal.name}" for owner, signal in wanted[MOST:])
    asked = narrowed(state, {(owner, signal.name) for owner, signal in wanted[:MOST]})
    step = step_for(state.model, start, end)
    slots = asked.picture.slots
    found = Found({number: [] for number in range(len(slots.slots))})
    try:
        await _ask(asked, reach, start, end, step, found)
    except Exception as error:  # whoever built the sources; the export is worth more without charts than none
        log.exception("history")
        found.trouble = str(error) or type(error).__name__
    order = [(owner, signal.name) for owner, signal in wanted]
    series = sorted(_series(state, slots, found), key=lambda one: order.index((one.owner, one.signal)))
    return Charts(tuple(series), _trouble(slots, found), step, left_out)


def step_for(model: Model, start: Instant, end: Instant) -> Seconds:
    """Whole seconds, never finer than samples come."""
    finest = max(model.scrape, model.poll, 1.0)
    return math.ceil(max(finest, (end - start) / POINTS))


def _ranked(model: Model, known: Mapping[str, Course]) -> Iterator[tuple[str, Signal]]:
    """What people feel first, then one signal of each service by how bad it was, then the others."""
    by_badness = sorted(known.values(), key=lambda each: -BADNESS[each.worst])
    measures = {each.name: each.measure for each in model.capabilities if each.measure}
    measured = [each for each in by_badness if each.node in measures]
    yield from ((each.node, measures[each.node]) for each in measured if is_hurt(each.worst))
    signals = {each.name: sorted(each.signals, key=_rank) for each in model.services}
    mine = [(course.node, signals[course.node]) for course in by_badness if course.node in signals]
    for place in range(max((len(each) for _, each in mine), default=0)):
        yield from ((name, each[place]) for name, each in mine if place < len(each))
    yield from ((each.node, measures[each.node]) for each in measured if not is_hurt(each.worst))


def _rank(signal: Signal) -> tuple[bool, bool]:
    return signal.role is not Role.SYMPTOM, not signal.required


def narrowed(state: State, wanted: set[tuple[str, str]]) -> State:
    """`state` as if nothing else had been declared: what is not asked for costs the servers nothing."""
    services = tuple(
        replace(
            each,
            signals=tuple(one for one in each.signals if (each.name, one.name) in wanted),
            depends_on=(),
            degradations=(),
            feeds=(),
            reconciled_when=None,
        )
        for each in state.model.services
        if any(owner == each.name for owner, _ in wanted)
    )
    capabilities = tuple(
        replace(each, requires=(), degradations=())
        for each in state.model.capabilities
        if each.measure and (each.name, each.measure.name) in wanted
    )
    model = replace(
        state.model,
        services=services,
        capabilities=capabilities,
        alertmanager=(),
        flags=(),
        kill_switches=(),
        changes=(),
        checks=(),
    )
    return replace(state, model=model, picture=replace(state.picture, slots=lay_out(model)))


@dataclass
class Found:
    """Points by slot: (at, value, volume)."""

    points: dict[int, list[tuple[Instant, float | None, float | None]]]
    failed: set[int] = field(default_factory=set)
    """Slots for which not one question was answered."""
    silent: list[str] = field(default_factory=list)
    """Servers that did not come to an end in time."""
    trouble: str = ""


async def _ask(state: State, reach: Reach, start: Instant, end: Instant, step: Seconds, found: Found) -> None:
    outside = reach(state)
    try:
        polls = await asyncio.gather(*(_window(each, start, end, step, found) for each in outside.histories))
    finally:
        closing = [asyncio.ensure_future(each.close()) for each in outside.sources]
        if closing:
            await asyncio.wait(closing, timeout=FAREWELL)
    for each in polls:
        _taken(state.picture.slots, each, found)
    if not outside.histories:
        found.trouble = "no server is configured that remembers"


async def _window(
    history: History, start: Instant, end: Instant, step: Seconds, found: Found
) -> Sequence[Poll]:
    """As far as it could be read in time."""
    polls: Sequence[Poll] = ()
    try:
        async with asyncio.timeout(PATIENCE):
            async for _, known in history.window(start, end, step):
                polls = known
    except TimeoutError:
        found.silent.append(history.name)
    except Exception:
        log.exception("history of %s", history.name)
        found.silent.append(history.name)
    return polls


def _taken(slots: Slots, polls: Sequence[Poll], found: Found) -> None:
    for poll in polls:
        for template in slots.templates:
            samples = poll.samples.get(template.number)
            if samples is None or len(samples) != len(template):
                continue
            for row, slot in enumerate(slots.of(template)):
                failed = samples.answer[row] == FAILED
                present = samples.answer[row] == PRESENT
                value = _fresh(slot, samples.value[row], samples.age[row]) if present else None
                volume = samples.volume[row] if present and math.isfinite(samples.volume[row]) else None
                number = template.start + row
                found.points[number].append((poll.at, value, volume))
                if failed and len(found.points[number]) == 1:
                    found.failed.add(number)
                elif not failed:
                    found.failed.discard(number)


def _fresh(slot: Slot, value: float, age: float) -> float | None:
    """None also for what was too old to say anything about that moment."""
    limit = slot.signal.max_age
    old = limit is not None and math.isfinite(age) and age > limit
    return None if math.isnan(value) or old else value


def _series(state: State, slots: Slots, found: Found) -> Iterator[Series]:
    capabilities = {each.name for each in state.model.capabilities}
    several = len({slot.source for slot in slots.slots}) > 1
    for number, slot in enumerate(slots.slots):
        points = found.points[number]
        if number in found.failed or not points:
            continue
        signal = slot.signal
        measure = slot.owner in capabilities
        yield Series(
            slot.owner,
            signal.name,
            "ratio" if measure else signal.unit,
            signal.thresholds,
            tuple((at, value) for at, value, _ in points),
            signal.direction,
            slot.source if several else "",
            tuple(volume for _, _, volume in points) if measure else (),
            facts.called(state, slot.owner),
        )


def _trouble(slots: Slots, found: Found) -> str:
    """In one sentence; empty when all was read."""
    if found.trouble:
        return f"the history could not be read: {found.trouble}"
    missing = [
        f"{slot.owner} {slot.signal.name}"
        for number, slot in enumerate(slots.slots)
        if number in found.failed or not found.points[number]
    ]
    who = f" ({join_names(found.silent)} did not answer in time)" if found.silent else ""
    if len(missing) == len(slots.slots):
        return f"the history could not be read, so nothing is drawn{who}"
    if not any(value is not None for points in found.points.values() for _, value, _ in points):
        return "the history holds nothing from that time, so nothing is drawn"
    if missing:
        return f"{plural(len(missing), 'signal')} could not be read: {join_names(missing, 4)}{who}"
    return f"the history could not be read to its end{who}" if found.silent else ""
