"""Single signals as people look at them: value, level, age, and the last sixty values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.core.health.rules import UNKNOWN
from cockpit.core.levels import Instant, Level, Seconds
from cockpit.core.model import Signal
from cockpit.core.poll import FAILED, NOT_STATED, PLENTY, PRESENT, UNKNOWN_AGE, Samples

if TYPE_CHECKING:
    from cockpit.core.health.state import Health


@dataclass(frozen=True, slots=True)
class Reading:
    """One signal as last polled: the raw value beside the level it is committed to."""

    signal: Signal
    source: str
    value: float | None
    """None when nothing came; may be NaN or infinite."""
    level: Level | None
    """The committed level; None is unknown."""
    age: Seconds | None
    volume: float | None
    no_traffic: bool
    """Too little traffic to judge by."""
    stale: bool
    failed: bool
    since: Instant | None
    """When the committed level last changed."""


def readings(health: Health, name: str) -> Iterator[Reading]:
    """Every signal of a node as last polled, in declared order, one per source."""
    for slot in health.graph.slots_of[health.graph.index[name]]:
        yield reading(health, slot)


def reading(health: Health, slot: int) -> Reading:
    columns = health.columns
    declared = health.graph.slots.slots[slot]
    answer, value, volume, age = _sample(health, health.last, slot)
    committed = columns.committed[slot]
    since = columns.since[slot]
    return Reading(
        signal=declared.signal,
        source=declared.source,
        value=value if answer == PRESENT else None,
        level=None if committed == UNKNOWN else Level(committed),
        age=None if age != age or age == UNKNOWN_AGE else age,
        volume=None if volume != volume or volume == PLENTY else volume,
        no_traffic=bool(columns.skipped[slot]),
        stale=committed >= 0 and columns.run_verdict[slot] == UNKNOWN and not columns.skipped[slot],
        failed=answer == FAILED,
        since=None if since != since else since,
    )


def trail(health: Health, name: str, signal: str, source: str | None = None) -> list[float | None]:
    """Up to 60 last polled values of a signal, oldest first; None where nothing came.

    `source` None: the first source that knows the signal. Raises KeyError for a signal nobody declared.
    """
    slot = next(
        slot
        for slot in health.graph.slots_of[health.graph.index[name]]
        if health.graph.slots.slots[slot].signal.name == signal
        and source in (None, health.graph.slots.slots[slot].source)
    )
    template = health.graph.slots.templates[health.graph.template_of[slot]]
    row = slot - template.start
    found: list[float | None] = []
    for _, trails in health.ring:
        values = trails.get(template.number, ())
        value = values[row] if row < len(values) else NOT_STATED
        found.append(value if value == value else None)
    return found


def _sample(health: Health, samples: Mapping[int, Samples], slot: int) -> tuple[int, float, float, Seconds]:
    template = health.graph.slots.templates[health.graph.template_of[slot]]
    answers = samples.get(template.number)
    row = slot - template.start
    if answers is None or row >= len(answers):
        return FAILED, float("nan"), float("nan"), float("nan")
    return answers.answer[row], answers.value[row], answers.volume[row], answers.age[row]
