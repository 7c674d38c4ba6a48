"""Thousands of rows, rebuilt at every poll: right, steady and cheap."""

from __future__ import annotations

import time

from cockpit.core.events import ServiceAcknowledged, SourceAnswered, SourceFailed
from cockpit.core.model import AlertServer, Dependency, FlagStore, MetricServer, Model
from cockpit.core.update import initial, update
from cockpit.views.layout import line_width
from cockpit.views.lines import text_of
from cockpit.views.service_lines import draw, heading
from cockpit.views.services import Grouping, Options, Order, RowKind, rows

from .shop import HEALTHY, incident, measured, now, play, shop


def test_flat_is_sorted_by_badness_then_name() -> None:
    state = incident()
    found = rows(state, now(state))
    assert [(row.name, row.level) for row in found.rows] == [
        ("orders-db", "DOWN"),
        ("checkout-api", "FAILING"),
        ("storefront", "AT RISK"),
        ("search", "OK"),
        ("legacy", "UNMONITORED"),
    ]
    assert (found.shown, found.total, found.not_ok) == (5, 5, 3)
    by_name = rows(state, now(state), Options(order=Order.NAME))
    assert [row.name for row in by_name.rows] == [
        "checkout-api",
        "legacy",
        "orders-db",
        "search",
        "storefront",
    ]


def test_a_drawn_row_fits_its_width_and_says_level_and_signal() -> None:
    state = incident()
    at = now(state)
    first = rows(state, at).rows[0]
    line = text_of(draw(state, first, at, 80))
    assert line == "■ orders-db                         DOWN         unavailable, errors 90 %     1m"
    for width in (20, 40, 80, 120, 200):
        assert line_width(draw(state, first, at, width)) <= max(width, 22 + 13)
        assert line_width(heading(width)) <= max(width, 22 + 13)


def test_groups_show_the_worst_and_how_many() -> None:
    state = incident()
    found = rows(state, now(state), Options(grouping=Grouping.SYSTEM))
    assert [(row.depth, row.name, row.level) for row in found.rows if row.kind is RowKind.HEADER] == [
        (0, "shop", "3 of 3 not OK"),
        (0, "find", "2 not seen to fail"),
    ]
    owners = rows(state, now(state), Options(grouping=Grouping.OWNER, folded=frozenset({"group:web"})))
    assert [row.name for row in owners.rows if row.kind is RowKind.HEADER] == [
        "platform",
        "payments",
        "web",
        "no owner",
    ]
    assert "storefront" not in [row.name for row in owners.rows]


def test_filter_looks_in_name_owner_system_level_and_inverts() -> None:
    state = incident()

    def names(text: str, only_wrong: bool = False) -> list[str]:
        found = rows(state, now(state), Options(filter=text, only_wrong=only_wrong))
        return [row.name for row in found.rows]

    assert names("WEB") == ["storefront", "search"]
    assert names("web find") == ["search"]
    assert names("!web") == ["orders-db", "checkout-api", "legacy"]
    assert names("at risk") == ["storefront"]
    assert names("nothing like it") == []
    assert names("", only_wrong=True) == ["orders-db", "checkout-api", "storefront"]
    assert names("!", only_wrong=False) == names("")


def test_rows_keep_their_objects_while_nothing_of_them_changes() -> None:
    state = incident()
    before = rows(state, now(state))
    after = play(state, {**HEALTHY, "orders-db": 0.9, "checkout-api": 0.3, "place-order": 0.39}, 10.0)
    again = rows(after, now(after), previous=before)
    assert [new is old for new, old in zip(again.rows, before.rows, strict=True)] == [True] * 5
    acked, _ = update(after, ServiceAcknowledged("orders-db", "mara", now(after)))
    marked = rows(acked, now(acked), previous=again)
    assert [new is old for new, old in zip(marked.rows, again.rows, strict=True)] == [False] + [True] * 4
    assert marked.rows[0].overlays == ("acked",)


