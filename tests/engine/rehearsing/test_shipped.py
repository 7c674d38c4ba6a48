"""A shipped scenario passes with its good answers and fails with its wrong ones, the same each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cockpit.config import load, shop
from cockpit.core.json import Json
from cockpit.core.rehearsal.debrief import Debrief, Drill, Times, debriefed
from cockpit.core.rehearsal.injecting import injected
from cockpit.core.scenario import Fault, Scenario
from cockpit.views.debrief import document
from cockpit.wiring.drilling import rehearsed, script

LOADED = load(shop(), environ={}, now=0.0)
PLAYED = {each.id: each for each in LOADED.scenarios if each.answers}
START = 1_700_000_000.0


def played(scenario: Scenario, answers: str, *wanted: str, start: float = START) -> Debrief:
    """By somebody who does what `answers` say."""
    performed, operator = rehearsed(
        LOADED.model,
        scenario,
        start,
        script(scenario.answers[answers], scenario),
        actor="lena",
        injected=injected(wanted, LOADED.model.books),
    )
    turned = [(each.at, each.what, each.why) for each in operator.turned]
    return debriefed(Drill(scenario.id, answers=answers, by="lena"), performed, turned)


def test_there_is_something_to_rehearse() -> None:
    assert {"bad-release", "blind"} <= set(PLAYED)
    assert all("good" in each.answers and "wrong" in each.answers for each in PLAYED.values())


@pytest.mark.parametrize("answers", list(PLAYED["bad-release"].answers))
def test_good_answers_pass_and_wrong_ones_fail(answers: str) -> None:
    """The others are played where it is tested what they teach."""
    debrief = played(PLAYED["bad-release"], answers)
    failed = [(each.expected, each.why) for each in debrief.expected if not each.passed]
    assert debrief.passed is (answers == "good"), failed


def test_two_drills_go_the_same_at_whatever_time_they_begin() -> None:
    first = document(played(PLAYED["bad-release"], "good"))
    second = document(played(PLAYED["bad-release"], "good", start=START + 86_400))
    assert first == second


def test_a_command_that_hangs_leaves_the_run_held_and_the_drill_failed() -> None:
    debrief = played(PLAYED["bad-release"], "good", "checkout-rollback.undo=hang")
    run = next(one for one in debrief.performed.runs if one.runbook.id == "checkout-rollback")
    assert not debrief.passed
    assert run.state == "held"
    assert [each.kind for each in debrief.wrong if each.kind == "held"] == ["held"]


def test_a_blind_prometheus_lets_nobody_see_anything() -> None:
    debrief = played(PLAYED["bad-release"], "good", "prometheus_down")
    told: Mapping[str, Json] = document(debrief)
    assert debrief.times.detected is None
    assert told["passed"] is False


def test_a_step_that_needs_a_second_person_waits_where_there_is_none() -> None:
    scenario = PLAYED["database-down"]
    alone = played(scenario, "good", "approver_absent")
    with_a_colleague = played(scenario, "good")
    failover = [
        {one.key.step: str(one.state) for one in run.executions}["promote"]
        for each in (alone, with_a_colleague)
        for run in each.performed.runs
        if run.runbook.id == "orders-db-failover"
    ]
    assert failover == ["awaiting_approval", "succeeded"]


def test_while_the_record_cannot_be_written_nothing_is_decided_and_the_picture_goes_on() -> None:
    full = replace(PLAYED["bad-release"], faults=(Fault(0.0, "journal_full", 1201.0),))
    debrief = played(full, "good")
    assert debrief.performed.records == ()
    assert debrief.times == Times(detected=30.0)
