"""Where `--alert NAME` leads: to the one service that it is about, and never without saying why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.alert_past import AlertPast, Fired
from cockpit.core.events import SourceFailed
from cockpit.core.model import RunbookCard
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views.opening import Opening, opening_now, opening_then

from .test_alerts import ALERTS, AT, MODEL, alert, on, scene

CARDS = (RunbookCard("fix", services=("orders-db",), alerts=("Odd", "Unseen")),)


def known(*alerts: object) -> State:
    state = scene(*(alerts or ALERTS))  # type: ignore[arg-type]
    return replace(state, model=replace(state.model, runbooks=CARDS))


@pytest.mark.parametrize(
    ("name", "opening"),
    [
        ("Down", Opening("search")),
        ("Slow", Opening("search")),
        ("Lag", Opening("orders-db")),
        (
            "Errors",
            Opening(filter="Errors", note="Errors is there 2 times: for checkout-api and storefront."),
        ),
        ("Odd", Opening("orders-db", note="Odd names no service; runbook fix answers it here.")),
        ("Unseen", None),
    ],
)
def test_what_is_there_leads_to_its_service_and_what_is_there_often_to_all_of_it(
    name: str, opening: Opening | None
) -> None:
    assert opening_now(known(), name) == opening


def test_several_of_one_service_lead_there_and_one_of_nobody_to_the_alerts() -> None:
    two = (on("search", "Down"), on("search", "Down", labels={"pod": "b"}))
    assert opening_now(known(*two), "Down") == Opening("search")
    assert opening_now(known(*two, alert("Down")), "Down") == Opening(
        filter="Down", note="Down is there 3 times: for nobody by name and search."
    )
    assert opening_now(known(alert("Lost")), "Lost") == Opening(filter="Lost")


@pytest.mark.parametrize(
    ("past", "opening"),
    [
        (
            AlertPast((Fired({"service": "search"}, AT - 600), Fired({"service": "orders-db"}, AT - 700))),
            Opening("search", note="Was does not fire any more; it last did at 22:08 UTC."),
        ),
        (
            AlertPast((Fired({"service": "search"}, None),)),
            Opening("search", note="Was does not fire any more; it last did within the last day."),
        ),
        (
            AlertPast((Fired({}, AT - 600),)),
            Opening(note="Was does not fire any more; it last did at 22:08 UTC."),
        ),
        (
            AlertPast(rules=({"service": "search"},)),
            Opening("search", note="Was does not fire, and has not fired in the last day."),
        ),
        (
            AlertPast(),
            Opening(
                note="Nothing is known of an alert Was: "
                "it does not fire, has not in a day, and no rule has its name."
            ),
        ),
        (
            AlertPast(trouble="Prometheus eu: no answer within 5 s"),
            Opening(note="Was is not seen to fire; Prometheus eu: no answer within 5 s."),
        ),
    ],
)
def test_what_is_over_leads_where_it_was_and_says_when(past: AlertPast, opening: Opening) -> None:
    assert opening_then(known(), "Was", past, AT) == opening


def test_a_runbook_knows_whom_an_alert_is_about_that_nobody_has_seen() -> None:
    assert opening_then(known(), "Unseen", AlertPast(), AT).node == "orders-db"


def test_without_an_answer_it_is_not_said_that_nothing_fires() -> None:
    lost, _ = update(known(), SourceFailed("main", AT, "connection refused"))
    assert opening_then(lost, "Was", AlertPast(), AT) == Opening(
        note="Was is not seen to fire; Alertmanager main cannot be asked."
    )
    assert opening_then(initial(MODEL), "Was", AlertPast(), AT) == Opening(
        note="Whether Was fires is not known: nobody who could tell has answered."
    )
