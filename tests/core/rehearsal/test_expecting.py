"""An expectation comes true only by what was seen and what is on record, and is told when it did not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cockpit.core.journal import GENESIS, Fact, Recorded, sealed
from cockpit.core.levels import Integrity, Shown
from cockpit.core.model import KillSwitch, Model
from cockpit.core.rehearsal.debrief import Drill, Times, debriefed, times
from cockpit.core.rehearsal.expecting import Judged, Performed, judged
from cockpit.core.rehearsal.onset import is_hidden, onset
from cockpit.core.rehearsal.track import Seen, Track
from cockpit.core.scenario import Deed, Expectation, Fault, PlannedAlert, Point, Scenario

START = 1_000.0
OK, AT_RISK, DEGRADED = Shown.OK, Shown.AT_RISK, Shown.DEGRADED
FAILING, UNKNOWN = Shown.FAILING, Shown.UNKNOWN
MODEL = Model(kill_switches=(KillSwitch("off", "files", kill=True),))
SCENARIO = Scenario(
    "mine",
    length=600.0,
    signals={("shop", "errors"): (Point(0.0, value=0.0), Point(60.0, step_to=1.0))},
)


def seen(*moments: tuple[float, Shown] | tuple[float, Shown, Integrity]) -> tuple[Seen, ...]:
    """(seconds from the start, level, integrity)"""
    return tuple(Seen(START + each[0], *each[1:]) for each in moments)


def performed(
    *facts: Fact, scenario: Scenario = SCENARIO, flags: Any = None, **nodes: tuple[Seen, ...]
) -> Performed:
    records: list[Recorded] = []
    for seq, fact in enumerate(facts, 1):
        prev = records[-1].hash if records else GENESIS
        records.append(sealed(Recorded(seq, fact, "here", "boot", seq, prev, "")))
    return Performed(
        MODEL, scenario, START, START + scenario.length, records, (), Track(nodes, flags or {}, START + 600)
    )


def verdict(found: Performed, what: str, **more: Any) -> tuple[bool, float | None, str]:
    """(passed, took, why)"""
    expected = Expectation(what, **more)  # type: ignore[arg-type]
    scenario = replace(found.scenario, expect=(expected,))
    (one,) = judged(replace(found, scenario=scenario))
    return one.passed, one.took, one.why


def fact(kind: str, at: float, **body: Any) -> Fact:
    return Fact(kind, START + at, "lena", body)


WENT_WRONG = seen((0, OK), (90, FAILING), (300, AT_RISK))


def test_it_goes_wrong_where_its_own_curve_turns_else_where_any_does() -> None:
    assert (onset(SCENARIO, "shop"), onset(SCENARIO, "other"), onset(SCENARIO)) == (60.0, 60.0, 60.0)
    signs = Scenario("a", alerts=(PlannedAlert(30.0, "Slow"),), faults=(Fault(20.0, "flags_down"),))
    assert (onset(signs), onset(Scenario("a"))) == (20.0, 0.0)


def test_it_is_seen_when_a_level_tells_and_not_before_it_went_wrong() -> None:
    assert verdict(performed(shop=WENT_WRONG), "detected", service="shop") == (True, 30.0, "")
    early = performed(shop=seen((0, FAILING), (30, OK)))
    assert verdict(early, "detected", service="shop") == (False, None, "nobody could see it")
    before = performed(shop=seen((0, AT_RISK)))
    assert verdict(before, "detected", service="shop") == (True, 0.0, "")


def test_what_comes_too_late_has_not_come_true() -> None:
    found = performed(shop=WENT_WRONG)
    assert verdict(found, "detected", service="shop", within=20.0) == (False, 30.0, "it came too late")
    assert verdict(found, "recovered", service="shop", within=240.0) == (True, 240.0, "")
    assert verdict(found, "recovered", service="shop", within=239.0) == (False, 240.0, "it came too late")


def test_unknown_tells_something_only_where_the_scenario_takes_the_signal_away() -> None:
    blind = performed(shop=seen((0, OK), (90, UNKNOWN)))
    assert verdict(blind, "detected", service="shop") == (False, None, "nobody could see it")
    signals = {("shop", "errors"): (Point(60.0, absent_for=120.0),)}
    hidden = replace(blind, scenario=replace(SCENARIO, signals=signals))
    assert is_hidden(hidden.scenario, "shop", 90.0)
    assert verdict(hidden, "detected", service="shop") == (True, 30.0, "")


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        (WENT_WRONG, (True, 240.0, "")),
        (seen((0, OK), (90, FAILING), (300, OK), (400, FAILING)), (False, None, "it is FAILING in the end")),
        (seen((0, OK), (90, FAILING), (300, UNKNOWN)), (False, None, "it is UNKNOWN in the end")),
        (seen((0, OK), (90, AT_RISK)), (False, None, "it is AT RISK in the end")),
        (seen((0, OK), (90, AT_RISK), (200, OK)), (True, 140.0, "")),
        (seen((0, OK)), (False, None, "it was never seen to be wrong")),
        ((), (False, None, "it was never seen to be wrong")),
        (seen((0, OK), (90, FAILING), (200, OK), (300, DEGRADED), (400, OK)), (True, 340.0, "")),
    ],
)
def test_recovered_is_what_stays_well_to_the_end(nodes: tuple[Seen, ...], expected: object) -> None:
    assert verdict(performed(shop=nodes), "recovered", service="shop") == expected


def test_data_and_the_worst_level_are_told_as_they_were_seen() -> None:
    breached = seen((0, OK), (90, OK, Integrity.BREACHED), (300, OK, Integrity.OK))
    found = performed(shop=breached)
    assert verdict(found, "integrity", service="shop") == (True, 240.0, "")
    assert verdict(found, "integrity", service="shop", is_="BREACHED")[0] is False
    assert verdict(found, "detected", service="shop") == (True, 30.0, ""), "wrong data is something to see"
    worse = performed(shop=WENT_WRONG)
    assert verdict(worse, "not_worse", service="shop", level="FAILING") == (True, None, "")
    assert verdict(worse, "not_worse", service="shop") == (False, None, "it was FAILING")
    assert verdict(performed(), "not_worse", service="shop") == (False, None, "nobody could see it")


def test_words_and_acts_are_on_record_or_did_not_happen() -> None:
    found = performed(
        fact("service.acknowledged", 70, service="shop", on=True),
        fact("incident.declared", 80, title="It is slow"),
        fact("step.asked", 85),
        fact("flag.requested", 90),
    )
    assert verdict(found, "acknowledged", service="shop") == (True, 10.0, "")
    assert verdict(found, "acknowledged", service="other") == (False, None, "nobody took it on")
    assert verdict(found, "declared", within=30.0) == (True, 20.0, "")
    assert verdict(found, "first_action") == (True, 30.0, ""), "a question is no act"
    assert verdict(performed(), "first_action") == (False, None, "nothing was done about it")


def test_a_flag_is_set_when_its_store_says_so() -> None:
    told = {"off": ((START, False), (START + 120, True))}
    assert verdict(performed(flags=told), "flag_set", flag="off") == (True, 60.0, "")
    assert verdict(performed(flags=told), "flag_set", flag="off", to=False) == (
        False,
        None,
        "it is True in the end",
    )
    assert verdict(performed(), "flag_set", flag="off") == (False, None, "nobody could read it")


def test_runbooks_that_nobody_ran_are_neither_used_nor_in_the_way() -> None:
    assert verdict(performed(), "not_used", runbook="restart") == (True, None, "")
    assert verdict(performed(), "used", runbook="restart")[0] is False
    assert verdict(performed(), "undo_used", runbook="restart")[0] is False


def test_times_count_from_the_moment_at_which_it_went_wrong() -> None:
    found = performed(
        fact("incident.role", 75, role="scribe", who="lena"),
        fact("flag.requested", 90),
        shop=WENT_WRONG,
        other=seen((0, OK), (100, DEGRADED), (400, OK)),
    )
    assert times(found) == Times(30.0, 15.0, 30.0, 340.0)
    assert times(performed()) == Times()
    still = performed(shop=seen((0, OK), (90, FAILING)))
    assert times(still).recovered is None


def test_what_was_held_or_refused_is_a_wrong_turn() -> None:
    found = performed(
        Fact(
            "run.held", START + 100, "lena", {"kind": "settled", "reason": "it failed"}, run="R-1", step="a"
        ),
        Fact("run.held", START + 110, "lena", {"kind": "operator", "reason": "wait"}, run="R-1", step="a"),
        scenario=replace(SCENARIO, answers={"good": (Deed(0.0, run="restart"),)}),
    )
    debrief = debriefed(Drill("mine"), found, [(START + 50, "run b", "it is locked")])
    assert [(each.kind, each.what, each.at, each.why) for each in debrief.wrong] == [
        ("refused", "run b", 50.0, "it is locked"),
        ("held", "R-1 a", 100.0, "it failed"),
    ]
    assert debrief.expected == ()
    assert Judged(Expectation("declared"), False).took is None
