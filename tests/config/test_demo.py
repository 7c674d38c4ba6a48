"""The incident that `cockpit demo` plays shows what it promises, at its opening and at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from cockpit.adapters.simulator import Performance, Simulator
from cockpit.config import load, shop
from cockpit.core import health
from cockpit.core.health.state import Health
from cockpit.core.levels import FailureClass, Integrity, Severity, Shown, Verdict
from cockpit.core.poll import Change, Poll

START = 1_700_000_000.0
PAST = 900.0
LOADED = load(shop(), environ={}, now=0.0)
DEMO = next(scenario for scenario in LOADED.scenarios if scenario.id == "demo")


async def lived() -> Mapping[float, Health]:
    """The demo's health by seconds into it: when it opens, a little later, and at the end."""
    picture = health.fresh(LOADED.model)
    simulator = Simulator(Performance(DEMO, START), LOADED.model, picture.graph.slots)
    looked = {}
    wanted = [DEMO.opens_at, 660.0, DEMO.length - 5]
    known: set[Change] = set()
    polls: Sequence[Poll] = ()
    async for _, so_far in simulator.window(START - PAST, START + DEMO.length, LOADED.model.poll):
        polls = so_far
    for poll in polls:
        new = tuple(change for change in poll.changes if change not in known)
        known |= set(new)
        picture = health.advance(picture, replace(poll, changes=new))
        if wanted and poll.at >= START + wanted[0]:
            looked[wanted.pop(0)] = health.reason(picture)
    return looked


@pytest.fixture(scope="module")
def pictures() -> list[Health]:
    return list(asyncio.run(lived()).values())


def levels(picture: Health, *names: str) -> list[Shown]:
    return [picture.node(name).level for name in names]


def test_it_opens_on_a_database_that_drags_others_down(pictures: list[Health]) -> None:
    opening = pictures[0]
    names = ("orders-db", "checkout-api", "fulfilment", "storefront", "adyen", "loyalty")
    assert levels(opening, *names) == ["DOWN", "FAILING", "DEGRADED", "AT_RISK", "UNKNOWN", "UNMONITORED"]
    first, second = opening.suspects[:2]
    assert first.service == "orders-db"
    assert {"checkout-api", "fulfilment", "support-desk"} <= set(first.explains)
    assert first.change is not None
    assert first.score - second.score > 0.1, "one candidate, not two"
    assert opening.spread.verdict is Verdict.SPREADING
    assert opening.severity is Severity.SEV1


def test_it_opens_with_troubles_of_different_kinds(pictures: list[Health]) -> None:
    kinds = {
        name: pictures[0].node(name).failure_class
        for name in ("orders-db", "stripe", "order-events", "adyen")
    }
    assert kinds == {
        "orders-db": FailureClass.UNAVAILABLE,
        "stripe": FailureClass.THROTTLED,
        "order-events": FailureClass.DELAY,
        "adyen": FailureClass.BLIND,
    }


def test_the_business_loses_orders_and_does_not_know_about_the_books(pictures: list[Health]) -> None:
    assert levels(pictures[0], "place-order", "close-the-day") == ["FAILING", "UNKNOWN"]


def test_orders_are_then_written_twice_and_their_readers_doubt(pictures: list[Health]) -> None:
    later = pictures[1]
    assert pictures[0].node("checkout-api").integrity is Integrity.OK
    assert later.node("checkout-api").integrity is Integrity.BREACHED
    assert later.node("finance-export").tainted_by == ("checkout-api",)
    assert later.node("warehouse").tainted_by == ("checkout-api",)


def test_in_the_end_only_what_must_be_reconciled_is_left(pictures: list[Health]) -> None:
    end = pictures[-1]
    left = {service.name for service in LOADED.model.services if end.node(service.name).level is not Shown.OK}
    assert left == {"checkout-api", "finance-export", "warehouse", "loyalty"}
    assert end.node("checkout-api").integrity is Integrity.BREACHED
    assert end.suspects == ()
    assert levels(end, "place-order", "ship-orders", "close-the-day") == ["OK", "OK", "OK"]
