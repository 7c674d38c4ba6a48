"""May this be released: each check where it is so, is not so, and cannot be told, by the real rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cockpit.core.audit.answers import Answer
from cockpit.core.audit.gate import CHECKS, Check, Gate, gate
from cockpit.core.incident.model import Incident
from cockpit.core.levels import Integrity, Kind, Level, Shown
from cockpit.core.model import Capability, Dependency, Model, Query, Service, ServiceLevel, Signal
from cockpit.core.past import Budget, Past
from cockpit.core.poll import Change
from cockpit.core.runbook.model import PointOfNoReturn
from cockpit.core.state import State
from cockpit.core.update import initial
from tests.views.shop import measured, now, play

from .world import FIX, NO, UNKNOWN, YES, book, done, step

VALUES: dict[str, float | None] = {"db": 0.001, "web": 0.001, "page": 0.001, "far": 0.001}
SLA = ServiceLevel(99.9, 30 * 86_400.0)
BUDGET = Budget(allowed=2592.0, bad=100.0, unknown=60.0, at=0.0)


def model(**more: Any) -> Model:
    given: dict[str, Any] = {
        "services": (
            measured("db", owner="data", tier=1),
            measured("web", owner="shop", tier=1, depends_on=(Dependency(("db",)),)),
            measured("page", owner="shop", tier=1, depends_on=(Dependency(("web",)),)),
            measured("far", owner="shop", tier=1),
        ),
        "capabilities": (Capability("buy", "Customers can buy", requires=(Dependency(("page",)),)),),
        "books": {FIX.id: FIX},
        "evidence": done(FIX, "mara", "leo"),
        **more,
    }
    return Model(**given)


def state(values: dict[str, float | None] | None = None, seconds: float = 200.0, **more: Any) -> State:
    return play(initial(model(**more)), {**VALUES, **(values or {})}, seconds)


def made(state: State, service: str = "web", lost: str = "") -> Gate:
    return gate(state, service, now(state), lost)


def check(state: State, id: str, service: str = "web", lost: str = "") -> Check:
    return next(each for each in made(state, service, lost).checks if each.id == id)


def said(state: State, id: str, **more: Any) -> tuple[Answer, str]:
    found = check(state, id, **more)
    return found.answer, found.evidence[0]


def with_incidents(state: State, *incidents: Incident) -> State:
    known = {each.id: each for each in incidents}
    return replace(state, record=replace(state.record, incidents=known))


def incident(*touched: str, **more: Any) -> Incident:
    return Incident("INC-7", "Orders fail", 0.0, "mara", 0.0, touched=touched, **more)


def test_where_all_is_so_it_is_open() -> None:
    found = made(state())
    assert [each.answer for each in found.checks] == [YES] * len(CHECKS)
    assert found.is_open
    assert found.in_the_way == ()


def test_a_name_that_is_no_service_is_refused() -> None:
    for name in ("buy", "nothing"):
        with pytest.raises(KeyError):
            made(state(), name)


def test_before_anything_was_seen_nothing_passes_that_has_to_be_seen() -> None:
    blank = initial(model())
    found = gate(blank, "web", 0.0)
    assert [each.id for each in found.in_the_way] == ["health", "dependents", "integrity"]
    assert {each.answer for each in found.in_the_way} == {UNKNOWN}


# Incidents


@pytest.mark.parametrize("touched", ["web", "db"])
def test_an_open_incident_that_touches_it_or_what_it_needs_blocks(touched: str) -> None:
    found = with_incidents(state(), incident(touched, "page"))
    assert said(found, "incident") == (NO, f"INC-7 (Orders fail) touches {touched}.")


def test_an_incident_elsewhere_or_over_does_not() -> None:
    assert said(with_incidents(state(), incident("far")), "incident") == (
        YES,
        "INC-7 is open and touches none of it.",
    )
    assert said(with_incidents(state(), incident("web", resolved_at=1.0)), "incident")[0] is YES


def test_an_incident_that_names_nothing_may_touch_it() -> None:
    assert said(with_incidents(state(), incident()), "incident")[0] is UNKNOWN


def test_without_a_record_nobody_knows_of_incidents() -> None:
    assert said(state(), "incident", lost="it is locked") == (
        UNKNOWN,
        "The record cannot be read: it is locked.",
    )


# The way back


def test_what_was_only_walked_is_no_proven_way_back() -> None:
    walked = state(evidence=done(FIX, "mara", mode="simulated"))
    assert said(walked, "rollback") == (NO, "web-fix was only walked through, with simulated commands.")


def test_without_a_runbook_there_is_no_way_back_and_nobody_knows_where_it_ends() -> None:
    bare = state(books={})
    assert said(bare, "rollback") == (NO, "No runbook says how to take a change of it back.")
    assert said(bare, "point-of-no-return")[0] is UNKNOWN


def test_proven_and_never_timed_is_proven() -> None:
    assert said(state(evidence=done(FIX, "mara", seconds=None)), "rollback")[0] is YES


# How it is now


def test_what_is_not_well_or_not_seen_blocks() -> None:
    assert said(state({"web": 0.3, "page": 0.3}), "health") == (NO, "web is FAILING now.")
    assert said(state({"web": None}), "health") == (UNKNOWN, "Nobody can see how web is now.")
    services = (*model().services[:3], Service("blank", owner="shop", tier=1))
    assert said(state(services=services), "health", service="blank")[0] is UNKNOWN


def test_dependents_that_are_at_risk_or_in_the_dark_block() -> None:
    hurt = said(state({"db": 0.9}), "dependents")
    assert hurt == (NO, "page is AT RISK and buy is DOWN now.")
    assert said(state({"page": None}), "dependents")[0] is UNKNOWN
    assert said(state(), "dependents", service="far") == (YES, "Nothing that is declared needs it.")


# The budget


def with_past(state: State, past: Past) -> State:
    return replace(state, picture=replace(state.picture, past={"buy": past}))


AGREED = (Capability("buy", "Customers can buy", requires=(Dependency(("page",)),), sla=SLA),)


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (Past(budget=BUDGET), (YES, "Customers can buy: 41 min of 43 min left.")),
        (
            Past(budget=replace(BUDGET, bad=2600.0)),
            (NO, "Customers can buy: its budget of 43 min is spent."),
        ),
        (
            Past(budget=replace(BUDGET, unknown=2500.0)),
            (UNKNOWN, "Customers can buy: 41 min left, if nothing was wrong in the 41 min that nobody saw."),
        ),
        (
            Past(trouble="Is it running?"),
            (
                UNKNOWN,
                "Customers can buy: how much of its budget is left is not known: Is it running?",
            ),
        ),
    ],
    ids=["left", "spent", "unseen", "trouble"],
)
def test_an_agreed_budget(past: Past, expected: tuple[Answer, str]) -> None:
    assert said(with_past(state(capabilities=AGREED), past), "budget") == expected


def test_a_budget_that_nobody_has_asked_about_is_not_known() -> None:
    assert said(state(capabilities=AGREED), "budget")[0] is UNKNOWN


@pytest.mark.parametrize(("value", "answer"), [(0.001, YES), (0.3, NO), (None, UNKNOWN)])
def test_a_signal_of_burning(value: float | None, answer: Answer) -> None:
    burn = Signal(
        "burn-fast",
        Kind.ERRORS,
        Query("burn", template="slo-burn/fast"),
        "above",
        {Level.FAILING: 0.1},
    )
    services = (*model().services[:3], Service("far", owner="shop", tier=1, signals=(burn,)))
    assert said(state({"far": value}, services=services), "budget", service="far")[0] is answer


# Data


def with_integrity(state: State, name: str, integrity: Integrity, **more: Any) -> State:
    nodes = tuple(
        replace(node, integrity=integrity, **more) if node.name == name else node
        for node in state.health.nodes
    )
    return replace(state, picture=replace(state.picture, health=replace(state.health, nodes=nodes)))


@pytest.mark.parametrize("name", ["web", "db", "page"])
def test_data_in_doubt_around_it_blocks(name: str) -> None:
    assert said(with_integrity(state(), name, Integrity.BREACHED), "integrity")[0] is NO
    tainted = with_integrity(state(), name, Integrity.SUSPECT, tainted_by=("far",))
    assert said(tainted, "integrity") == (NO, f"The data of {name} cannot be trusted now.")
    assert said(with_integrity(state(), name, Integrity.UNKNOWN), "integrity")[0] is UNKNOWN
    assert said(with_integrity(state(), "far", Integrity.BREACHED), "integrity") == (
        YES,
        "Nothing is breached, latched or tainted; a signal watches the data of 0 of 3 services around it.",
    )


def test_data_that_nobody_watches_is_not_known_to_be_right() -> None:
    services = (*model().services[:3], measured("far", owner="shop", tier=1, feeds=("page",)))
    assert said(state(services=services), "integrity", service="far")[0] is UNKNOWN


# The point of no return


def change(**more: Any) -> Change:
    return Change("web", 1_700_000_000.0, "release 1.42", **more)


def changed(*changes: Change) -> State:
    fine = state()
    return replace(fine, picture=replace(fine.picture, health=replace(fine.health, changes=changes)))


def test_a_change_that_can_no_longer_be_taken_back_blocks() -> None:
    gone = changed(change(reversible=False, point_of_no_return="migration 207"))
    assert said(gone, "point-of-no-return") == (
        NO,
        "release 1.42 can no longer be taken back (migration 207): a rollback of what comes next ends there.",
    )
    late = changed(change(reversible="until", until=1_700_000_100.0))
    assert said(late, "point-of-no-return")[0] is NO


def test_where_it_lies_is_told() -> None:
    soon = changed(change(reversible="until", until=1_700_000_300.0))
    assert said(soon, "point-of-no-return") == (YES, "release 1.42 can be taken back until 22:18.")
    point = book("web-fix", ("web",), step("b", point_of_no_return=PointOfNoReturn("it is gone")))
    assert said(state(books={point.id: point}), "point-of-no-return") == (
        YES,
        "web-fix: from 'b' on there is no way back: it is gone.",
    )
    assert said(state(), "point-of-no-return") == (YES, "No runbook for it has a point of no return.")


def test_a_level_that_is_shown_ok_is_seen() -> None:
    assert state().health.node("web").level is Shown.OK
