"""The headline says who is hurt, by what, and never that all is well when nobody can see it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core import health
from cockpit.core.events import PollReplayed, Reasoned, SourceAnswered, SourceFailed
from cockpit.core.levels import Shown
from cockpit.core.model import Audience, Capability, MetricServer
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views import headline
from cockpit.views.layout import line_width
from cockpit.views.lines import text_of

from .shop import HEALTHY, START, calm, incident, now, play, poll, shop


def said(state: State, width: int = 80) -> list[str]:
    at = state.health.at if state.health.at is not None else START
    return [text_of(line) for line in headline.lines(state, at, width)]


def test_an_incident_in_one_breath() -> None:
    state = incident()
    assert headline.sentences(state, now(state)) == (
        "Customers often cannot buy: €2,928 a minute (measured).",
        "Probably orders-db, DOWN, dragging down checkout-api.",
        "Last change of orders-db: release 1.42, 4 min before, reversible until 23:13.",
        "Too early: contained in 09:35 if nothing new.",
        "Press r: Fail over orders-db (not rehearsed).",
    )
    assert said(state) == [
        "Customers often cannot buy: €2,928 a minute (measured). Probably orders-db,",
        "DOWN, dragging down checkout-api. Last change of orders-db: release 1.42, 4 min",
        "before, reversible until 23:13. Press r: Fail over orders-db (not rehearsed).",
    ]


def test_in_a_narrow_place_the_least_important_goes_first() -> None:
    assert said(incident(), 50) == [
        "Customers often cannot buy: €2,928 a minute",
        "(measured). Probably orders-db, DOWN, dragging",
        "down checkout-api.",
    ]
    assert len(said(incident(), 12)) == 3


def test_all_fine_is_said_with_what_it_covers() -> None:
    assert said(calm()) == ["All 4 watched services are fine; 1 not watched."]


def with_capabilities(*more: Capability) -> State:
    model = shop()
    return play(initial(replace(model, capabilities=(*model.capabilities, *more))), ALL_FINE, 900.0)


def felt(state: State) -> str:
    return headline.sentences(state, now(state))[0]


ALL_FINE = {**HEALTHY, "place-order": 1.0, "ship-orders": 1.0}
SHIP = Capability(
    "ship-orders", "Orders ship", Audience.OPERATIONS, tier=1, measure=shop().capabilities[0].measure
)


def test_what_customers_feel_comes_first_and_what_is_worse_is_named_behind_it() -> None:
    state = play(with_capabilities(SHIP), {**ALL_FINE, "place-order": 0.7, "ship-orders": 0.0}, 60.0)
    assert felt(state) == (
        "Customers can buy, but worse than agreed: €1,440 a minute (measured); Orders ship: DOWN."
    )


def test_what_is_felt_by_others_comes_before_what_is_only_at_risk_for_customers() -> None:
    state = play(with_capabilities(SHIP), {**ALL_FINE, "checkout-api": 0.9, "ship-orders": 0.0}, 60.0)
    assert state.health.node("place-order").level is Shown.AT_RISK
    assert felt(state).startswith("Orders ship, DOWN")
    assert felt(state).endswith("; 1 more hurt or at risk.")


def test_before_the_first_poll_nothing_is_known() -> None:
    assert said(initial(shop())) == ["Waiting for the first answer; nothing is known yet."]


def test_blindness_is_said_and_never_called_fine() -> None:
    state = play(calm(), {**HEALTHY, "search": None, "place-order": 1.0}, 120.0)
    assert said(state) == ["1 of 4 cannot be seen: search."]


def test_why_it_is_blind_is_said_where_the_server_told_why() -> None:
    warning = "answers are partial: " + "store eu-2 has not answered in time, " * 10
    seen = initial(shop(prometheus=(MetricServer("eu", "http://eu"),)))
    state = play(play(seen, ALL_FINE, 60.0), {**ALL_FINE, "search": None}, 120.0)
    state, _ = update(state, SourceAnswered("eu", now(state), note=warning))
    blind, why = headline.sentences(state, now(state))
    assert blind == "1 of 4 cannot be seen: search."
    assert why.startswith("Prometheus eu: answers are partial: store eu-2 has not")
    assert why.endswith("….")
    assert len(why) < 130
    assert said(state)[0].startswith(f"{blind} Prometheus eu: answers are partial")


def test_a_lost_prometheus_is_said_with_whom_to_call() -> None:
    server = MetricServer("eu", "http://eu", owner="platform", runbook="prometheus-down")
    state = play(initial(shop(prometheus=(server,))), {}, 200.0)
    state, _ = update(state, SourceFailed("eu", now(state), "connection refused"))
    assert headline.sentences(state, now(state))[1:] == (
        "Prometheus eu unreachable since 22:16 UTC (connection refused); owner platform, +49 30 1; "
        "runbook prometheus-down.",
        "None of the 4 watched services can be seen.",
    )


def test_two_candidates_come_with_the_check_that_tells_them_apart() -> None:
    bad = {**HEALTHY, "orders-db": 0.3, "search": 0.3, "place-order": 1.0}
    state = play(calm(), bad, 60.0)
    assert "Two candidates: orders-db, FAILING, or search, FAILING." in headline.sentences(state, now(state))
    tell = "To tell: which moved first, orders-db errors or search errors?"
    assert tell in headline.sentences(state, now(state))


def test_nothing_fails_but_something_is_at_risk() -> None:
    model = shop()
    low = tuple(
        replace(each, signals=tuple(replace(s, thresholds={**s.thresholds, 1: 0.01}) for s in each.signals))
        for each in model.services
    )
    state = play(
        initial(replace(model, services=low)), {**HEALTHY, "search": 0.015, "place-order": 1.0}, 90.0
    )
    assert said(state) == ["Nothing fails, but at risk: search."]


values = st.one_of(
    st.none(), st.floats(0, 1), st.just(float("nan")), st.just(float("inf")), st.just(float("-inf"))
)
polls = st.lists(st.fixed_dictionaries({name: values for name in [*HEALTHY, "place-order"]}), max_size=6)


@settings(max_examples=60, deadline=None)
@given(polls, st.integers(20, 200))
def test_it_is_three_lines_at_most_and_fine_only_when_all_of_it_is(
    every: list[dict[str, float | None]], width: int
) -> None:
    state = initial(shop())
    for number, some in enumerate(every):
        state, _ = update(state, PollReplayed(poll(state, START + 40.0 * number, some)))
        state, _ = update(state, Reasoned(health.reason(state.health), state.generation))
    lines = headline.lines(state, START + 300, width)
    assert 1 <= len(lines) <= 3
    assert all(line_width(line) <= width for line in lines)
    if "fine" in " ".join(headline.sentences(state, START + 300)):
        assert {node.level.value for node in state.health.nodes if not node.idle} <= {"OK", "UNMONITORED"}
