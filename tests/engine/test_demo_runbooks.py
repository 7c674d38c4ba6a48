"""Every runbook of the shop can be walked in the demo, and taken back as far as it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

from cockpit.core.model import Scalar
from cockpit.core.runbook.actions import Promql, Wait
from cockpit.core.runbook.model import AbortWhen, Verify
from cockpit.core.state import State
from cockpit.core.wanted import (
    RunWished,
)

from .test_demo import LOADED, Session

DEMO = next(scenario for scenario in LOADED.scenarios if scenario.id == "demo")
ENDS: Mapping[str, tuple[str, str]] = {
    # How far it gets in the middle of the incident, and how much of it can be taken back then.
    "catalog-cache-flush": ("completed", "complete"),
    "checkout-rollback": ("it did not get there in time", "complete"),
    "login-restart": ("completed", "failed"),
    "login-shed-load": ("completed_with_debt", "partial"),
    "order-queue-catch-up": ("it did not get there in time", "complete"),
    "orders-db-failover": ("completed_with_debt", "failed"),
    "payment-queue-drain": ("The provider takes what we send: value < 0.02 does not hold", ""),
    "prometheus-down": ("completed", "failed"),
    "psp-failover": ("it did not get there in time", "complete"),
    "search-off": ("completed_with_debt", "partial"),
    "search-restart": ("completed", "failed"),
    "stop-the-writer": ("completed_with_debt", "partial"),
    "storefront-traffic-shift": ("completed_with_debt", "complete"),
    "sync-pause": ("completed_with_debt", "partial"),
}
PARAMETERS: Mapping[str, Mapping[str, Scalar]] = {"sync-pause": {"app": "search"}}
STAYS = {"orders-db-failover": {"primary": "orders-db-2"}, "search-restart": {"search": "cold"}}
"""What cannot be taken back."""


def test_no_runbook_of_the_shop_is_forgotten_here() -> None:
    assert set(ENDS) == set(LOADED.model.books)


@pytest.mark.parametrize("book", ENDS)
async def test_it_can_be_walked_and_taken_back(book: str) -> None:
    async with Session() as session:
        before = session.played()
        gets, takes_back = ENDS[book]
        if not takes_back:
            assert gets in await session.refused(book)
            assert session.played() == before
            return
        id = await session.start(book, PARAMETERS.get(book, {}))
        await session.until(lambda state: over(state, id) or session.at_it(id).final)
        run = session.state.record.runs[id]
        assert (run.hold.reason if run.hold else run.forward) == gets
        session.engine.dispatch(RunWished(id, "undo-all", "tried", session.clock.now()))
        await session.until(lambda state: bool(session.at_it(id).rollback))
        assert session.state.record.runs[id].rollback == takes_back
        assert session.played() == {**before, **STAYS.get(book, {})}


def over(state: State, id: str) -> bool:
    run = state.record.runs[id]
    return run.final or run.hold is not None


def test_all_that_runbooks_ask_in_promql_has_a_number_in_the_demo() -> None:
    queries = {"".join(each.split()) for each in DEMO.queries}
    asked = {(id, query) for id, book in LOADED.model.books.items() for query in promql(book)}
    assert len(asked) > 4
    assert {(id, query) for id, query in asked if "".join(query.split()) not in queries} == set()


def promql(part: object) -> Iterator[str]:
    """Every query in a part of a runbook, wherever one may stand."""
    match part:
        case Promql(query):
            yield query
        case Wait() | AbortWhen():
            yield from filter(None, (part.promql,))
        case Verify():
            yield from (each for each in (part.baseline, part.control) if each not in ("", "before"))
    if is_dataclass(part):
        for each in fields(part):
            yield from promql(getattr(part, each.name))
    elif isinstance(part, tuple):
        for each in part:
            yield from promql(each)
