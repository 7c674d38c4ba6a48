"""The shop of `shop.py` measured in two clusters, each with servers of its own; by the real rules."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace

from cockpit.core import health
from cockpit.core.events import PollReplayed, Reasoned, SourceAnswered, SourceFailed
from cockpit.core.model import AlertServer, MetricServer, Model
from cockpit.core.poll import ABSENT, FAILED, NOT_STATED, PLENTY, PRESENT, Alert, Poll, Samples
from cockpit.core.slots import Slot
from cockpit.core.state import State
from cockpit.core.update import initial, update

from .shop import HEALTHY, START, shop

EU = MetricServer("prom-eu", "http://eu", {"cluster": "eu"}, owner="platform")
US = MetricServer("prom-us", "http://us", {"cluster": "us"}, owner="platform")
AM_EU = AlertServer("am-eu", "http://am-eu", labels={"cluster": "eu"})
AM_US = AlertServer("am-us", "http://am-us", labels={"cluster": "us"})
GONE = -1.0
"""Instead of a value: it could not be asked."""
Said = Callable[[Slot], float | None]


def model(**fields: object) -> Model:
    return shop(**{"prometheus": (EU, US), "alertmanager": (AM_EU, AM_US), **fields})


def all_is_well(slot: Slot) -> float | None:
    return {**HEALTHY, "place-order": 1.0}.get(slot.owner)


def but(source: str, value: float, *owners: str) -> Said:
    """All is well, but these (all, where none is named) have `value` in the cluster of `source`."""

    def said(slot: Slot) -> float | None:
        there = slot.source == source and (not owners or slot.owner in owners)
        return value if there else all_is_well(slot)

    return said


def poll(state: State, at: float, said: Said) -> Poll:
    samples = {}
    slots = state.picture.slots
    for template in slots.templates:
        rows = [said(slot) for slot in slots.of(template)]
        answer = bytearray(FAILED if v == GONE else ABSENT if v is None else PRESENT for v in rows)
        column = array("d", (NOT_STATED if v is None or v == GONE else v for v in rows))
        volumes = [100.0 if slot.signal.query.volume else PLENTY for slot in slots.of(template)]
        samples[template.number] = Samples(answer, column, array("d", volumes), array("d", [2.0] * len(rows)))
    return Poll(at, samples)


def play(state: State, said: Said, seconds: float, step: float = 5.0) -> State:
    at = (state.health.at or START - step) + step
    end = at + seconds
    while at < end:
        state, _ = update(state, PollReplayed(poll(state, at, said)))
        state, _ = update(state, Reasoned(health.reason(state.health), state.generation))
        at += step
    return state


def asked(state: State, *lost: str, at: float = START) -> State:
    """Every server has answered, but those that are lost."""
    for server in (*state.model.prometheus, *state.model.alertmanager):
        gone = SourceFailed(server.name, at, "connection refused")
        event = gone if server.name in lost else SourceAnswered(server.name, at)
        state, _ = update(state, event)
    return state


def calm(**fields: object) -> State:
    return asked(play(initial(model(**fields)), all_is_well, 300.0))


def us_fails() -> State:
    """orders-db is DOWN in us and fine in eu."""
    return play(calm(), but("prom-us", 0.9, "orders-db"), 60.0)


def us_is_blind() -> State:
    """The servers of us are gone for minutes."""
    state = asked(calm(), "prom-us", "am-us", at=START + 300)
    return play(state, but("prom-us", GONE), 120.0)


def with_alerts(state: State, *alerts: Alert) -> State:
    seen = replace(state.health, alerts=alerts)
    return replace(state, picture=replace(state.picture, health=seen))
