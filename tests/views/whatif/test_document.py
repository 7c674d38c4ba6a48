"""The contract of `cockpit.whatif/v1`, the sentences, and the picture; whatever names hold."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from cockpit.core.health.graph import compile_graph
from cockpit.core.levels import Level
from cockpit.core.slots import lay_out
from cockpit.core.whatif.answer import answer
from cockpit.text import first_hidden
from cockpit.views.lines import Section, text_of
from cockpit.views.whatif import mermaid
from cockpit.views.whatif.choosing import choosing
from cockpit.views.whatif.document import document
from cockpit.views.whatif.sections import counted, lines, what_if_view
from cockpit.views.whatif.words import between, span_of
from tests.core.whatif.shop import MODEL, ask, graph_of
from tests.tui.hostile import spoilt
from tests.tui.payloads import PAYLOADS

DOWN = Level.DOWN


def test_the_contract() -> None:
    found = document(ask(db=DOWN), {})
    assert list(found) == [
        "schema", "service", "level", "services", "capabilities", "with_switches", "next", "gaps",
        "also", "severity", "timeline",
    ]  # fmt: skip
    head = {key: found[key] for key in ("schema", "service", "level", "services", "capabilities")}
    assert head == {
        "schema": "cockpit.whatif/v1",
        "service": "db",
        "level": "DOWN",
        "services": {"shop": "DOWN", "front": "DOWN", "books": "DOWN"},
        "capabilities": {"buy": "DOWN", "close": "DOWN"},
    }
    assert found["with_switches"] == {
        "services": {"shop": "DEGRADED", "front": "DEGRADED", "books": "DOWN"},
        "capabilities": {"buy": "DEGRADED", "close": "DOWN"},
        "switches": ["later"],
    }
    assert found["next"] == [
        "At once: Customers cannot buy; 80-100 % lost (estimated); "
        "meanwhile: Phone orders (support), for 2 h.",
        "At once: Finance closes the day, DOWN; 80-100 % lost (estimated); it matters by 23:00 UTC.",
        "At once: Should be hurt by it: shop, front and books DOWN.",
        "After 30 s to 50 s: Noticed at db by signal down, if it shows there.",
        "After 110 s: If it takes its metrics along, it turns UNKNOWN instead.",
        "Alert DbDown names it; how long that takes, its own rule says.",
        "Call the on-call of data: +49 30 1.",
        "After 11 min: When nobody answers, mara is next.",
        "After 21 min: When nobody answers, team web is next: #web.",
        "SEV1 would be suggested; the incident commander decides, and people are told every 15 min.",
        "Kill switch later (Orders are charged later): shop goes on in its mode orders-later, "
        "at most DEGRADED, for at most 4 h (works: Orders are taken; lost: Cards are charged later; "
        "to clean up: Charge them); it is to be turned back after 4 h.",
        "With later: shop, front and Customers can buy DEGRADED.",
        "Runbook failover (fits db; never rehearsed): all of its steps take 100 s to 4 min (by its author), "
        "budget 5 min; mara has to agree.",
        "2 min after it is started: failover: Promote after two minutes.",
        "What db writes is read by books; nothing would show wrong data.",
        "10 s after it is started: failover: no way back from step promote on: "
        "The old primary is left behind.",
        "100 s after it is started: failover: step move can be undone for 15 min, and not longer.",
        "After 2 h: Customers can buy: “Phone orders” is at its end.",
        "4 h after it is turned on: orders-later of shop no longer carries: shop DOWN again.",
        "After 2 min to 5 min: Well again at best, where somebody starts failover at once, and it works.",
    ]
    assert found["gaps"] == [
        {"what": "failover has no rollback for promote", "why": "once done, it cannot be taken back"},
        {"what": "failover was never rehearsed", "why": "nobody knows whether its steps work"},
        {"what": "db has no integrity signal", "why": "books would read wrong data unnoticed"},
        {"what": "books has no owner", "why": "nobody can be told whom to call"},
        {
            "what": "Finance closes the day: no workaround",
            "why": "nobody said how people go on while it is DOWN",
        },
    ]
    assert (found["also"], found["severity"]) == ({}, "SEV1")
    json.dumps(found, allow_nan=False)


def test_a_moment_for_each_sentence() -> None:
    found = document(ask(db=DOWN, search=Level.FAILING), {})
    assert found["also"] == {"search": "FAILING"}
    story, moments = found["next"], found["timeline"]
    assert isinstance(story, list)
    assert isinstance(moments, list)
    assert len(story) == len(moments)
    assert all(said.endswith(each["what"]) for said, each in zip(story, moments, strict=True))
    assert moments[0] == {
        "phase": "hurt", "after": 0.0, "until": None, "counted_from": "start", "what": moments[0]["what"],
    }  # fmt: skip


def test_the_loss_is_priced_where_it_is_known_what_is_usual() -> None:
    found = document(ask(db=DOWN), {"buy": 10.0})
    assert isinstance(found["next"], list)
    assert "80-100 % lost (estimated)" in found["next"][0]  # nobody said what an order is worth


def test_nobody_is_hurt() -> None:
    answer = ask(books=Level.AT_RISK)
    assert counted(answer, answer.outcome.nobody) == "nobody else is hurt"
    found = document(answer, {})
    assert (found["services"], found["capabilities"], found["severity"]) == ({}, {}, None)
    assert "At once: Nobody else should be hurt." in found["next"]  # type: ignore[operator]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_line_fits_and_nothing_is_cut(width: int) -> None:
    answer = ask(db=DOWN, search=DOWN)
    drawn = list(lines(answer, {}, width))
    assert max(len(each) for each in drawn) <= width
    assert "…" not in "".join(drawn)
    assert "which one" not in "".join(drawn).casefold()


def test_sections_for_the_screen() -> None:
    view = what_if_view(ask(db=DOWN), {}, 77)
    assert text_of(view.title) == "What if db is DOWN, and everybody else is well?"
    assert [text_of(each) for each in view.remarks] == [
        "Nobody acts: 3 services and 2 capabilities hurt, at worst DOWN.",
        "With later: 3 services and 2 capabilities hurt, at worst DOWN.",
    ]
    assert [each.title for each in view.sections] == [
        "Who should be hurt",
        "What happens next",
        "What is missing",
    ]
    hurt = [[text_of(cell) for cell in row.cells] for row in view.sections[0].rows]
    assert hurt == [
        ["Customers can buy", "■ DOWN", "▲ DEGRADED"],
        ["Finance closes the day", "■ DOWN", "■ DOWN"],
        ["shop", "■ DOWN", "▲ DEGRADED"],
        ["front", "■ DOWN", "▲ DEGRADED"],
        ["books", "■ DOWN", "■ DOWN"],
    ]


def test_which_one_to_ask_about_first() -> None:
    (section,) = choosing(graph_of(MODEL))
    assert isinstance(section, Section)
    shown = [[text_of(cell) for cell in row.cells] for row in section.rows]
    assert shown == [
        ["db", "5 others", "1"],
        ["search", "3 others", "3"],
        ["cache", "2 others", "4"],
        ["shop", "2 others", "1"],
        ["front", "1 other", "1"],
        ["books", "1 other", "2"],
    ]


def test_times_are_rounded_up() -> None:
    spans = [0, 1.2, 60, 90, 110, 121, 3600, 5400, 7200, 7201, 86_400, 172_801]
    assert [span_of(each) for each in spans] == [
        "0 s", "2 s", "1 min", "90 s", "110 s", "3 min", "1 h", "90 min", "2 h", "3 h", "1 d", "3 d",
    ]  # fmt: skip
    assert between(30, 50) == "30 s to 50 s"
    assert between(241, 299) == "4 min to 5 min"


def test_the_picture() -> None:
    assert list(mermaid.lines(ask(db=DOWN)))[:14] == [
        "graph BT",
        '    n0["db: DOWN"]',
        '    n1["shop: DOWN, with switches DEGRADED"]',
        '    n2["front: DOWN, with switches DEGRADED"]',
        '    n3["books: DOWN"]',
        '    n4["Customers can buy: DOWN, with switches DEGRADED"]',
        '    n5["Finance closes the day: DOWN"]',
        "    n0 --> n1",
        "    n1 --> n2",
        "    n0 --> n3",
        "    n2 --> n4",
        "    n3 --> n5",
        "    classDef DOWN fill:#c92a2a,stroke:#7a1515,color:#fff",
        "    class n0,n1,n2,n3,n4,n5 DOWN",
    ]


LABEL = re.compile(r'    (n\d+|rest)\["[a-zA-Z0-9 .,:/+€£#;-]*"\]')
OTHER = re.compile(
    r"graph BT|    n\d+ (-->|-\.->) n\d+|    classDef [A-Z_]+ [a-z0-9:,#-]+|    class [n0-9,]+ [A-Z_]+"
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_names_hold_stays_text(payload: str) -> None:
    model = spoilt(MODEL, payload)
    name = next(service.name for service in model.services)
    found = answer(compile_graph(model, lay_out(model)), {name: DOWN}, {})
    for each in mermaid.lines(found):
        assert LABEL.fullmatch(each) or OTHER.fullmatch(each), each
    for each in lines(found, {}, 80):
        assert first_hidden(each) == ""
    assert document(found, {})["service"] == name


def test_what_does_not_last_until_it_is_over() -> None:
    slow = replace(MODEL.books["failover"], time_budget=10_000.0)
    untimed = replace(slow, steps=tuple(replace(step, expected=(None, None)) for step in slow.steps))
    found = document(ask(replace(MODEL, books={"failover": untimed}), db=DOWN), {})
    assert isinstance(found["next"], list)
    assert found["next"][-2:] == [
        "By 3 h: Well again at best, where somebody starts failover at once, and it works, "
        "and keeps its budget, which nobody has measured.",
        "Before that: Customers can buy: “Phone orders” is at its end.",
    ]


def test_when_it_is_over_cannot_be_told() -> None:
    nothing = document(ask(replace(MODEL, runbooks=()), db=DOWN), {})
    unseen = document(ask(cache=DOWN), {})
    assert isinstance(nothing["next"], list)
    assert isinstance(unseen["next"], list)
    cannot = "When it is well again cannot be told"
    assert nothing["next"][-1] == f"{cannot}: no runbook that fits says how long it takes."
    assert unseen["next"][-1] == f"{cannot}: nothing measures that it begins."
