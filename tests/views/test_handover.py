"""A handover fits one screen and one paste, whatever has happened, and only an offer can be taken over."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.events import OncallSeen
from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.runbook.work import FlagOutcome
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.text import first_hidden
from cockpit.views.handover import HIGH, WIDE, drawn, handover, text
from cockpit.views.handover_asking import accepting, offering
from cockpit.views.layout import width_of
from cockpit.views.lines import text_of
from tests.flips import requested, settled

from .shop import now, play
from .telling import ID, one, put, scene, told


def lines(state: State) -> list[str]:
    """Without the times of day."""
    return [re.sub(r"\d\d:\d\d", "HH:MM", each) for each in handover(state, one(state), now(state))]


def debt(title: str, at: float) -> Fact:
    return Fact("obligation.opened", at, "mara", {"title": title, "owner": "payments", "expires_in": 60})


def test_all_of_it_is_on_one_screen() -> None:
    at = now(scene())
    state = scene(
        words.role(ID, "incident-commander", "mara", "mara", at - 50),
        words.noted(ID, "hypothesis", "the pool is exhausted", "leo", at - 40),
        words.noted(ID, "hypothesis", "it is the network", "kim", at - 40),
        words.judged(ID, 2, "ruled out", "it is not", "kim", at - 30),
        requested("op1", "kill", False, at=at - 20),
        settled("op1", FlagOutcome.APPLIED, at=at - 19),
        debt("drain the queue", at - 10),
        words.offered(ID, "leo", "the paste", "mara", at - 5),
    )
    state = told(state, status="identified")
    assert lines(state) == [
        "HANDOVER INC-3  SEV1  As of HH:MM UTC  Orders fail",
        "state      open 1 min, began HH:MM UTC, told last as identified",
        "           mara is incident-commander; in it: mara, leo and kim",
        "impact     Customers often cannot buy: €2,928 a minute (measured)",
        "suspected  Probably orders-db, DOWN, dragging down checkout-api.",
        "           Last change of orders-db: release 1.42, 4 min before, reversible",
        "             until HH:MM.",
        "           Too early: contained in HH:MM if nothing new",
        "think      Hypothesis 1 by leo, open: the pool is exhausted",
        "tried      Hypothesis 2 by kim, ruled out: it is the network",
        "switches   pay-async@default killed by mara at HH:MM UTC, to be put back by",
        "             HH:MM UTC",
        "pending    mara offers it to leo: not taken over yet",
        "           proposed and not begun: Fail over orders-db",
        "           roles that nobody has: operations-lead, communications-lead and",
        "             scribe",
        "clean up   drain the queue (payments), until HH:MM UTC",
        "update     update due in 15 min; last one HH:MM UTC for customers",
        "call       platform: +49 30 1",
        "           payments: #pay",
    ]


def test_who_is_on_call_is_named_where_somebody_asked() -> None:
    state = scene()
    state, _ = update(state, OncallSeen("platform", "kim, +49 171 5", now(state)))
    assert "call       platform: kim, +49 171 5, +49 30 1" in lines(state)


def test_when_nothing_can_be_seen_it_does_not_say_that_nothing_is_hurt() -> None:
    state = scene()
    nothing = replace(initial(state.model), record=state.record)
    said = "\n".join(handover(nothing, one(nothing), 0.0))
    assert "Nothing has been seen yet" in said
    assert "no business capability is hurt" not in said
    blind = play(state, {}, 600.0)
    assert "Nobody can see whether this works: Customers can buy" in "\n".join(lines(blind))


WORDS = st.text(max_size=400)


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_it_fits_whatever_people_wrote(thoughts: list[str], debts: list[str], roles: list[str]) -> None:
    at = now(SCENE)
    state = put(
        SCENE,
        *(words.noted(ID, "hypothesis", each, f"a{each}", at) for each in thoughts),
        *(debt(each, at) for each in debts),
        *(words.role(ID, f"role {number}", each, "mara", at) for number, each in enumerate(roles)),
    )
    found = handover(state, one(state), at)
    assert len(found) <= HIGH
    assert max(map(width_of, found)) <= WIDE
    assert first_hidden(text(state, one(state), at)) == ""
    assert [text_of(each) for each in drawn(state, one(state), at)] == list(found)
    labels = [each[:11].strip() for each in found if not each.startswith(" ")]
    assert {"state", "impact", "think", "switches", "pending", "clean up", "update", "call"} <= set(labels)


SCENE = scene()


def test_what_is_left_out_is_counted() -> None:
    at = now(SCENE)
    state = put(SCENE, *(debt(f"debt {number}", at) for number in range(9)))
    found = [each for each in lines(state) if "debt" in each or "more line" in each]
    shown = sum("debt" in each for each in found)
    assert f"(and {9 - shown} more lines)" in found[-1]


# It changes hands


def test_it_is_offered_and_taken_over_by_typing_its_id() -> None:
    at = now(SCENE)
    assert offering(SCENE, one(SCENE)).options[0].refuses("") == ""
    state = put(SCENE, words.offered(ID, "leo", "the paste", "mara", at))
    asked = accepting(state, one(state), "leo", at).options[0]
    assert [asked.refuses(each) for each in ("", "INC-4", "inc-3", ID)] == [f"type exactly: {ID}"] * 3 + [""]
    state = put(state, words.accepted(ID, "leo", at))
    assert one(state).commander == "leo"
    assert one(state).pending_handover() is None


def test_nobody_takes_over_what_is_not_theirs_to_take() -> None:
    at = now(SCENE)
    offered = put(SCENE, words.offered(ID, "leo", "the paste", "mara", at))
    assert accepting(SCENE, one(SCENE), "leo", at).options[0].why_not == f"nobody offers {ID} now"
    assert accepting(offered, one(offered), "mara", at).options[0].why_not == (
        "who hands it over cannot take it over"
    )
    assert accepting(offered, one(offered), "kim", at).options[0].why_not == "it is offered to leo"
    readonly = replace(offered, readonly=True)
    assert accepting(readonly, one(readonly), "leo", at).options[0].why_not == "this cockpit is read-only"
    assert offering(readonly, one(readonly)).options[0].why_not == "this cockpit is read-only"
