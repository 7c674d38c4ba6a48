"""The impact page: what people without a terminal are told, and that unknown is never green there."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.incident import words
from cockpit.core.levels import Severity
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.views.export.impact import page
from tests.views import shop
from tests.views.export.made_up import BERLIN, ID, recorded
from tests.views.export.test_hostile import read

GREEN = "badge is-ok"


def said(state: State, now: float | None = None) -> str:
    """All its words, in reading order."""
    text = page(state, shop.now(state) if now is None else now, BERLIN)
    return " ".join(" ".join(read(text.partition("</style>")[2]).texts).split())


def test_an_incident_is_told_in_the_words_of_the_screen() -> None:
    state = shop.incident()
    told = said(state)
    assert "Customers often cannot buy: €2,928 a minute (measured)" in told
    assert "Limited: Customers" in told
    assert "costs €2,928 a minute (measured) · 39 % of what is expected" in told
    assert "meanwhile paper list (support), 1 h 59 min left" in told
    assert "Press" not in told


def test_a_calm_shop_is_told_as_seen_and_what_is_not_watched_is_named() -> None:
    told = said(shop.calm())
    assert "All 4 watched services are fine; 1 not watched." in told
    assert "Not watched at all: legacy" in told
    assert "None is declared." in told


def test_before_the_first_answer_nothing_is_green() -> None:
    state = initial(shop.shop())
    text = page(state, shop.START)
    assert GREEN not in text
    told = said(state, shop.START)
    assert "Nothing has been seen yet, so nothing here is known." in told
    assert "Everything that is watched can be seen" not in told


def test_what_nobody_sees_is_unknown_and_never_green() -> None:
    state = shop.play(shop.calm(), dict.fromkeys([*shop.HEALTHY, "place-order"]), 300.0)
    assert GREEN not in page(state, shop.now(state))
    assert "Unknown: Customers" in said(state)
    assert "Not known: orders-db, checkout-api, storefront, search and Customers can buy" in said(state)


def test_an_old_picture_says_how_old_it_is() -> None:
    state = shop.calm()
    told = said(state, shop.now(state) + 600)
    assert "The picture is 10 min old: it shows how it was at" in told


def test_open_incidents_with_the_next_update_and_what_was_said_last() -> None:
    state = shop.incident()
    at = shop.now(state)
    facts = [
        words.declared(ID, "nobody can buy", Severity.SEV1, "ada", at - 1200, began_at=at - 1500),
        words.role(ID, "incident-commander", "bo", "ada", at - 1190),
        words.update_requested(
            ID,
            "u",
            "We work on it.",
            "bo",
            at - 1000,
            to="",
            audience="customers",
            status="investigating",
            claims={},
        ),
    ]
    told = said(replace(state, record=recorded(facts)))
    assert "INC-1 nobody can buy" in told
    assert "SEV1, began 2023-11-14 " in told
    assert "25 min ago; bo is in command." in told
    assert "1 min overdue." in told
    assert "for customers: We work on it." in told


def test_a_record_that_cannot_be_read_is_not_an_empty_one() -> None:
    state = shop.calm()
    state = replace(state, picture=replace(state.picture, journal_trouble="disk full"))
    told = said(state)
    assert "The record cannot be read, so it is not known whether one is open." in told
    assert "None is declared." not in told
