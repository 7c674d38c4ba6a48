"""The Bridge: causes above symptoms, then the business, then what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.events import ServiceAcknowledged, SourceFailed
from cockpit.core.levels import FailureClass, Integrity, Kind, Level
from cockpit.core.model import (
    Audience,
    Capability,
    Criticality,
    Dependency,
    Model,
    OnNoData,
    Query,
    RunbookCard,
)
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views import fit, words
from cockpit.views.bridge import bridge
from cockpit.views.lines import text_of

from .drawn import cells, drawn
from .shop import HEALTHY, calm, incident, measured, now, play, shop, signal


def corrupted() -> Model:
    """orders-db writes something twice."""
    wrong = signal(
        "duplicates",
        Kind.INTEGRITY,
        thresholds={Level.FAILING: 0.0},
        for_=0.0,
        unit="",
        on_no_data=OnNoData.UNKNOWN,
    )
    model = shop()
    writer = replace(model.services[0], signals=(replace(wrong, query=Query("dup")),), feeds=("storefront",))
    return replace(model, services=(writer, *model.services[1:]))


def breach() -> State:
    model = corrupted()
    state = play(initial(model), {**HEALTHY, "orders-db": 0.0, "place-order": 1.0}, 200.0)
    return play(state, {**HEALTHY, "orders-db": 5.0, "place-order": 1.0}, 20.0)


def test_symptoms_nest_under_the_first_suspect_that_covers_them() -> None:
    state = incident()
    assert cells(bridge(state, now(state)).wrong) == [
        ["■ orders-db", "DOWN", "unavailable, errors 90 %", "1m", "platform"],
        ["└◆ checkout-api", "FAILING", "errors 30 %", "25s", "payments"],
        [" └◐ storefront", "AT RISK", "needs what fails", "1m", "web"],
    ]
    assert [text_of(hint) for hint in bridge(state, now(state)).wrong.hints] == [
        "next to fall: storefront",
        "does not add up: storefront measured fine although checkout-api is DOWN: fallback, wrong edge, "
        "or blind signal?",
    ]


@pytest.mark.parametrize(
    ("needed", "at", "told"),
    [
        (Dependency(("a",), reviewed=False), 0.9, "unreviewed need"),
        (Dependency(("a", "b"), any_of=True, need=1), 0.9, "redundancy lost"),
        (Dependency(("a",), Criticality.SOFT), 0.06, "needs what fails"),
        (Dependency(("a",)), 0.9, "needs what fails"),
    ],
)
def test_why_somebody_is_at_risk_is_told_as_it_is(needed: Dependency, at: float, told: str) -> None:
    model = Model(name="m", services=(measured("a"), measured("b"), measured("web", depends_on=(needed,))))
    state = play(initial(model), {"a": 0.0, "b": 0.0, "web": 0.0}, 900.0)
    state = play(state, {"a": at, "b": 0.0, "web": 0.0}, 120.0)
    rows = {row[0].strip(" └"): row[1:3] for row in cells(bridge(state, now(state)).wrong)}
    assert rows["◐ web"] == ["AT RISK", told]


def test_at_half_of_eighty_columns_what_is_wrong_is_said_in_whole_parts_or_not_at_all() -> None:
    state = incident()
    assert drawn(bridge(state, now(state)).wrong, 42)[:3] == [
        "■ orders-db     DOWN    errors 90 %     1m",
        "└◆ checkout-api FAILING errors 30 %    25s",
        " └◐ storefront  AT RISK predicted       1m",
    ]


@pytest.mark.parametrize("width", range(30, 70))
def test_no_signal_is_ever_cut_mid_way(width: int) -> None:
    state = breach()
    said = " ".join(drawn(bridge(state, now(state)).wrong, width)[:2])
    assert "…" not in said


def test_titles_of_the_business_stand_whole_at_eighty_columns() -> None:
    state = incident()
    assert drawn(bridge(state, now(state)).business, 33) == [
        "◆ Customers can buy FAILING -61 %",
        "Limited: Customers",
    ]


def test_the_business_in_its_own_words() -> None:
    state = incident()
    business = bridge(state, now(state)).business
    assert cells(business) == [
        [
            "◆ Customers can buy",
            "FAILING",
            "-61 %",
            "€1.2k",
            "▁▁▁▁▁▁▁▁",
            "paper list, 1 h 59 min left",
            "€2,928 a minute (measured)",
        ]
    ]
    assert [text_of(hint) for hint in business.hints] == ["Limited: Customers"]


def test_each_audience_gets_its_own_answer_and_unknown_is_one_of_them() -> None:
    model = shop()
    finance = Capability("close", "Finance closes the day", Audience.FINANCE, deadlines=(1_700_100_000.0,))
    needs = replace(finance, requires=model.capabilities[0].requires)
    state = initial(replace(model, capabilities=(*model.capabilities, needs)))
    state = play(state, {**HEALTHY, "checkout-api": None, "place-order": 1.0}, 120.0)
    hints = [text_of(hint) for hint in bridge(state, now(state)).business.hints]
    assert hints == ["Unknown: Finance (due in 1 d)", "Can go on: Customers"]


def test_what_to_do_next_comes_with_its_reason_and_nothing_is_called_rehearsed() -> None:
    state = incident()
    assert cells(bridge(state, now(state)).next) == [
        ["r", "Fail over orders-db", "names orders-db", "not rehearsed"],
        ["s", "pay-async", "charges later", "not known"],
        ["", "Restart orders-db", "names orders-db", "not rehearsed, adds load"],
        ["", "Switch payment provider", "helps checkout-api through", "not rehearsed"],
    ]
    assert text_of(bridge(state, now(state)).first_move) == (
        "Unavailable: Fail over or switch to the fallback; page the owner."
    )


def test_a_runbook_for_suspect_and_class_beats_one_that_only_names_the_suspect() -> None:
    cards = (
        RunbookCard("b-only-names", services=("orders-db",)),
        RunbookCard("a-fits", fits_services=("orders-db",), fits_classes=("UNAVAILABLE",)),
    )
    state = play(initial(shop(runbooks=cards)), {**HEALTHY, "orders-db": 0.9}, 60.0)
    assert [(each.runbook, each.fit) for each in fit.proposals(state)] == [("a-fits", 2), ("b-only-names", 1)]


def test_breached_data_stands_on_top_and_stays_when_the_writer_stops() -> None:
    state = play(breach(), {**HEALTHY, "orders-db": 0.0, "place-order": 1.0}, 600.0)
    view = bridge(state, now(state))
    assert state.health.node("orders-db").integrity is Integrity.BREACHED
    assert cells(view.wrong)[0][:3] == ["◐ orders-db", "DATA WRONG", "not reconciled yet"]
    assert cells(view.wrong)[1][0] == "└◐ storefront"
    assert view.headline[0].startswith("Data written by orders-db is wrong since ")
    assert text_of(view.first_move) == (
        "Data wrong: Stop the writer; do not restart, retry, replay or drain."
    )


def test_while_data_is_breached_only_runbooks_for_corruption_are_proposed_and_load_comes_last() -> None:
    cards = (
        RunbookCard("drain", services=("orders-db",), fits_classes=("CORRUPTION",), tags=("adds-load",)),
        RunbookCard("restart", services=("orders-db",)),
        RunbookCard("stop", fits_services=("stripe",), services=("orders-db",), fits_classes=("CORRUPTION",)),
    )
    state = breach()
    state = replace(state, model=replace(state.model, runbooks=cards))
    assert [each.runbook for each in fit.proposals(state)] == ["stop", "drain"]


def test_the_runbook_that_stops_a_wrong_writer_is_proposed_whoever_is_suspected_of_the_rest() -> None:
    cards = (
        RunbookCard("a-search", fits_services=("search",), fits_classes=("UNAVAILABLE", "CORRUPTION")),
        RunbookCard("stop", "Stop the writer", fits_services=("orders-db",), fits_classes=("CORRUPTION",)),
    )
    state = play(breach(), {**HEALTHY, "orders-db": 0.0, "search": 0.9, "place-order": 1.0}, 60.0)
    state = replace(state, model=replace(state.model, runbooks=cards))
    assert state.health.suspects[0].service == "search"
    assert fit.proposals(state)[0].reasons == ("fits orders-db, data wrong",)
    assert "Press r: Stop the writer (not rehearsed)." in bridge(state, now(state)).headline


def test_no_runbook_fits_says_whom_to_call() -> None:
    state = play(calm(model=shop(runbooks=())), {**HEALTHY, "orders-db": 0.9, "place-order": 1.0}, 60.0)
    assert text_of(bridge(state, now(state)).next.note) == "No runbook fits. Call platform, +49 30 1."


def test_an_unreachable_source_stands_among_what_is_wrong() -> None:
    state, _ = update(calm(), SourceFailed("eu", 1_700_000_900.0, "connection refused"))
    row = bridge(state, now(state)).wrong.rows[0]
    assert (row.key, row.opens) == ("eu", "source")
    assert [text_of(cell) for cell in row.cells][1:3] == ["UNREACHABLE", "connection refused"]


def test_a_calm_bridge_says_so() -> None:
    view = bridge(calm(), now(calm()))
    assert (text_of(view.wrong.note), text_of(view.next.note)) == (
        "Nothing that is watched.",
        "Nothing to do.",
    )
    assert view.first_move == ()


def test_the_timeline_is_newest_first_in_screen_words() -> None:
    state, _ = update(incident(), ServiceAcknowledged("orders-db", "mara", 1_700_001_000.0))
    told = cells(bridge(state, now(state)).timeline)
    assert told[0] == ["22:30", "orders-db: mara has it"]
    assert ["22:28", "storefront: AT RISK (was OK)"] in told
    assert ["22:24", "orders-db: release 1.42"] in told


def test_every_class_has_its_first_move_on_the_bridge() -> None:
    state = play(calm(), {}, 120.0)
    assert fit.top_class(state) is FailureClass.BLIND
    assert words.FIRST_MOVES[FailureClass.BLIND] in text_of(bridge(state, now(state)).first_move)


def test_many_unknown_services_are_counted_not_listed() -> None:
    many = tuple(measured(f"s{number:02}") for number in range(30))
    state = play(initial(shop(services=many, capabilities=())), {}, 120.0)
    rows = cells(bridge(state, now(state)).wrong)
    assert (len(rows), rows[-1][:2]) == (9, ["? and 22 more", "UNKNOWN"])
