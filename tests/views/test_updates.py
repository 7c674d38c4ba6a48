"""Updates: every number tagged and aged, nothing from inside outside, and truthful about the last one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cockpit.core.incident import words
from cockpit.core.incident.claims import AUDIENCES
from cockpit.core.incident.model import Incident, Status, Update
from cockpit.core.incident.rules import Channel, IncidentRules
from cockpit.core.levels import Level, Severity
from cockpit.core.model import Degradation, FlagIs
from cockpit.core.past import Past
from cockpit.core.runbook.work import FlagOutcome
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.text import clock, first_hidden
from cockpit.views.composing import Form, Written, begun, channels_of, difference, headline, sending
from cockpit.views.handover import handover
from cockpit.views.lines import text_of
from cockpit.views.updates import (
    AUDIENCES as KNOWN,
)
from cockpit.views.updates import (
    Changed,
    changed_since,
    draft,
    due_sentence,
    one_line,
    stale_sentence,
)
from tests.flips import requested, settled

from .shop import HEALTHY, calm, now, play, shop
from .telling import ID, declared, one, put, scene, told

BAD = {**HEALTHY, "orders-db": 0.9, "checkout-api": 0.3, "place-order": 0.39}
STATUSES: tuple[Status, ...] = ("investigating", "identified", "monitoring", "resolved")


def drafted(state: State, audience: str, status: Status = "identified") -> list[str]:
    return draft(state, one(state), audience, now(state), status).split("\n")


def minutes(text: str) -> str:
    """Without the times of day, which say nothing about the words."""
    return re.sub(r"\d\d:\d\d", "HH:MM", text)


def test_an_internal_update_gives_conditions_actions_and_needs() -> None:
    at = now(scene())
    state = scene(
        words.role(ID, "incident-commander", "mara", "mara", at - 50),
        words.noted(ID, "hypothesis", "the pool is exhausted", "leo", at - 40),
        words.noted(ID, "decision", "fail over", "mara", at - 30),
        requested("op1", "kill", False, at=at - 20),
        settled("op1", FlagOutcome.APPLIED, at=at - 19),
    )
    assert [minutes(each) for each in drafted(state, "internal")] == [
        "INC-3, SEV1, identified: Orders fail. As of HH:MM UTC.",
        "CONDITIONS",
        "- Customers often cannot buy: €2,928 a minute (measured as of HH:MM UTC); "
        "€4.1k so far (measured since HH:MM UTC)",
        "- Probably orders-db, DOWN, dragging down checkout-api.",
        "- Last change of orders-db: release 1.42, 4 min before, reversible until HH:MM.",
        "- Hypothesis 1 by leo, open: the pool is exhausted",
        "- Too early: contained in HH:MM if nothing new",
        "ACTIONS",
        "- pay-async@default killed by mara at HH:MM UTC, to be put back by HH:MM UTC",
        "- Decided by mara at HH:MM UTC: fail over",
        "NEEDS",
        "- Nobody has these roles: operations-lead, communications-lead and scribe",
        "Next update by HH:MM UTC.",
    ]


def test_leaders_read_what_it_costs_and_what_is_being_done() -> None:
    at = now(scene())
    state = scene(
        requested("op1", "kill", False, at=at - 20), settled("op1", FlagOutcome.APPLIED, at=at - 19)
    )
    assert [minutes(each) for each in drafted(state, "leadership")] == [
        "INC-3, SEV1, identified: Orders fail. As of HH:MM UTC.",
        "BUSINESS IMPACT",
        "- Customers often cannot buy: €2,928 a minute (measured as of HH:MM UTC); "
        "€4.1k so far (measured since HH:MM UTC)",
        "- Meanwhile: paper list, until HH:MM UTC",
        "- Limited: Customers",
        "WHAT IS BEING DONE",
        "- On purpose switched off since HH:MM UTC: charges later",
        "Next update by HH:MM UTC.",
    ]


def test_people_are_counted_with_the_time_of_the_count() -> None:
    state = scene()
    counted = {"place-order": Past(affected=1840.0, affected_at=now(state) - 30)}
    state = replace(state, picture=replace(state.picture, past=counted))
    told = next(each for each in drafted(state, "leadership") if "people" in each)
    assert minutes(told).endswith("; 1.8k people affected (counted as of HH:MM UTC)")


def test_customers_read_what_they_can_do_and_nothing_from_inside() -> None:
    modes = (
        Degradation(
            "pay-later",
            Level.DEGRADED,
            FlagIs("pay-async", True),
            works="Orders are accepted",
            lost="checkout-api charges later",
        ),
    )
    model = shop()
    services = tuple(
        replace(each, degradations=modes) if each.name == "checkout-api" else each for each in model.services
    )
    state = play(calm(model=replace(model, services=services)), BAD, 120.0, flags={"pay-async": True})
    state = declared(state, words.noted(ID, "decision", "fail over orders-db", "mara", now(state)))
    text = drafted(state, "customers")
    assert [minutes(each) for each in text] == [
        "We have found what causes a problem and are working on it. As of HH:MM UTC:",
        "- Customers often cannot buy.",
        "Still works: Orders are accepted.",
        "What helps meanwhile: paper list, until HH:MM UTC.",
        "Next update by HH:MM UTC.",
    ]
    inside = [each.name for each in model.services if "-" in each.name] + [ID, "SEV1", "mara", "€"]
    assert [each for each in inside if each in "\n".join(text)] == []


def test_what_cannot_be_seen_is_said_and_never_called_fine() -> None:
    blind = play(scene(), {}, 600.0)
    assert "- We cannot see at the moment whether this works: Customers can buy." in drafted(
        blind, "customers"
    )
    for audience in ("internal", "leadership"):
        text = "\n".join(drafted(blind, audience))
        assert "Nobody can see whether this works: Customers can buy; loss not known yet" in text
        assert "No business capability is hurt" not in text


def test_a_loss_that_is_only_estimated_says_so() -> None:
    capability = replace(shop().capabilities[0], measure=None)
    state = declared(play(calm(model=shop(capabilities=(capability,))), BAD, 120.0))
    impact = next(each for each in drafted(state, "leadership") if "buy" in each)
    assert re.search(r"80-100 % lost \(estimated as of \d\d:\d\d UTC\)", impact), impact


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("status", STATUSES)
def test_every_number_of_money_has_its_tag(audience: str, status: Status) -> None:
    state = scene()
    for text in (
        draft(state, one(state), audience, now(state), status),
        one_line(state, one(state), audience, now(state), status),
    ):
        for line in text.split("\n"):
            assert line.count("€") == len(re.findall(r"€[^€]*?\((?:measured|estimated)", line)), line


@pytest.mark.parametrize("audience", AUDIENCES)
def test_in_one_line_it_is_one_line(audience: str) -> None:
    state = scene()
    said = one_line(state, one(state), audience, now(state), "identified")
    assert "\n" not in said
    assert "Customers often cannot buy" in said
    assert f"Next update by {clock(now(state) + 900)} UTC." in said


def test_the_last_update_and_one_without_a_time_say_so() -> None:
    state = scene()
    assert drafted(state, "customers", "resolved")[-1] == "This is the last update."
    state = declared(calm(), severity=None)
    assert drafted(state, "internal")[-1] == "The time of the next update is not set yet."


@pytest.mark.parametrize("audience", AUDIENCES)
def test_before_anything_was_seen_a_draft_says_that(audience: str) -> None:
    state = scene()
    nothing = replace(initial(state.model), record=state.record)
    assert "Nothing has been seen yet" in draft(nothing, one(nothing), audience, 0.0, "investigating")


HOSTILE = "\x1b]0;owned\x07\x1b[2J<!channel> [@click=app.quit]x[/]\nNEEDS\n- nothing\u202e"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_hostile_words_stay_words_on_one_line(audience: str) -> None:
    at = now(scene())
    state = scene(
        words.noted(ID, "hypothesis", HOSTILE, "leo", at),
        words.noted(ID, "decision", HOSTILE, "leo", at),
        words.role(ID, "scribe", HOSTILE, "leo", at),
    )
    text = draft(state, one(state), audience, at, "investigating")
    assert first_hidden(text) == ""
    assert text.split("\n").count("NEEDS") == (1 if audience == "internal" else 0)
    assert "- nothing" not in text.split("\n")


# The difference


def sent(text: str) -> Update:
    return Update("op", 0.0, "mara", "chat", "internal", "investigating", text)


def test_a_first_update_is_all_new() -> None:
    assert changed_since(None, "a\nb") == [Changed("new", "a"), Changed("new", "b")]


def test_the_difference_marks_every_line() -> None:
    assert changed_since(sent("a\nb\nc"), "a\nB\nc\nd") == [
        Changed("same", "a"),
        Changed("gone", "b"),
        Changed("new", "B"),
        Changed("same", "c"),
        Changed("new", "d"),
    ]


def test_the_difference_is_the_whole_of_both() -> None:
    old, new = "a\nb\nx\ny", "x\nb\nc"
    changed = changed_since(sent(old), new)
    assert "\n".join(each.text for each in changed if each.mark != "new") == old
    assert "\n".join(each.text for each in changed if each.mark != "gone") == new


# The first line


def test_the_clock_runs_from_the_declaration_and_then_from_the_last_update() -> None:
    state = scene()
    begun_at = one(state).declared_at
    said = [
        due_sentence(state, one(state), begun_at + each) for each in (0, 599, 600, 660, 899, 900, 900 + 185)
    ]
    assert said == [
        "update due in 15 min",
        "update due in 5 min",
        "update ready, due in 5 min",
        "update ready, due in 4 min",
        "update ready, due in 1 s",
        "update 0 s overdue",
        "update 3 min overdue",
    ]
    later = told(state, at=now(state))
    assert due_sentence(later, one(later), now(state)) == "update due in 15 min"


def test_nothing_is_due_without_a_severity_or_once_it_is_over() -> None:
    state = declared(calm(), severity=None)
    assert due_sentence(state, one(state), now(state) + 9_999) == ""
    state = put(scene(), words.resolved(ID, "gone", [], "mara", now(scene())))
    assert due_sentence(state, one(state), now(state) + 9_999) == ""
    assert stale_sentence(state, one(state), now(state)) == ""


def test_the_first_line_says_when_the_last_update_is_no_longer_true() -> None:
    fine = declared(calm())
    fine = told(fine)
    assert stale_sentence(fine, one(fine), now(fine)) == ""
    worse = play(fine, BAD, 120.0)
    assert stale_sentence(worse, one(worse), now(worse)) == (
        "last update no longer true: Customers can buy is FAILING"
    )
    corrected = told(worse, "internal")
    assert stale_sentence(corrected, one(corrected), now(worse)) == (
        "last update for customers no longer true: Customers can buy is FAILING"
    )
    corrected = told(corrected, "customers")
    assert stale_sentence(corrected, one(corrected), now(worse)) == ""


def test_an_update_that_was_refused_was_never_said_and_one_without_an_answer_was() -> None:
    fine = declared(calm())
    for outcome, said in (("refused", ""), ("", "Customers can buy is FAILING"), ("unknown", "is FAILING")):
        state = play(told(fine, outcome=outcome), BAD, 120.0)  # type: ignore[arg-type]
        assert stale_sentence(state, one(state), now(state)).endswith(said)
        assert bool(stale_sentence(state, one(state), now(state))) is bool(said)


def test_an_update_of_a_newer_cockpit_for_somebody_else_is_left_alone() -> None:
    state = scene()
    fact = words.update_requested(
        ID, "op", "x", "mara", now(state), to="", audience="partners", status="monitoring", claims={"a": "b"}
    )
    state = put(state, fact)
    assert stale_sentence(state, one(state), now(state)) == ""
    assert begun(state, one(state)).audience in KNOWN


# The composer


CHAT = IncidentRules(
    notify=(Channel("chat", "https://chat.example/x"), Channel("board", "https://b.example"))
)


def composing(*facts: object) -> tuple[State, Incident]:
    state = scene()
    state = replace(state, model=replace(state.model, incident=CHAT))
    return state, one(state)


def test_it_begins_as_the_last_one_was() -> None:
    state, incident = composing()
    assert begun(state, incident) == Form("internal", "investigating", "chat")
    state = told(state, "customers", status="monitoring", to="board")
    assert begun(state, one(state)) == Form("customers", "monitoring", "board")
    assert channels_of(state) == ("chat", "board", "")


def test_it_opens_on_what_is_new() -> None:
    state, incident = composing()
    form = Form("customers", "identified", "chat")
    assert difference(incident, form, "a\nb") == ("all of it is new: the first update for customers", ())
    state = told(state, text="a\nb")
    title, lines = difference(one(state), form, "a\nc")
    assert title == f"new since the one of {clock(now(state))} UTC"
    assert [text_of(each) for each in lines] == ["gone b", "new  c", "1 of its lines say the same."]


def test_what_has_changed_since_it_was_drafted_is_said_before_it_goes_out() -> None:
    state, incident = composing()
    form, written = Form("customers", "identified", "chat"), Written("text", {"place-order": "OK"})
    changed = "Since this was drafted: Customers can buy is FAILING; n drafts it anew."
    assert changed in [text_of(each) for each in headline(state, incident, form, written, now(state))]
    asked = sending(state, incident, form, written, now(state))
    assert changed in [text_of(each) for each in asked.told]
    assert asked.options[0].why_not == ""


def test_the_very_same_words_to_the_same_place_are_not_sent_unseen() -> None:
    state, _ = composing()
    state = told(state, text="text", outcome="unknown")
    form, at = Form("customers", "identified", "chat"), now(state)
    asked = sending(state, one(state), form, Written("text"), at)
    assert f"These very words: {clock(at)} UTC, it may or may not have been sent to chat." in [
        text_of(each) for each in asked.told
    ]
    assert asked.options[0].why_not == ""
    waiting = told(composing()[0], text="text", outcome="")
    assert sending(waiting, one(waiting), form, Written("text"), at).options[0].why_not == (
        "the same is on its way, and its answer is awaited"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [(" \n", "there is not a word in it"), ("x" * 20_001, "it is longer than 20,000 characters")],
    ids=["empty", "endless"],
)
def test_what_is_no_update_is_not_sent(text: str, why: str) -> None:
    state, incident = composing()
    form = Form("internal", "identified", "chat")
    assert sending(state, incident, form, Written(text), now(state)).options[0].why_not == why


def test_resolved_is_not_sent_while_blind_nor_unremarked_while_it_hurts() -> None:
    state, incident = composing()
    form = Form("customers", "resolved", "chat")
    asked = sending(state, incident, form, Written("over"), now(state))
    assert any(text_of(each).startswith("“Resolved”, although ") for each in asked.told)
    blind = play(state, {}, 600.0)
    why = sending(blind, one(blind), form, Written("over"), now(blind)).options[0].why_not
    assert why.startswith("“resolved” is not said while nobody can see how it is: Customers can buy")


def test_read_only_sends_nothing() -> None:
    state, incident = composing()
    form, state = Form("internal", "identified", "chat"), replace(state, readonly=True)
    assert sending(state, incident, form, Written("x"), now(state)).options[0].why_not == (
        "this cockpit is read-only"
    )


def test_severities_have_their_own_clock() -> None:
    state = scene(words.severity(ID, Severity.SEV3, Severity.SEV1, "smaller", "mara", now(scene())))
    assert due_sentence(state, one(state), one(state).declared_at) == "update due in 2 h"


def test_an_old_picture_says_how_old_it_is() -> None:
    state = scene()
    at = now(state) + 780
    assert (
        draft(state, one(state), "customers", at, "identified")
        .split("\n")[0]
        .endswith(f"As of {clock(now(state))} UTC, 13 min ago:")
    )
    assert "13 min ago" in handover(state, one(state), at)[0]
