"""Random models, read from a string of bytes: quick to draw, and zeros are the simplest case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cockpit.core.levels import Kind, Level
from cockpit.core.model import (
    Capability,
    Criticality,
    Degradation,
    Dependency,
    FlagIs,
    MetricServer,
    Model,
    OnNoData,
    Query,
    Role,
    Service,
    Signal,
    Value,
)

T = TypeVar("T")
START = 1_700_000_000.0
DEGRADED, FAILING, DOWN, AT_RISK = Level.DEGRADED, Level.FAILING, Level.DOWN, Level.AT_RISK
CEILINGS: tuple[dict[Level, float], ...] = (
    {DEGRADED: 1.0, FAILING: 2.0},
    {AT_RISK: 0.5, DEGRADED: 1.0, FAILING: 2.0, DOWN: 4.0},
    {FAILING: 0.0},
    {DOWN: -1.0, FAILING: -2.0},
    {AT_RISK: 1.0},
)
FLOORS: tuple[dict[Level, float], ...] = (
    {DEGRADED: 4.0, DOWN: 1.0},
    {FAILING: 1.0},
    {DEGRADED: -1.0, DOWN: -2.0},
)
VALUES = (0.0, 0.4, 0.47, 0.95, 1.0, 1.05, 1.5, 1.9, 2.5, 3.0, 4.2, 5.0, -1.05, -3.0, math.inf, -math.inf)


@dataclass
class Choices:
    data: bytes
    at: int = 0

    def number(self) -> int:
        self.at += 1
        return self.data[self.at - 1] if self.at <= len(self.data) else 0

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number() % len(options)]

    def chance(self, percent: int) -> bool:
        """False where the bytes have run out."""
        return self.number() > 255 - percent * 2.55

    def some(self, options: Sequence[T], most: int) -> tuple[T, ...]:
        return tuple(dict.fromkeys(self.pick(options) for _ in range(self.number() % (most + 1))))


def any_signal(choose: Choices, owner: str, number: int, quick: bool) -> Signal:
    kind: Kind = choose.pick(list(Kind)[:-1])
    if choose.chance(15):
        kind = Kind.INTEGRITY
    above = choose.chance(80) or kind is Kind.INTEGRITY
    thresholds = choose.pick(CEILINGS if above else FLOORS)
    if kind is Kind.INTEGRITY:
        thresholds = choose.pick(({FAILING: 0.0}, {DEGRADED: 1.0, FAILING: 2.0}))
    no_data = choose.pick((OnNoData.UNKNOWN, OnNoData.UNKNOWN, OnNoData.BREACH, OnNoData.OK))
    shared = choose.chance(50)
    return Signal(
        name=f"{kind.value}-{number}",
        kind=kind,
        query=Query(
            expr=f"q{number}" if shared else f"q-{owner}-{number}",
            by=("service",),
            key=(owner,),
            requires="total" if no_data is OnNoData.OK else None,
        ),
        direction="above" if above else "below",
        thresholds=thresholds,
        role=Role.CAUSE if choose.chance(25) else Role.SYMPTOM,
        required=not choose.chance(20),
        for_=0.0 if quick else choose.pick((30.0, 0.0, 10.0, 60.0)),
        hold=0.0 if quick else choose.pick((120.0, 0.0, 30.0, 10.0)),
        stale_after=choose.pick((90.0, 0.0, 20.0)),
        idle_after=choose.pick((600.0, 0.0, 60.0)),
        min_volume=choose.pick((None, 5.0)),
        max_age=choose.pick((None, 60.0)),
        on_no_data=no_data,
    )


def any_model(choose: Choices, services: int = 6, signals: int = 3, quick: bool = False) -> Model:
    names = [*"abcdefg"][: 2 + choose.number() % services]
    servers = choose.pick(((), (), (MetricServer("eu", ""), MetricServer("us", "", required=False))))
    capabilities = tuple(
        _capability(choose, f"can-{number}", names, quick) for number in range(choose.number() % 3)
    )
    return Model(
        services=tuple(_service(choose, name, names, signals, quick) for name in names),
        capabilities=capabilities,
        prometheus=servers,
    )


def _service(choose: Choices, name: str, names: list[str], signals: int, quick: bool) -> Service:
    states = _degradations(choose, name)
    return Service(
        name=name,
        tier=choose.pick((3, 1, 2, 4, 7)),
        signals=tuple(
            any_signal(choose, name, number, quick) for number in range(choose.number() % (signals + 1))
        ),
        degradations=states,
        depends_on=_edges(choose, names, [one for one in names if one != name], states),
        feeds=tuple(one for one in choose.some(names, 2) if one != name),
        reconciled_when="promql",
    )


def _capability(choose: Choices, name: str, names: list[str], quick: bool) -> Capability:
    states = _degradations(choose, name)
    measure = Signal(
        name="measure",
        kind=Kind.TRAFFIC,
        query=Query(expr=f"actual-{name}", volume=f"expected-{name}"),
        direction="below",
        thresholds={DEGRADED: 0.85, FAILING: 0.5, DOWN: 0.1},
        for_=0.0 if quick else 30.0,
        min_volume=20.0,
    )
    return Capability(
        name=name,
        tier=choose.pick((3, 1, 2)),
        requires=_edges(choose, names, names, states),
        degradations=states,
        measure=measure if choose.chance(50) else None,
        value=Value(48.0, "EUR") if choose.chance(50) else None,
    )


def _degradations(choose: Choices, owner: str) -> tuple[Degradation, ...]:
    return tuple(
        Degradation(
            name=f"mode-{number}",
            level=choose.pick((AT_RISK, DEGRADED, FAILING)),
            flag=FlagIs(f"flag-{owner}", True) if (how := choose.number() % 4) == 0 else None,
            auto=how == 1,
            manual=how == 2,
            active_when="promql" if how == 3 else None,
            max_duration=choose.pick((None, 20.0, 300.0)),
        )
        for number in range(choose.number() % 3)
    )


def _edges(
    choose: Choices, names: list[str], others: list[str], states: tuple[Degradation, ...]
) -> tuple[Dependency, ...]:
    edges = []
    for _ in range(choose.number() % 4):
        several = choose.chance(35)
        members = (choose.some(others, 3) if several else ()) or (choose.pick(others),)
        edges.append(
            Dependency(
                members=members,
                criticality=choose.pick(
                    (Criticality.HARD, Criticality.HARD, Criticality.SOFT, Criticality.NONE)
                ),
                need=1 + choose.number() % len(members),
                any_of=several,
                fallback=choose.pick(states).name if states and choose.chance(50) else None,
                reviewed=not choose.chance(20),
            )
        )
    return tuple(edges)
