"""Two clusters in one view: each for itself, a blind one is named, and a filter says what it hides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.clusters import blind_clusters, clusters, seen_in, several
from cockpit.core.events import SourceAnswered, SourceFailed
from cockpit.core.levels import Shown
from cockpit.core.model import AlertServer, MetricServer, Model, Service
from cockpit.core.poll import Alert
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.views import alerts, headline, status
from cockpit.views import clusters as views
from cockpit.views.alert_asking import silencing
from cockpit.views.alert_lines import document as alerts_document
from cockpit.views.bridge import bridge
from cockpit.views.firstline import firstline
from cockpit.views.keys import footer
from cockpit.views.layout import draw_section
from cockpit.views.lines import Section, text_of
from cockpit.views.service import service
from cockpit.views.service_lines import draw
from cockpit.views.services import rows

from .shop import START
from .shop import calm as one_cluster
from .two_clusters import (
    AM_EU,
    EU,
    GONE,
    US,
    all_is_well,
    asked,
    but,
    calm,
    play,
    us_fails,
    us_is_blind,
    with_alerts,
)

WIDTH = 80


def at(state: State) -> float:
    assert state.health.at is not None
    return state.health.at


def first(state: State, only: str = "", width: int = WIDTH) -> str:
    return text_of(firstline(state, at(state), width, only))


def banner(state: State, only: str, width: int = WIDTH) -> list[str]:
    return [text_of(each) for each in views.filtered(state, seen_in(state, only), only, width)]


def drawn(section: Section, width: int = WIDTH - 2) -> list[str]:
    return [text_of(line).rstrip() for line, _ in draw_section(section, width)]


def section(state: State, name: str, title: str) -> list[str]:
    view = service(state, name, at(state))
    assert view is not None
    return next((drawn(each) for each in view.sections if each.title == title), [])


def listed(state: State, width: int = WIDTH) -> dict[str, str]:
    """Rows of the list of services, by name, blanks as one."""
    found = rows(state, at(state)).rows
    return {
        row.key: " ".join(text_of(draw(state, row, at(state), width)).split()) for row in found if row.node
    }


# Which there are


def test_a_cluster_is_a_label_or_the_name_of_a_prometheus_and_an_alertmanager_without_one_serves_all() -> (
    None
):
    shared = AlertServer("main", "http://am")
    plain = MetricServer("east", "http://east")
    assert clusters(Model(prometheus=(EU, plain), alertmanager=(shared, AM_EU))) == ("eu", "east")
    assert several(Model(prometheus=(EU, replace(EU, name="copy")), alertmanager=(shared,))) == ()
    assert clusters(Model(alertmanager=(shared,))) == ()


def test_with_one_cluster_nothing_is_said_of_clusters() -> None:
    state = one_cluster()
    alone = asked(play(replace(state, model=state.model), all_is_well, 5.0))
    assert section(alone, "orders-db", "By cluster") == []
    assert "clusters" not in status.document(state, at(state))
    assert "cluster" not in {each.action for each in footer("bridge", 200)}
    assert "cluster" in {each.action for each in footer("bridge", WIDTH, clusters=True)}


# What each says


def test_a_service_is_told_for_each_cluster() -> None:
    state = us_fails()
    assert section(state, "orders-db", "By cluster") == [
        "● eu OK   errors 0.1 %                                                      5m",
        "■ us DOWN errors 90 %                                                      25s",
    ]
    signals = section(state, "orders-db", "Signals")
    assert [row.split()[-1] for row in signals] == ["note", "eu", "us"]
    assert listed(state)["orders-db"] == "■ orders-db DOWN errors 90 % in us 25s"
    assert "Probably orders-db, DOWN in us." in " ".join(headline.sentences(state, at(state)))
    assert "errors 90 % in us" in "\n".join(drawn(bridge(state, at(state)).wrong))


def test_where_all_clusters_are_alike_none_is_named() -> None:
    state = play(calm(), lambda slot: 0.9 if slot.owner == "orders-db" else all_is_well(slot), 60.0)
    assert listed(state)["orders-db"] == "■ orders-db DOWN unavailable, errors 90 % 25s"


def test_a_blind_cluster_is_named_first_and_paints_nothing_green() -> None:
    state = us_is_blind()
    assert blind_clusters(state) == ("us",)
    assert first(state).startswith("shop prod-eu  ? UNKNOWN  cluster us blind")
    assert section(state, "orders-db", "By cluster") == [
        "● eu OK      errors 0.1 %                                                   6m",
        "? us UNKNOWN Prometheus prom-us unreachable since 22:18 UTC                30s",
    ]
    assert listed(state)["orders-db"] == "? orders-db UNKNOWN no samples in us 30s"
    said = headline.sentences(state, at(state))
    assert said[1].startswith("Prometheus prom-us of cluster us unreachable since 22:18 UTC")
    assert said[2] == "None of the 4 watched services can be seen in us."
    assert status.exit_code(state) == 3


def test_one_that_is_not_required_leaves_the_level_and_says_that_it_is_not_seen() -> None:
    state = calm(prometheus=(EU, replace(US, required=False)))
    state = play(asked(state, "prom-us", at=START + 300), but("prom-us", GONE), 120.0)
    assert state.health.node("orders-db").level is Shown.OK
    assert listed(state)["orders-db"] == "● orders-db OK no samples in us 6m"
    assert first(state).startswith("shop prod-eu  ● OK  cluster us blind")
    assert "All 4" not in headline.sentences(state, at(state))[0]


def test_a_prometheus_that_answers_without_samples_is_blind_and_said_to_be() -> None:
    state = calm(prometheus=(EU, replace(US, required=False)))

    def empty(slot: object) -> float | None:
        return None if getattr(slot, "source", "") == "prom-us" else all_is_well(slot)  # type: ignore[arg-type]

    state = play(state, empty, 120.0)
    assert headline.sentences(state, at(state)) == (
        "Nothing is known of cluster us: its Prometheus answers, but with no samples.",
    )
    assert "cluster us blind" in first(state)


def test_a_cluster_of_two_servers_is_not_blind_while_one_answers() -> None:
    pair = (EU, US, replace(US, name="prom-us-2"))
    state = asked(calm(prometheus=pair), "prom-us", at=START + 300)
    assert blind_clusters(state) == ()
    assert "Prometheus prom-us unreachable" in first(state)
    state, _ = update(state, SourceFailed("prom-us-2", START + 300, "connection refused"))
    assert blind_clusters(state) == ("us",)
    assert [row.split()[-1] for row in section(state, "search", "Signals")[1:]] == [
        "eu",
        "us/prom-us",
        "us/prom-us-2",
    ]


# Through a filter


def test_through_a_filter_the_rest_is_never_forgotten() -> None:
    state = us_fails()
    seen = seen_in(state, "eu")
    assert {node.name: node.level.value for node in seen.health.nodes} == {
        "orders-db": "OK",
        "checkout-api": "OK",
        "storefront": "OK",
        "search": "OK",
        "legacy": "UNMONITORED",
        "place-order": "OK",
    }
    assert banner(state, "eu") == ["Only eu is shown. Worse than shown: orders-db DOWN in us and 3 more."]
    assert first(state, "eu").startswith("shop prod-eu  only eu  ■ DOWN")
    assert banner(state, "us") == ["Only us is shown. Elsewhere nothing is worse."]
    assert seen_in(state, "us").health.node("orders-db").level is Shown.DOWN


@pytest.mark.parametrize("width", [30, 40, 60, 79, 80, 120, 200])
@pytest.mark.parametrize("state", [us_fails(), us_is_blind(), calm()], ids=["fails", "blind", "calm"])
def test_what_a_filter_says_fits_every_width_and_always_says_that_it_is_on(state: State, width: int) -> None:
    for only in ("eu", "us"):
        (line,) = banner(state, only, width)
        assert line.startswith(f"Only {only} is shown.")
        assert len(line) <= width
        assert f"only {only}" in first(state, only, width)
        if state.health.node("orders-db").level is not Shown.OK and only == "eu" and width >= 60:
            assert "worse" in line.casefold()


def test_a_blind_cluster_is_named_beside_another_that_is_shown() -> None:
    state = us_is_blind()
    assert banner(state, "eu") == [
        "Only eu is shown. us is blind. Worse than shown: orders-db UNKNOWN and 4 more."
    ]
    assert "cluster us blind" in first(state, "eu")
    assert headline.sentences(seen_in(state, "eu"), at(state), "eu")[0].startswith("In eu alone: ")
    assert seen_in(state, "us").health.node("orders-db").level is Shown.UNKNOWN
    assert listed(seen_in(state, "us"))["search"] == "? search UNKNOWN no samples 30s"


def test_a_filter_leaves_the_record_and_the_whole_picture_as_they_are() -> None:
    state = us_fails()
    before = repr(state)
    seen = seen_in(seen_in(state, "eu"), "eu")
    assert seen.record is state.record
    assert repr(state) == before
    assert set(seen.picture.sources) == {"prom-eu", "am-eu"}


def test_nothing_is_told_of_a_spread_through_a_filter_but_in_the_first_line() -> None:
    state = us_fails()
    found = status.document(state, at(state), "us")
    assert found["spread"]["verdict"] == "CANNOT_TELL"
    assert "too early" in first(state, "us")


def test_the_bridge_says_whose_nothing_it_is() -> None:
    state = us_fails()
    view = bridge(seen_in(state, "eu"), at(state), "eu")
    assert text_of(view.next.note) == "Nothing to do in eu."
    assert view.timeline.title == "What happened everywhere (UTC)"


def test_plain_text_and_json_say_which_cluster_and_keep_all_that_there_was() -> None:
    state = us_fails()
    whole, seen = (status.document(state, at(state), only) for only in ("", "eu"))
    assert [key for key in whole if key not in ("clusters", "cluster")] == list(
        status.document(one_cluster(), START)
    )
    assert (whole.get("cluster"), seen["cluster"]) == (None, "eu")
    assert whole["clusters"] == {
        "eu": {"blind": False, "known": 4, "total": 4, "sources": ["prom-eu"]},
        "us": {"blind": False, "known": 4, "total": 4, "sources": ["prom-us"]},
    }
    assert whole["services"]["orders-db"]["level"] == "DOWN"
    assert seen["services"]["orders-db"]["level"] == "OK"
    assert whole["services"]["orders-db"]["clusters"] == {"eu": "OK", "us": "DOWN"}
    assert seen["services"]["orders-db"]["clusters"] == {"eu": "OK", "us": "DOWN"}
    assert seen["services"]["orders-db"]["signals"]["errors"]["level"] == "OK"
    lines = status.text(state, at(state), WIDTH, "eu")
    assert lines[2] == "Only eu is shown. Worse than shown: orders-db DOWN in us and 3 more."
    assert all(len(line) <= WIDTH for line in lines)
    codes = [status.exit_code(each) for each in (state, seen_in(state, "eu"), seen_in(state, "us"))]
    assert codes == [2, 0, 2]


# Alerts


def alert(source: str, name: str, **labels: str) -> Alert:
    return Alert(name, "firing", {"alertname": name, **labels}, {}, START, source)


def told(state: State, only: str = "") -> list[list[str]]:
    view = alerts.alerts_view(state, at(state), only)
    return [[text_of(cell) for cell in row.cells[:4]] for each in view.sections for row in each.rows]


def test_an_alert_is_of_the_cluster_that_its_label_says_else_of_who_told() -> None:
    state = with_alerts(
        calm(),
        alert("am-eu", "Slow", service="search"),
        alert("am-us", "Slow", service="search"),
        alert("am-eu", "Down", service="search", cluster="us"),
        alert("prom-us", "Odd", service="search", cluster="unheard-of"),
    )
    assert told(state) == [
        ["Down", "search", "us", "firing"],
        ["Odd", "search", "us", "firing"],
        ["Slow", "search", "eu", "firing"],
        ["Slow", "search", "us", "firing"],
    ]
    assert [row[0] for row in told(state, "eu")] == ["Slow"]
    assert [row[0] for row in told(state, "us")] == ["Down", "Odd", "Slow"]
    assert text_of(alerts.filtered(state, "eu", WIDTH)) == (
        "Only eu is shown. 3 more alerts elsewhere need somebody."
    )
    found = alerts_document(state, at(state), "eu")
    assert ([each["clusters"] for each in found["alerts"]], found["cluster"]) == ([["eu"]], "eu")  # type: ignore[attr-defined]


def test_what_nobody_says_the_cluster_of_is_shown_through_every_filter() -> None:
    state = asked(play(calm(alertmanager=(AlertServer("main", ""),)), all_is_well, 5.0))
    state = with_alerts(state, alert("main", "Odd"))
    assert [told(state, only) for only in ("", "eu", "us")] == [[["Odd", "unassigned", "", "firing"]]] * 3


def test_the_same_alert_of_two_clusters_is_two_and_each_has_its_prometheus() -> None:
    """Nobody wrote external labels: only the configuration tells them apart."""
    sources = ("am-eu", "am-us", "prom-us", "prom-eu")
    state = with_alerts(calm(), *(alert(each, "Slow", service="search") for each in sources))
    found = alerts.alerts_of(state, "")
    assert [(each.clusters, each.seen) for each in found] == [
        (("eu",), ("prom-eu", "am-eu")),
        (("us",), ("prom-us", "am-us")),
    ]
    assert {frozenset(each.labels.items()) for each in found} == {
        frozenset({("alertname", "Slow"), ("service", "search")})
    }, "silences need the labels that an Alertmanager knows"
    assert [text_of(each) for each in silencing(state, found[0]).told][1:] == [
        "It hides 2 alerts that are known:",
        "  Slow of search in eu, firing; search is OK",
        "  Slow of search in us, firing; search is OK",
    ]


def test_alerts_of_a_blind_cluster_are_not_known_rather_than_none() -> None:
    state = asked(us_is_blind(), "prom-us", "am-us", at=START + 300)
    view = alerts.alerts_view(state, at(state), "us")
    assert text_of(view.sections[0].note) == "Alerts are not known."
    assert not alerts.is_known(state, "us")
    assert text_of(alerts.alerts_view(state, at(state), "eu").sections[0].note) == "No alert is firing."
    assert "Prometheus prom-us and 1 more cannot be asked" in text_of(alerts.filtered(state, "eu", 120))
    back, _ = update(state, SourceAnswered("am-us", START + 400))
    assert alerts.is_known(back, "us")


def test_where_nothing_is_measured_that_is_said_and_nothing_more() -> None:
    managers = (AM_EU, AlertServer("far", "", labels={"cluster": "moon"}))
    state = asked(play(calm(alertmanager=managers), all_is_well, 5.0))
    seen = seen_in(state, "moon")
    assert {node.level for node in seen.health.services()} == {Shown.UNMONITORED}
    assert headline.sentences(seen, at(state)) == ("Nobody can see whether this works: Customers can buy.",)
    assert status.exit_code(seen) == 3


def test_without_anything_watched_the_bridge_says_so_rather_than_nothing() -> None:
    state = play(initial(Model(services=(Service("legacy"),))), lambda _: None, 30.0)
    assert [text_of(each) for each in headline.lines(state, at(state))] == [
        "Nothing is watched, so nothing can be said."
    ]


def test_a_recording_does_not_know_of_clusters_so_a_replay_tells_of_none() -> None:
    state = replace(us_fails(), mode="replay")
    assert section(state, "orders-db", "By cluster") == []
    assert "clusters" not in status.document(state, at(state))
    assert listed(state)["orders-db"] == "■ orders-db DOWN unavailable, errors 90 % 25s"
