"""One service, everything that is known of it."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.events import DegradationMarked
from cockpit.core.model import Dependency, Link
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views.lines import text_of
from cockpit.views.service import ServiceView, service

from .drawn import cells
from .shop import HEALTHY, calm, incident, now, play, shop


def seen(state: State, name: str) -> ServiceView:
    view = service(state, name, now(state))
    assert view is not None
    return view


def part(view: ServiceView, title: str) -> list[list[str]]:
    return next(cells(section) for section in view.sections if section.title.startswith(title))


def test_a_failing_service_tells_why_and_whom_to_call() -> None:
    view = seen(incident(), "checkout-api")
    assert text_of(view.title) == "◆ Checkout (checkout-api) FAILING, for 25 s"
    assert [text_of(each) for each in view.remarks] == ["By what it needs it should be DOWN or worse."]
    assert part(view, "Signals") == [
        [
            "◆ errors",
            "FAILING",
            "30 %",
            "> 2 % DEGRADED, > 10 % FAILING, > 50 % DOWN",
            "▁▁▁▁▁▁▁▁",
            "2s",
            "",
            "",
        ]
    ]
    assert part(view, "Needs") == [["■ orders-db", "DOWN", "hard", ""]]
    assert part(view, "Is needed by") == [
        ["◐ storefront", "AT RISK", "hard", ""],
        ["◆ place-order", "FAILING", "hard", ""],
    ]
    assert part(view, "Who to call") == [["payments", "on call"], ["chat", "#pay"]]
    assert part(view, "Belongs to") == [["owner", "payments"], ["system", "shop"], ["tier", "1"]]
    assert part(view, "Runbooks") == [["psp-failover", "Switch payment provider", "not rehearsed"]]
    assert part(view, "Kill switches") == [["pay-async@default", "charges later", "not known", ""]]


def test_the_suspect_shows_the_parts_of_its_suspicion_and_its_change() -> None:
    view = seen(incident(), "orders-db")
    assert [row[:2] for row in part(view, "Why it is suspected")] == [
        ["explains", "100 %"],
        ["came first", "100 %"],
        ["not explained", "100 %"],
        ["changed", "86 %"],
        ["how bad", "100 %"],
    ]
    assert part(view, "Changes") == [["22:24", "release 1.42, reversible until 23:13", "5m ago"]]


def test_a_degraded_mode_in_force_tells_how_long_and_what_it_leaves() -> None:
    model = shop()
    mode = replace(
        model.services[1].degradations[0],
        works="Orders are taken",
        data_debt="Drain the queue",
        max_duration=3600.0,
    )
    services = (model.services[0], replace(model.services[1], degradations=(mode,)), *model.services[2:])
    state = initial(replace(model, services=services))
    state, _ = update(state, DegradationMarked("checkout-api", "pay-later", True, "mara", "db down", 0.0))
    state = play(state, {**HEALTHY, "place-order": 1.0}, 120.0)
    assert part(seen(state, "checkout-api"), "Degraded modes") == [
        ["pay-later", "in force for 1 min, 58 min left; at worst DEGRADED"],
        ["", "works: Orders are taken"],
        ["", "to clean up: Drain the queue"],
        ["", "limit: 1 h"],
        ["", "runbook: psp-failover"],
    ]


def test_a_capability_tells_its_cost_and_how_people_go_on() -> None:
    view = seen(incident(), "place-order")
    assert text_of(view.title) == "◆ Customers can buy (place-order) FAILING, for 25 s"
    assert [text_of(each) for each in view.remarks] == [
        "By what it needs it should be DOWN or worse.",
        "€2,928 a minute (measured), €1.2k so far.",
        "Workaround: paper list (support), 1 h 59 min left.",
    ]


def test_alternatives_and_unreviewed_edges_are_told_apart() -> None:
    model = shop()
    edge = Dependency(("orders-db", "search"), need=1, any_of=True, reviewed=False)
    services = (
        *model.services[:3],
        replace(model.services[3], depends_on=(replace(edge, members=("orders-db",)),)),
    )
    state = play(initial(replace(model, services=services)), HEALTHY, 10.0)
    assert part(seen(state, "search"), "Needs") == [
        ["? orders-db", "UNKNOWN", "hard, needs 1 of 1, not reviewed", ""]
    ]


def test_only_web_addresses_can_be_opened() -> None:
    model = shop()
    links = (
        Link("dashboard", "https://grafana/d/x"),
        Link("trap", "javascript:alert(1)"),
        Link("bad", "http://[x"),
    )
    services = (replace(model.services[0], links=links), *model.services[1:])
    view = seen(play(initial(replace(model, services=services)), HEALTHY, 10.0), "orders-db")
    rows = next(section.rows for section in view.sections if section.title == "Links")
    assert [row.key for row in rows] == ["https://grafana/d/x", "", ""]


def test_a_name_that_nobody_declared_has_no_view() -> None:
    assert service(calm(), "nobody", 0.0) is None
