"""When an update is due, what may be said, what stands in the way of calling it over, when it began."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.incident import words
from cockpit.core.incident.closing import Obstacle, obstacles, unseen
from cockpit.core.incident.due import no_longer_true, prepare_from, update_due
from cockpit.core.incident.noticing import began_at, declaration
from cockpit.core.incident.objections import objection
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.past import Past
from cockpit.core.state import Record, State
from tests.views import shop

from .record import AT, declared, incident, level, record_of

RULES = IncidentRules()
CLAIMS = {"level:buy": "DOWN", "severity": "SEV1"}


def sent(at: float, outcome: str = "sent") -> list[Fact]:
    asked = words.update_requested(
        "INC-1", "op", "We look.", "mara", at, to="chat", audience="customers", status="investigating",
        claims=CLAIMS,
    )  # fmt: skip
    return [asked, words.update_settled("INC-1", "op", outcome, "", "mara", at + 1)]  # type: ignore[arg-type]


def test_updates_are_due_by_severity_from_the_last_one_that_may_have_been_read() -> None:
    assert update_due(incident(), RULES) == AT + 900
    assert update_due(incident(*sent(AT + 60)), RULES) == AT + 960
    assert update_due(incident(*sent(AT + 60, "unknown")), RULES) == AT + 960
    assert update_due(incident(*sent(AT + 60, "refused")), RULES) == AT + 900
    lower = words.severity("INC-1", Severity.SEV3, Severity.SEV1, "few are hurt", "leo", AT + 5)
    assert update_due(incident(lower), RULES) == AT + 7200


def test_nothing_is_due_without_a_severity_or_when_it_is_over() -> None:
    assert update_due(record_of(declared(severity=None)).incidents["INC-1"], RULES) is None
    assert update_due(incident(words.resolved("INC-1", "done", [], "mara", AT + 9)), RULES) is None


def test_the_next_one_is_ready_before_it_is_due() -> None:
    assert prepare_from(AT + 900, 900) == AT + 600


def test_an_update_is_no_longer_true_when_one_of_its_claims_is_not() -> None:
    update = incident(*sent(AT)).updates[0]
    assert no_longer_true(update, CLAIMS) == {}
    assert no_longer_true(update, {**CLAIMS, "level:buy": "OK"}) == {"level:buy": ("DOWN", "OK")}
    assert no_longer_true(update, {"severity": "SEV1"}) == {"level:buy": ("DOWN", "unknown")}


KNOWN = record_of(declared()).incidents
OVER = record_of(declared(), words.resolved("INC-1", "done", [], "mara", AT + 9)).incidents
OFFERED = record_of(declared(), words.offered("INC-1", "leo", "all", "mara", AT + 1)).incidents


@pytest.mark.parametrize(
    ("known", "fact", "why"),
    [
        (KNOWN, words.joined("INC-1", "leo", AT), None),
        (KNOWN, words.joined("INC-9", "leo", AT), "there is no incident 'INC-9'"),
        ({}, words.declared("INC-1", "  ", None, "leo", AT), "an incident needs a title"),
        (KNOWN, words.declared("INC-1", "x", None, "leo", AT), "INC-1 is declared already"),
        (KNOWN, words.noted("INC-1", "note", " ", "leo", AT), "there is nothing to write down"),
        (
            KNOWN,
            words.noted("INC-1", "note", "x" * 20_001, "leo", AT),
            "that is longer than 20,000 characters",
        ),
        (KNOWN, words.judged("INC-1", 4, "confirmed", "", "leo", AT), "INC-1 has no hypothesis 4"),
        (KNOWN, words.severity("INC-1", Severity.SEV2, None, "", "leo", AT), "say why the severity changes"),
        (KNOWN, words.severity("INC-1", Severity.SEV1, None, "x", "leo", AT), "it is SEV1 already"),
        (KNOWN, words.accepted("INC-1", "leo", AT), "nobody offers INC-1 now"),
        (OFFERED, words.accepted("INC-1", "leo", AT), None),
        (OFFERED, words.accepted("INC-1", "ada", AT), "it is offered to leo"),
        (OFFERED, words.accepted("INC-1", "mara", AT), "who hands it over cannot take it over"),
        (KNOWN, words.resolved("INC-1", " ", [], "leo", AT), "say why"),
        (KNOWN, words.reopened("INC-1", "x", "leo", AT), "INC-1 is open already"),
        (OVER, words.reopened("INC-1", "x", "leo", AT), None),
        (OVER, words.resolved("INC-1", "x", [], "leo", AT), "INC-1 is resolved already"),
        (OVER, words.role("INC-1", "scribe", "leo", "leo", AT), "INC-1 is resolved: reopen it first"),
        (OVER, words.noted("INC-1", "note", "learnt", "leo", AT), None),
        (KNOWN, words.debt_closed("the queue", "R-1", "", "leo", AT), "say how it was cleaned up"),
    ],
)
def test_what_may_be_said(known: dict[str, object], fact: Fact, why: str | None) -> None:
    assert objection(known, RULES, fact) == why  # type: ignore[arg-type]


def test_a_role_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    why = objection(KNOWN, RULES, words.role("INC-1", "boss", "leo", "leo", AT))
    assert why == (
        "there is no role 'boss': there are incident-commander, operations-lead, communications-lead, scribe"
    )


def with_record(state: State, record: Record) -> State:
    return replace(state, record=record)


def test_what_is_hurt_or_unseen_stands_in_the_way_and_what_is_owed() -> None:
    debt = Fact("obligation.opened", AT + 3, "mara", {"title": "drain the queue", "owner": "payments"})
    record = record_of(declared(), level("orders-db", "DOWN"), level("search", "FAILING"), debt)
    state = with_record(shop.incident(), record)
    assert obstacles(state, record.incidents["INC-1"]) == (
        Obstacle("hurt", "orders-db", "orders-db is DOWN"),
        Obstacle("hurt", "place-order", "place-order is FAILING"),
        Obstacle("debt", "drain the queue", "to clean up: drain the queue (payments)"),
    )


def test_what_nobody_can_see_is_never_taken_for_fine() -> None:
    state = shop.play(shop.calm(), {**shop.HEALTHY, "orders-db": None, "place-order": 1.0}, 300.0)
    record = record_of(declared(), level("orders-db", "DOWN"))
    found = unseen(with_record(state, record), record.incidents["INC-1"])
    assert found == (Obstacle("unknown", "orders-db", "nobody can see how orders-db is"),)


def test_nothing_stands_in_the_way_when_all_is_well() -> None:
    record = record_of(declared(), level("orders-db", "DOWN"))
    assert obstacles(with_record(shop.calm(), record), record.incidents["INC-1"]) == ()


def test_it_began_with_the_first_that_is_hurt_now() -> None:
    assert began_at(shop.calm()) is None
    state = shop.incident()
    onset = state.health.node("orders-db").onset
    assert began_at(state) == onset
    earlier = {"place-order": Past(began=shop.START - 3600)}
    remembered = replace(state, picture=replace(state.picture, past=earlier))
    assert began_at(remembered) == shop.START - 3600


def test_a_declaration_brings_what_led_there() -> None:
    state = shop.incident()
    fact = declaration(state, "Orders fail", Severity.SEV1, "mara", shop.now(state))
    body = fact.body
    assert (fact.incident, fact.uid, body["proposed"]) == ("INC-1", "INC-1", Severity.SEV1)
    evidence = body["evidence"]
    assert isinstance(evidence, dict)
    assert evidence["levels"] == {
        "orders-db": "DOWN",
        "checkout-api": "FAILING",
        "storefront": "AT_RISK",
        "place-order": "FAILING",
    }
    texts = [each["text"] for each in evidence["seen"]]  # type: ignore[index,union-attr]
    assert "release 1.42" in texts
    assert "DOWN (was OK)" in texts
