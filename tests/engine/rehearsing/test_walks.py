"""A runbook alone is walked through: every branch, every way back, and what cannot be is said."""

from __future__ import annotations

import pytest

from cockpit.core.rehearsal.debrief import Drill
from cockpit.core.rehearsal.evidence import parts
from cockpit.core.rehearsal.injecting import injected
from cockpit.core.rehearsal.own import own_scenario, parameters_for
from cockpit.core.rehearsal.walk import Walk, walked
from cockpit.wiring.drilling import passes

from .test_shipped import LOADED, START

BOOKS = LOADED.model.books


def walk(id: str, *wanted: str) -> Walk:
    book = BOOKS[id]
    done = list(
        passes(
            LOADED.model,
            book,
            parameters_for(book),
            START,
            actor="lena",
            injected=injected(wanted, BOOKS, id),
        )
    )
    refused = [each.why for _, operator in done for each in operator.turned]
    return walked(Drill(own_scenario(book, LOADED.model).id), book, [each for each, _ in done], refused)


@pytest.mark.parametrize("id", sorted(BOOKS))
def test_every_part_of_every_runbook_of_the_shop_is_walked(id: str) -> None:
    found = walk(id)
    assert {each.part.id: (each.outcome, each.why) for each in found.parts} == {
        each.id: ("passed", "") for each in parts(BOOKS[id])
    }
    assert {each.mode for each in found.evidence} == {"simulated"}
    assert {each.digest for each in found.evidence} <= {each.digest for each in parts(BOOKS[id])}


def test_a_step_that_fails_whatever_is_tried_fails_the_walk() -> None:
    found = {each.part.id: each for each in walk("stop-the-writer", "pause-retries=failure").parts}
    assert (found["pause-retries"].outcome, found["pause-retries"].why) == ("failed", "it ended with 1")
    assert (found["undo:pause-retries"].outcome, found["undo:pause-retries"].why) == (
        "failed",
        "it was never reached",
    )
    assert found["which-minutes"].outcome == "passed"


def test_what_was_done_although_nobody_heard_of_it_is_found_out() -> None:
    found = {
        each.part.id: each for each in walk("stop-the-writer", "pause-retries=killed-after-effect").parts
    }
    assert found["undo:pause-retries"].outcome == "passed"


def test_an_undo_that_fails_is_told() -> None:
    found = {each.part.id: each for each in walk("stop-the-writer", "undo:pause-retries=failure").parts}
    assert found["pause-retries"].outcome == "passed"
    assert found["undo:pause-retries"].outcome == "failed"
