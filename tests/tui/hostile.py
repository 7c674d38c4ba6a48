"""The shop with an attack in every text that comes from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any

from cockpit.core.model import Link, Query
from cockpit.core.poll import Alert, Change
from cockpit.core.state import Acknowledgement, Entry, Record, SourceState, State

from .payloads import PAYLOADS
from .scenes import NOW, live, shop_look, shop_model, state_of

OURS = {"direction", "reduce", "kind", "state", "provider", "confirm", "type", "status", "unit", "template"}
"""Fields with words of ours: the loader lets nothing else through."""


def spoil(text: str, payload: str) -> str:
    return f"{text}{payload}" if text else text


def spoilt(value: Any, payload: str) -> Any:
    """`value` with `payload` behind every text in it; equal texts stay equal, so references still hold."""
    if isinstance(value, Enum | Query):
        return value
    if isinstance(value, str):
        return spoil(value, payload)
    if isinstance(value, tuple):
        return tuple(spoilt(each, payload) for each in value)
    if isinstance(value, Mapping):
        return {key: spoilt(each, payload) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {each.name: getattr(value, each.name) for each in fields(value) if each.name in OURS}
        rest = {each.name: spoilt(getattr(value, each.name), payload) for each in fields(value)}
        return replace(value, **(rest | kept))
    return value


@cache
def hostile(which: int) -> State:
    payload = PAYLOADS[which]
    model = shop_model()
    links = (Link("dashboard", "javascript:alert(1)"), Link("wiki", "https://wiki.example", "the wiki"))
    model = replace(model, services=tuple(replace(each, links=links) for each in model.services))
    model = spoilt(model, payload)
    change = Change(spoil("orders-db", payload), NOW - 800, payload, version=payload, by=payload, url=payload)

    def look(slot: Any, at: float) -> float | None:
        return shop_look(replace(slot, owner=slot.owner.removesuffix(payload), signal=slot.signal), at)

    health = live(model, look, changes=(change,))
    name = spoil("orders-db", payload)
    alerts = tuple(
        Alert(
            payload, "firing", {"service": owner, "x": payload}, {"summary": payload}, NOW, payload, payload
        )
        for owner in (name, payload)
    )
    state = state_of(model, replace(health, alerts=alerts))
    source = SourceState(payload, "prometheus", False, NOW, NOW, payload, payload, payload, owner=payload)
    timeline = (Entry(NOW, "act", payload, payload), Entry(NOW, "level", name, payload))
    picture = replace(
        state.picture,
        sources={payload: source},
        timeline=timeline,
        complaints=(payload,),
        troubles={0: payload},
    )
    record = Record(acknowledged={name: Acknowledgement(payload, NOW)})
    return replace(state, picture=picture, record=record)
