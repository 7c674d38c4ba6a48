"""The document is the contract; a machine must never read OK where a person would see UNKNOWN."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.events import PollReplayed
from cockpit.core.levels import Level
from cockpit.core.model import MetricServer
from cockpit.core.update import initial, update
from cockpit.views.status import document, exit_code, number, text

from .shop import HEALTHY, START, calm, incident, now, play, poll, shop

KEYS = [
    "schema",
    "at",
    "headline",
    "spread",
    "coverage",
    "services",
    "suspects",
    "capabilities",
    "severity",
    "sources",
]


def test_the_document_of_an_incident() -> None:
    state = incident()
    found = document(state, now(state))
    assert list(found) == KEYS
    assert found["schema"] == "cockpit.status/v1"
    assert found["spread"] == {
        "verdict": "TOO_EARLY",
        "coverage": 1.0,
        "new": [],
        "next_to_fall": ["storefront"],
    }
    assert found["coverage"] == {"known": 4, "total": 4}
    assert found["severity"] == "SEV1"
    assert found["services"]["orders-db"] == {
        "level": "DOWN",
        "own": {"lo": "DOWN", "hi": "DOWN"},
        "exposure": "OK",
        "class": "UNAVAILABLE",
        "classes": ["UNAVAILABLE"],
        "integrity": "OK",
        "tainted_by": [],
        "since": START + 900.0 + 30.0,
        "flapping": False,
        "idle": False,
        "degradation": None,
        "contradiction": None,
        "signals": {"errors": {"value": 0.9, "level": "DOWN", "age": 2.0}},
        "seen_from_here": None,
    }
    assert found["services"]["legacy"]["own"] is None
    assert found["services"]["legacy"]["class"] is None
    assert [each["service"] for each in found["suspects"]] == ["orders-db", "checkout-api"]
    assert list(found["suspects"][0]) == ["service", "score", "explains", "because"]
    loss = found["capabilities"]["place-order"]["loss_per_minute"]
    assert loss == {"kind": "measured", "low": 2928.0, "high": 2928.0, "currency": "EUR", "unit": "money"}


def test_it_is_strict_json_even_when_values_are_not_finite() -> None:
    state = play(
        calm(), {**HEALTHY, "search": float("nan"), "orders-db": float("inf"), "place-order": 1.0}, 60.0
    )
    found = document(state, now(state))
    json.dumps(found, allow_nan=False)
    assert found["services"]["search"]["signals"]["errors"]["value"] == "NaN"
    assert found["services"]["orders-db"]["signals"]["errors"]["value"] == "+Inf"
    assert [number(value) for value in (None, 1.5, float("-inf"))] == [None, 1.5, "-Inf"]


def test_before_the_first_poll_nothing_is_ok() -> None:
    found = document(initial(shop()), START)
    assert found["at"] == START
    assert {each["level"] for each in found["services"].values()} == {"UNKNOWN", "UNMONITORED"}
    assert exit_code(initial(shop())) == 3


def test_of_several_sources_the_worst_stands_for_the_signal() -> None:
    two = (MetricServer("eu", "http://eu"), MetricServer("us", "http://us", required=False))
    state = play(initial(shop(prometheus=two)), HEALTHY, 60.0)
    errors = document(state, now(state))["services"]["search"]["signals"]["errors"]
    assert list(errors["sources"]) == ["eu", "us"]
    assert errors["level"] == "OK"


def test_exit_codes() -> None:
    assert exit_code(calm()) == 0
    assert exit_code(play(calm(), {**HEALTHY, "search": 0.05, "place-order": 1.0}, 60.0)) == 1
    assert exit_code(incident()) == 2
    assert exit_code(play(calm(), {**HEALTHY, "search": None, "place-order": 1.0}, 120.0)) == 3
    assert exit_code(initial(shop(services=(), capabilities=()))) == 3


values = st.one_of(st.none(), st.floats(0, 1), st.just(float("nan")), st.just(float("inf")))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({name: values for name in [*HEALTHY, "place-order"]}), min_size=1, max_size=6
    )
)
def test_a_document_never_says_ok_of_what_is_unknown_or_exposed(every: list[dict[str, float | None]]) -> None:
    state = initial(shop())
    for at, some in enumerate(every):
        state, _ = update(state, PollReplayed(poll(state, START + 40.0 * at, some)))
    found = document(state, START)
    json.dumps(found, allow_nan=False)
    for node in state.health.nodes:
        shown = {**found["services"], **found["capabilities"]}[node.name]["level"]
        if node.unknown or node.exposure >= Level.AT_RISK:
            assert shown != "OK"
    if exit_code(state) == 0:
        assert {each["level"] for each in found["services"].values()} <= {"OK", "UNMONITORED"}


def test_plain_text_is_the_bridge_in_reading_order() -> None:
    state = incident()
    lines = text(state, now(state), 80)
    assert lines[0] == "shop prod-eu  ■ DOWN  too early: contained in 09:35 if nothing new  SEV1"
    titles = ["WHAT IS WRONG", "THE BUSINESS", "DO NEXT", "WHAT HAPPENED (UTC)"]
    assert [line for line in lines if line in titles] == titles
    assert max(map(len, lines)) <= 80


def test_text_from_outside_is_clean_in_both() -> None:
    model = shop(title="\x1b]0;owned\x07shop")
    hostile = tuple(replace(each, owner="\x1b[2Jroot\u202e") for each in model.services)
    state = play(initial(replace(model, services=hostile)), {**HEALTHY, "search": 0.9}, 60.0)
    lines = text(state, now(state), 80)
    assert not [line for line in lines if "\x1b" in line or "\u202e" in line]
    assert lines[0].startswith("shop  ")
