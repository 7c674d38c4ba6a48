"""After how long anybody would notice, and by what: its own signals, else those of whom it hurts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from cockpit.core import promql, promql_text
from cockpit.core.health.graph import Graph
from cockpit.core.levels import Kind, Level, Seconds
from cockpit.core.model import OnNoData, Role, Service, Signal
from cockpit.core.whatif.outcome import Outcome

FIRST_OF = {
    Level.DOWN: (Kind.PROBE, Kind.ERRORS, Kind.TRAFFIC),
    Level.FAILING: (Kind.ERRORS, Kind.PROBE, Kind.TRAFFIC),
}
"""Kinds of signal in which a failure of that level shows first."""

MOST_LOOKED_AT = 64
"""Of those that it hurts, the worst: their signals show the most."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A signal that should show it. Seconds are counted from the moment it begins."""

    node: str
    signal: Signal
    soonest: Seconds
    """Scraped and asked at once, and held for as long as the rules want."""
    latest: Seconds
    """Just missed by scrape and poll; with a rate, its whole window has to fill."""
    window: Seconds = 0.0
    """The longest window of a rate in it; 0: none."""

    @property
    def is_alert(self) -> bool:
        """It repeats an alert that somebody has in Prometheus already."""
        return self.signal.query.template.startswith("alerts/")


@dataclass(frozen=True, slots=True)
class Noticing:
    own: tuple[Notice, ...] = ()
    """By signals of the chosen ones, in which it should show first."""
    others: tuple[Notice, ...] = ()
    """One for each of those it hurts, the quickest first: only if the prediction holds."""
    alerts: tuple[str, ...] = ()
    """Names of alerts that runbooks for the chosen ones answer; their own rules say how long they take."""
    silent_after: Seconds | None = None
    """UNKNOWN after so long when it takes its metrics along; None: nothing there would say so."""

    @property
    def shown(self) -> tuple[Notice, ...]:
        """Of each of the chosen ones the signal in which it should show first."""
        by_node: dict[str, Notice] = {}
        for each in self.own:
            by_node.setdefault(each.node, each)
        return tuple(by_node.values())

    @property
    def first(self) -> Notice | None:
        """From when on it counts as noticed."""
        return min(self.shown or self.others, key=lambda each: each.latest, default=None)


def noticing(graph: Graph, asked: Outcome) -> Noticing:
    own = [
        notice
        for name, level in asked.chosen.items()
        for notice in sorted(_notices(graph, name, level), key=lambda one: _rank(one, level))
    ]
    hurt = sorted(asked.nobody.items(), key=lambda each: -each[1])[:MOST_LOOKED_AT]
    others = [min(found, key=lambda one: one.latest) for each in hurt if (found := [*_notices(graph, *each)])]
    silent = [_silent_after(graph, each) for each in asked.chosen]
    return Noticing(
        tuple(own),
        tuple(sorted(others, key=lambda one: one.latest)),
        _alerts(graph, asked),
        min((each for each in silent if each is not None), default=None),
    )


def _notices(graph: Graph, name: str, level: Level) -> Iterator[Notice]:
    """Of each signal that has a threshold at that level or below, and says how it is and not why."""
    for signal in _signals(graph, name):
        if signal.role is Role.CAUSE or signal.kind in (Kind.INTEGRITY, Kind.SATURATION):
            continue
        if min(signal.thresholds, default=Level.DOWN) > level:
            continue
        model = graph.model
        soonest = held(signal, model.poll)
        windows = [length for _, length in promql.rate_windows(promql_text.fill(signal.query.expr, ""))]
        window = max(windows, default=0.0)
        yield Notice(name, signal, soonest, soonest + model.poll + model.scrape + window, window)


def held(signal: Signal, poll: Seconds) -> Seconds:
    """From the first bad verdict to the level (rules C): `for` in whole polls, and two verdicts at least."""
    return poll * max(1, math.ceil(signal.for_ / poll)) if poll > 0 else signal.for_


def _rank(one: Notice, level: Level) -> tuple[int, Seconds]:
    kinds = FIRST_OF.get(level, ())
    kind = one.signal.kind
    return (kinds.index(kind) if kind in kinds else len(kinds), one.latest)


def _signals(graph: Graph, name: str) -> tuple[Signal, ...]:
    declared = graph.declared(graph.index[name])
    if isinstance(declared, Service):
        return declared.signals
    return (declared.measure,) if declared.measure else ()


def _silent_after(graph: Graph, name: str) -> Seconds | None:
    model = graph.model
    waits = [
        signal.stale_after
        for signal in _signals(graph, name)
        if signal.required and signal.on_no_data is OnNoData.UNKNOWN
    ]
    return min(waits) + model.poll + model.scrape if waits else None


def _alerts(graph: Graph, asked: Outcome) -> tuple[str, ...]:
    chosen = set(asked.chosen)
    about = [each for each in graph.model.runbooks if chosen & {*each.services, *each.fits_services}]
    return tuple(dict.fromkeys(alert for card in about for alert in card.alerts))
