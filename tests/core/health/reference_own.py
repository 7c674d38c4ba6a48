"""Rules D once more: what the signals of one node say together."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.core.levels import FailureClass, Integrity, Kind, Level
from cockpit.core.model import Capability, Role, Service

from .reference import UNKNOWN, Watched

CLASS_OF = {
    Kind.ERRORS: FailureClass.DEGRADATION,
    Kind.PROBE: FailureClass.UNAVAILABLE,
    Kind.LATENCY: FailureClass.DELAY,
    Kind.LAG: FailureClass.DELAY,
    Kind.FRESHNESS: FailureClass.DELAY,
    Kind.INTEGRITY: FailureClass.CORRUPTION,
    Kind.RETRIES: FailureClass.RETRY_STORM,
    Kind.THROTTLE: FailureClass.THROTTLED,
    Kind.TRAFFIC: FailureClass.DEGRADATION,
}


@dataclass(frozen=True)
class Measured:
    """Rules D for one node."""

    lo: int = 0
    hi: int = 0
    has_signals: bool = False
    blind: bool = False
    idle: bool = False
    classes: tuple[FailureClass, ...] = ()
    integrity: Integrity = Integrity.OK
    onset: float | None = None
    flapping: bool = False
    stale: bool = False

    @property
    def unknown(self) -> bool:
        return self.has_signals and self.hi > self.lo and self.lo <= Level.AT_RISK


def is_symptom(one: Watched) -> bool:
    return one.slot.signal.role is Role.SYMPTOM or one.slot.signal.kind is Kind.INTEGRITY


def measured(owner: Service | Capability, everything: list[Watched]) -> Measured:
    mine = [one for one in everything if one.slot.owner == owner.name]
    if not mine:
        return Measured()
    has_symptom = any(is_symptom(one) for one in mine)
    judged = [one for one in mine if not one.left_out]
    known = [one for one in judged if one.committed != UNKNOWN]
    lo = max((_counts(one, has_symptom) for one in known), default=0)
    evidence = any(is_symptom(one) or not has_symptom for one in known)
    blind = not evidence or any(one.slot.required and one.committed == UNKNOWN for one in judged)
    could_tell = [one for one in mine if is_symptom(one) or not has_symptom]
    unknown = blind and lo <= Level.AT_RISK
    bad = [one.bad_since() for one in known if _counts(one, has_symptom) >= Level.DEGRADED]
    return Measured(
        lo=lo,
        hi=Level.DOWN if blind else lo,
        has_signals=True,
        blind=blind,
        idle=unknown and all(one.left_out for one in could_tell),
        classes=_classes(known, blind),
        integrity=_integrity(mine),
        onset=min(bad, default=None),
        flapping=any(one.flapping for one in mine),
        stale=any(one.now == UNKNOWN and one.committed != UNKNOWN for one in mine),
    )


def _counts(one: Watched, has_symptom: bool) -> int:
    if not is_symptom(one) and has_symptom:
        return min(one.committed, Level.AT_RISK)
    if one.slot.signal.kind is Kind.INTEGRITY and one.committed > Level.OK:
        return max(one.committed, Level.DEGRADED)
    return one.committed


def _classes(known: list[Watched], blind: bool) -> tuple[FailureClass, ...]:
    found = {FailureClass.BLIND} if blind else set()
    for one in known:
        # Reading: "the signal is DOWN" and "above OK" speak of the committed level, before a cause is capped.
        if one.slot.signal.kind is Kind.ERRORS and one.committed == Level.DOWN:
            found.add(FailureClass.UNAVAILABLE)
        elif one.committed > Level.OK and one.slot.signal.kind in CLASS_OF:
            found.add(CLASS_OF[one.slot.signal.kind])
    return tuple(each for each in FailureClass if each in found)


def _integrity(mine: list[Watched]) -> Integrity:
    watched = [one for one in mine if one.slot.signal.kind is Kind.INTEGRITY]
    if any(one.committed >= Level.FAILING for one in watched):
        return Integrity.BREACHED
    if any(one.committed > Level.OK for one in watched):
        return Integrity.SUSPECT
    if any(one.committed == UNKNOWN and not one.left_out for one in watched):
        return Integrity.UNKNOWN
    return Integrity.OK
