"""A small world to write sentences with: services whose signals say a number, poll after poll."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cockpit.core.health import advance, fresh, reason
from cockpit.core.health.state import Health
from cockpit.core.levels import Kind, Level
from cockpit.core.model import Criticality, Dependency, Model, Query, Service, Signal
from cockpit.core.poll import ABSENT, FAILED, PRESENT, Change, Poll, Samples
from cockpit.core.slots import Slot, lay_out

OK, AT_RISK, DEGRADED, FAILING, DOWN = Level
HARD, SOFT, NONE = Criticality
UNKNOWN = -1
START = 1_700_000_000.0
NAN, INF = math.nan, math.inf


@dataclass(frozen=True)
class Said:
    """One answer in full."""

    value: float = NAN
    volume: float = INF
    age: float = NAN
    answer: int = PRESENT


NOTHING = Said(answer=ABSENT)
BROKEN = Said(answer=FAILED)
TOO_FEW = Said(0.0, volume=1.0)
"""N, for a signal with a `min_volume` above 1."""
Answer: TypeAlias = float | Said


def signal(name: str = "errors", kind: Kind = Kind.ERRORS, **fields: Any) -> Signal:
    """Levels at 1, 2, 3 and 4, so that 2.5 reads DEGRADED; commits at once unless told otherwise."""
    above = {AT_RISK: 1.0, DEGRADED: 2.0, FAILING: 3.0, DOWN: 4.0}
    limits = {"direction": "above", "thresholds": above, "for_": 0.0, "hold": 0.0}
    return Signal(name, kind, Query(f"q-{name}", ("service",)), **{**limits, **fields})


def integrity(name: str = "duplicates", **fields: Any) -> Signal:
    return signal(name, Kind.INTEGRITY, **{"thresholds": {DEGRADED: 2.0, FAILING: 3.0}, **fields})


def service(name: str, *needs: Dependency, signals: Iterable[Signal] | None = None, **fields: Any) -> Service:
    """With one signal `errors`, unless others are named."""
    found = (signal(),) if signals is None else tuple(signals)
    return Service(name, signals=found, depends_on=needs, **fields)


def on(name: str, criticality: Criticality = HARD, **fields: Any) -> Dependency:
    return Dependency((name,), criticality, **fields)


def any_of(*names: str, need: int = 1, criticality: Criticality = HARD, **fields: Any) -> Dependency:
    return Dependency(names, criticality, need=need, any_of=True, **fields)


def level(value: Level) -> float:
    """A value that reads as `value` under the limits of `signal`, clear of every dead band."""
    return value + 0.5


@dataclass
class World:
    """Says 0.5 (OK) for everything until told otherwise; what is told stays."""

    model: Model
    says: dict[str, Answer] = field(default_factory=dict)
    """By `service`, or by `service.signal`."""
    at: float = START
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        self.health = fresh(self.model)

    @staticmethod
    def of(*services: Service, **fields: Any) -> World:
        return World(Model(services=services, **fields))

    def poll(
        self,
        says: Mapping[str, Answer] | None = None,
        *,
        after: float = 10.0,
        flags: Mapping[str, Any] | None = None,
        modes: Iterable[tuple[str, str]] = (),
        reconciled: Iterable[str] = (),
        changes: Iterable[Change] = (),
        partial: bool = False,
    ) -> Health:
        self.says.update(says or {})
        self.at += after
        slots = lay_out(self.model)
        samples = {
            template.number: columns((self._answer(slot) for slot in slots.of(template)), partial)
            for template in slots.templates
        }
        poll = Poll(
            self.at, samples, flags or {}, frozenset(modes), frozenset(reconciled), changes=tuple(changes)
        )
        self.health = reason(advance(self.health, poll))
        return self.health

    def polls(self, says: Mapping[str, Answer], *, every: float, seconds: float) -> Health:
        """The same for a while."""
        for _ in range(round(seconds / every)):
            self.poll(says, after=every)
        return self.health

    def _answer(self, slot: Slot) -> Said:
        said = self.says.get(f"{slot.owner}.{slot.signal.name}", self.says.get(slot.owner, 0.5))
        return said if isinstance(said, Said) else Said(said)

    def levels(self, *names: str) -> list[str]:
        return [self.health.node(name).level.value for name in names]

    def committed(self, owner: str = "a", name: str = "errors") -> int:
        """The committed level of a signal, -1 for unknown."""
        slots = self.health.graph.slots
        return self.health.columns.committed[slots.index[owner, name, ""]]


def columns(rows: Iterable[Said], partial: bool) -> Samples:
    said = list(rows)
    return Samples(
        bytearray(row.answer for row in said),
        array("d", (row.value for row in said)),
        array("d", (row.volume for row in said)),
        array("d", (row.age for row in said)),
        partial,
    )


def own(health: Health, name: str) -> tuple[str, str] | None:
    found = health.node(name).own
    return (found.lo.name, found.hi.name) if found else None
