"""One simulated signal: a curve, noise that depends on seed and time alone, and the age of a sample."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.core.levels import Kind, Seconds
from cockpit.core.model import Model
from cockpit.core.poll import ABSENT, FAILED, NOT_STATED, PLENTY, PRESENT, Samples
from cockpit.core.scenario_course import Course
from cockpit.core.scenario_play import Played, healthy, jitter
from cockpit.core.slots import Slot

_MASK = (1 << 64) - 1
EXPECTED = 60.0
"""What a simulated capability is expected to do a minute, unless its least is more."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What reads one slot."""

    slot: Slot
    seed: int
    measure: bool
    healthy: float
    noise: float
    volume: float
    every: Seconds
    """Noise changes once in so many seconds: the poll interval."""
    scrape: Seconds

    @staticmethod
    def of(slot: Slot, seed: int, model: Model) -> Instrument:
        name = "\0".join((str(seed), *slot.key))
        number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
        measure = any(one.name == slot.owner for one in model.capabilities)
        return Instrument(
            slot,
            number,
            measure,
            1.0 if measure else healthy(slot.signal),
            0.01 if measure else jitter(slot.signal),
            _volume(slot, measure),
            model.poll,
            model.scrape,
        )

    def gauss(self, t: Seconds) -> float:
        """Standard normal, the same for the same moment: Box and Muller over a counter-based generator."""
        number = round(t / self.every)
        first = (_mixed(self.seed + 2 * number) + 1) / (_MASK + 2)
        second = _mixed(self.seed + 2 * number + 1) / _MASK
        return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second)

    def value(self, shown: Played, t: Seconds) -> float:
        if not shown.noise:
            value = shown.value
        else:
            moment = t if shown.frozen_at is None else shown.frozen_at
            value = shown.value + shown.noise * self.gauss(moment)
        if shown.value >= 0:
            value = max(0.0, value)
        if self.slot.signal.kind in (Kind.ERRORS, Kind.PROBE) and shown.value <= 1:
            value = min(1.0, value)
        if self.measure:  # as it would be asked: so much was done of so much expected
            value = value * self.volume / self.volume
        return value

    def age(self, shown: Played, t: Seconds) -> Seconds:
        """Since the last scrape; scrapes are spread over the interval."""
        phase = (self.seed % 1000) / 1000 * self.scrape
        if shown.frozen_at is None:
            return (t + phase) % self.scrape
        return t - shown.frozen_at + (shown.frozen_at + phase) % self.scrape


def read(instruments: Sequence[Instrument], course: Course, t: Seconds) -> Samples:
    """The answer to one template at `t` seconds into the scenario."""
    answer = bytearray(len(instruments))
    value, volume, age = (array("d", [NOT_STATED]) * len(instruments) for _ in range(3))
    for row, one in enumerate(instruments):
        shown = course.shown(one.slot.owner, one.slot.signal.name, t, one.healthy, one.noise)
        volume[row] = one.volume
        answer[row] = _ANSWERS.get(shown.gap, PRESENT)
        if answer[row] == PRESENT:
            value[row] = math.nan if shown.gap == "nan" else one.value(shown, t)
            age[row] = one.age(shown, t)
    return Samples(answer, value, volume, age)


_ANSWERS: Final[Mapping[str | None, int]] = {"absent": ABSENT, "failed": FAILED}


def _volume(slot: Slot, measure: bool) -> float:
    least = slot.signal.min_volume
    if measure:
        return max(EXPECTED, 3 * (least or 0.0))
    return PLENTY if least is None else max(1.0, least * 10)


def _mixed(number: int) -> int:
    """Splitmix64. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators"."""
    number = (number * 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)