def test_what_we_see_with_shows_up_when_it_is_lost() -> None:
    state, _ = update(incident(), SourceFailed("eu", 1_700_000_900.0, "connection refused"))
    found = rows(state, now(state))
    assert [(row.kind, row.key) for row in found.rows[:2]] == [
        (RowKind.HEADER, "group:what we see with"),
        (RowKind.SOURCE, "source:eu"),
    ]
    assert "UNREACHABLE" in text_of(draw(state, found.rows[1], now(state), 80))


def test_hostile_names_are_clean_in_every_row() -> None:
    model = Model(services=(measured("a\x1b[2Jb", owner="\x9b31mroot"),))
    state = initial(model)
    row = rows(state, 0.0).rows[0]
    assert (row.name, row.owner, row.key) == ("ab", "root", "a\x1b[2Jb")
    assert "\x1b" not in text_of(draw(state, row, 0.0, 120))


def test_five_thousand_rows_are_rebuilt_in_a_few_milliseconds() -> None:
    names = [f"svc-{number:04}" for number in range(5000)]
    needs = [(Dependency((names[number // 3],)),) if number else () for number in range(5000)]
    services = tuple(
        measured(name, owner=f"team{number % 40}", depends_on=needs[number])
        for number, name in enumerate(names)
    )
    state = play(initial(Model(services=services)), dict.fromkeys(names, 0.001), 10.0)
    previous = rows(state, now(state))
    best = 1.0
    for _ in range(5):
        begun = time.perf_counter()
        rows(state, now(state), previous=previous)
        best = min(best, time.perf_counter() - begun)
    assert best < 0.040  # 7 ms on the machine it was written on


def test_servers_and_stores_that_we_see_with_are_in_the_list_with_owner_and_level() -> None:
    model = shop(
        prometheus=(MetricServer("eu", "http://eu", owner="platform"), MetricServer("us", "http://us")),
        alertmanager=(AlertServer("main", "http://am", owner="platform"),),
        flags=(FlagStore("files", "flagd-file"),),
    )
    state = play(initial(model), HEALTHY, 60.0)
    at = now(state)
    for name in ("eu", "us", "files"):
        state, _ = update(state, SourceAnswered(name, at))
    found = rows(state, at)
    told = [(row.kind, row.name, row.level, row.owner) for row in found.rows[5:]]
    assert told == [
        (RowKind.HEADER, "what we see with", "3 of 4 answering", ""),
        (RowKind.SOURCE, "Prometheus eu", "OK", "platform"),
        (RowKind.SOURCE, "Flag store files", "OK", ""),
        (RowKind.SOURCE, "Prometheus us", "OK", ""),
        (RowKind.SOURCE, "Alertmanager main", "NOT ASKED", "platform"),
    ]
    later, _ = update(state, SourceAnswered("eu", at + 5))
    assert rows(later, at + 5, previous=found) is found, "that it answers again is no news"

    lost, _ = update(state, SourceFailed("us", at, "connection refused"))
    first = rows(lost, at).rows[:2]
    assert [(row.name, row.level, row.failure) for row in first] == [
        ("what we see with", "1 of 4 unreachable", ""),
        ("Prometheus us", "UNREACHABLE", "connection refused"),
    ]
    only = [row.key for row in rows(lost, at, Options(only_wrong=True)).rows]
    assert only == ["group:what we see with", "source:us"]
    folded = rows(lost, at, Options(folded=frozenset({"group:what we see with"}))).rows
    assert [row.key for row in folded if row.kind is not RowKind.SERVICE] == ["group:what we see with"]
    assert [row.kind for row in rows(lost, at, Options(filter="us")).rows if row.kind is RowKind.SOURCE] == []


def test_what_answers_with_a_warning_says_it() -> None:
    state = play(initial(shop(prometheus=(MetricServer("eu", "http://eu"),))), HEALTHY, 60.0)
    state, _ = update(state, SourceAnswered("eu", now(state), note="partial answer"))
    last = rows(state, now(state)).rows[-1]
    assert (last.name, last.level, last.failure) == ("Prometheus eu", "OK", "partial answer")
