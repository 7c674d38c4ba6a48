"""From one sample to a verdict: rules A and B, compiled per slot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from cockpit.core.levels import Kind, Level, Seconds
from cockpit.core.model import OnNoData, Role
from cockpit.core.poll import ABSENT, FAILED
from cockpit.core.slots import Slot

UNKNOWN: Final = -1
"""Verdict U, and the committed level of a slot nobody can judge."""
NO_EVIDENCE: Final = -2
"""Verdict N: too little traffic to judge by."""
UNRULED: Final = -3
"""Nobody watches this: not a verdict, the slot is left out as if it had not been declared."""

DEAD_BAND: Final = 10.0
"""A committed level is left only when the value is a tenth of the threshold on the better side."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How samples of one slot are judged. Thresholds are turned so that *above* is always worse."""

    sign: float
    """+1 for `above`, -1 for `below`."""
    steps: tuple[tuple[int, float, float], ...]
    """(level, limit, limit once that level is committed), worst level first, turned by `sign`."""
    no_data: int
    min_volume: float | None
    max_age: Seconds | None
    for_: Seconds
    hold: Seconds
    stale_after: Seconds
    idle_after: Seconds
    required: bool
    kind: Kind
    cause: bool
    ceiling: float
    floor: float

    @property
    def integrity(self) -> bool:
        return self.kind is Kind.INTEGRITY


def rule_of(slot: Slot) -> Rule:
    signal = slot.signal
    sign = 1.0 if signal.direction == "above" else -1.0
    steps = tuple(
        (int(level), sign * limit, sign * limit - abs(limit) / DEAD_BAND)
        for level, limit in sorted(signal.thresholds.items(), reverse=True)
    )
    nearest = min((limit for _, limit, _ in steps), default=math.inf)
    integrity = signal.kind is Kind.INTEGRITY
    return Rule(
        sign,
        steps,
        _no_data(signal.on_no_data, steps),
        signal.min_volume,
        signal.max_age,
        signal.for_,
        signal.hold,
        signal.stale_after,
        signal.idle_after,
        slot.required,
        signal.kind,
        signal.role is Role.CAUSE and not integrity,
        ceiling=nearest if sign > 0 else math.inf,
        floor=-math.inf if sign > 0 else -nearest,
    )


def _no_data(on_no_data: OnNoData, steps: tuple[tuple[int, float, float], ...]) -> int:
    match on_no_data:
        case OnNoData.BREACH:
            return steps[0][0]
        case OnNoData.OK:
            return int(Level.OK)
        case _:
            return UNKNOWN


def judge(
    rule: Rule, committed: int, answer: int, value: float, volume: float, age: float, partial: bool = False
) -> int:
    """The verdict on one sample: a level, UNKNOWN or NO_EVIDENCE.

    Failure and absence come first, then traffic, then the value. `committed` sets the dead band.
    """
    if answer == FAILED:
        return UNKNOWN
    if answer == ABSENT:
        verdict = rule.no_data
        return _cautious(verdict, committed) if partial else verdict
    if volume != volume:  # NaN: nobody knows how much traffic there was
        return UNKNOWN
    if rule.min_volume is not None and volume < rule.min_volume:
        return NO_EVIDENCE
    if value != value or (rule.max_age is not None and age > rule.max_age):
        return UNKNOWN
    verdict = _level(rule, committed, rule.sign * value)
    return _cautious(verdict, committed) if partial else verdict


def _level(rule: Rule, committed: int, value: float) -> int:
    for level, limit, relaxed in rule.steps:
        if value > (relaxed if level <= committed else limit):
            return level
    return int(Level.OK)


def _cautious(verdict: int, committed: int) -> int:
    """A partial answer may worsen, never improve, and never show that all is well."""
    return verdict if verdict > Level.OK and verdict >= committed else UNKNOWN
