"""Services and capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cockpit.config import deadlines, models
from cockpit.config.convert.signals import Signals
from cockpit.config.findings import Placed
from cockpit.config.tuning import LEVELS
from cockpit.core.levels import Instant
from cockpit.core.model import (
    Audience,
    Capability,
    Criticality,
    Degradation,
    Dependency,
    FlagIs,
    Link,
    Service,
    ServiceLevel,
    Value,
    Workaround,
)

Modes = Mapping[str, frozenset[str]]
"""Names of degraded modes by service."""


def modes_of(services: Iterable[Placed[models.Service]]) -> Modes:
    return {
        placed.value.name: frozenset(mode.name for mode in placed.value.degradations)
        for placed in services
        if placed.value.degradations
    }


def service(placed: Placed[models.Service], signals: Signals, modes: Modes) -> Service:
    declared = placed.value
    return Service(
        name=declared.name,
        title=declared.title,
        type=declared.type,
        owner=declared.owner,
        system=declared.system,
        region=declared.region,
        tier=declared.tier,
        lifecycle=declared.lifecycle,
        signals=signals.of(placed),
        degradations=tuple(degradation(mode) for mode in declared.degradations),
        depends_on=tuple(dependency(edge, declared.name, modes) for edge in declared.depends_on),
        feeds=declared.feeds,
        reconciled_when=declared.reconciled_when,
        contact=declared.contact,
        runbooks=declared.runbooks,
        links=tuple(Link(link.type, link.url, link.title) for link in declared.links),
        alert_labels=declared.alert_labels,
    )


def capability(placed: Placed[models.Capability], signals: Signals, modes: Modes, now: Instant) -> Capability:
    declared = placed.value
    own = {declared.name: frozenset(mode.name for mode in declared.degradations)}
    return Capability(
        name=declared.name,
        title=declared.title,
        audience=Audience(declared.audience),
        owner=declared.owner,
        tier=declared.tier,
        requires=tuple(dependency(edge, declared.name, {**modes, **own}) for edge in declared.requires),
        degradations=tuple(degradation(mode) for mode in declared.degradations),
        measure=signals.measure(placed),
        affected=declared.affected,
        value=_value(declared.value),
        workaround=_workaround(declared.workaround),
        sla=_agreed(declared.sla),
        deadlines=deadlines.coming(declared.deadline, now) if declared.deadline else (),
        deadline_text=declared.deadline or "",
    )


def dependency(edge: models.Edge, owner: str, modes: Modes) -> Dependency:
    members = edge.any_of if edge.any_of is not None else (edge.to or "",)
    return Dependency(
        members=members,
        criticality=Criticality(edge.criticality),
        need=edge.need,
        any_of=edge.any_of is not None,
        fallback=edge.fallback,
        fallback_of=fallback_of(edge, owner, modes) or "",
        reviewed=not edge.unreviewed,
    )


def fallback_of(edge: models.Edge, owner: str, modes: Modes) -> str | None:
    """Who has the mode: nothing for the dependent itself, a name for what is needed; None: nobody has."""
    if edge.fallback in modes.get(owner, ()):
        return ""
    members = edge.any_of or ((edge.to,) if edge.to else ())
    return next((name for name in members if edge.fallback in modes.get(name, ())), None)


def degradation(mode: models.Degradation) -> Degradation:
    return Degradation(
        name=mode.name,
        level=LEVELS[mode.level],
        flag=FlagIs(mode.flag.key, mode.flag.value) if mode.flag else None,
        active_when=mode.active_when,
        auto=mode.auto,
        manual=mode.manual,
        works=mode.works,
        lost=mode.lost,
        data_debt=mode.data_debt,
        max_duration=mode.max_duration,
        runbook=mode.runbook,
    )


def _workaround(declared: models.Workaround | None) -> Workaround | None:
    return Workaround(declared.what, declared.good_for, declared.who) if declared else None


def _value(declared: models.Value | None) -> Value | None:
    return Value(declared.per_unit, declared.currency) if declared else None


def _agreed(declared: models.ServiceLevel | None) -> ServiceLevel | None:
    if declared is None:
        return None
    return ServiceLevel(declared.objective, declared.window, LEVELS[declared.counts_from])
