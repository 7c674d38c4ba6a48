"""What an incident took, told by the record alone; what that does not tell is not known."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.incident.milestones import Milestones, Overdue
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.levels import Severity
from cockpit.core.review.looking import drilled
from cockpit.core.review.model import Rolled, WrongTurn
from tests.core.incident.record import level

from .made_up import T, declared, flip, looked, run, update, well

NOTHING = dict.fromkeys(("detect", "owner", "first_update", "first_action", "mitigation", "recovery"))


def whole() -> list[Fact]:
    return [
        Fact("service.acknowledged", T + 120, "bo", {"service": "orders-db", "on": True}),
        declared(),
        words.role("INC-1", "incident-commander", "ada", "ada", T + 360),
        *update("INC-1", "u1", T + 900),
        *run(at=T + 600),
        level("orders-db", "DEGRADED", T + 660, "DOWN"),
        *well(T + 1200, "orders-db"),
        *well(T + 1500, "place-order"),
        words.resolved("INC-1", "failed over", [], "ada", T + 1800),
    ]


def test_every_milestone_of_one_that_went_well() -> None:
    found = looked(whole())
    assert found.milestones == Milestones(T, T + 120, T + 120, T + 900, T + 610, T + 660, T + 1500, T + 1800)
    assert found.times == {
        "detect": 120.0,
        "owner": 120.0,
        "first_update": 900.0,
        "first_action": 610.0,
        "mitigation": 660.0,
        "recovery": 1500.0,
    }
    assert (found.wrong, found.rollbacks, found.switches, found.debts) == ((), (), (), ())
    assert (found.reopened, found.overdue, found.notes) == (0, Overdue(0, 0.0), ())


def test_what_nobody_did_or_saw_is_not_known() -> None:
    found = looked(declared(evidence={}, began=T + 300))
    assert found.times == NOTHING
    assert found.milestones == Milestones()
    assert found.notes == ("when it began is not known: nothing seemed wrong when it was declared",)


def test_an_update_that_may_have_been_sent_is_no_first_update() -> None:
    for outcome in ("", "unknown", "refused"):
        assert looked(declared(), update("INC-1", "u1", T + 600, outcome)).times["first_update"] is None


def test_a_cockpit_that_saw_it_before_it_was_declared_has_noticed_it() -> None:
    # Somebody had another incident open, so levels were on record.
    other = declared("INC-9", T - 100, None, evidence={})
    seen = level("orders-db", "DOWN", T + 30)
    assert looked(other, seen, declared()).times["detect"] == 30.0


def test_unknown_is_never_recovery() -> None:
    blind = level("orders-db", "UNKNOWN", T + 600, "DOWN")
    found = looked(declared(), blind, well(T + 900, "place-order"))
    assert (found.times["recovery"], found.times["mitigation"]) == (None, 900.0)
    seen = looked(declared(), blind, well(T + 900, "place-order"), well(T + 1200, "orders-db"))
    assert seen.times["recovery"] == 1200.0


def test_better_for_a_moment_is_not_better_for_good() -> None:
    found = looked(
        declared(),
        level("orders-db", "OK", T + 400, "DOWN"),
        level("orders-db", "DOWN", T + 500),
        level("orders-db", "OK", T + 800, "DOWN"),
        well(T + 900, "place-order"),
    )
    assert (found.times["mitigation"], found.times["recovery"]) == (800.0, 900.0)


def test_it_is_better_by_what_was_done_and_not_by_what_went_before() -> None:
    found = looked(
        declared(),
        level("place-order", "DEGRADED", T + 400, "FAILING"),
        flip("kill", T + 500, "f1"),
        level("orders-db", "DEGRADED", T + 600, "DOWN"),
    )
    assert (found.times["first_action"], found.times["mitigation"]) == (500.0, 600.0)


def test_what_was_taken_back_before_it_was_over_is_no_first_action() -> None:
    found = looked(
        declared(),
        flip("kill", T + 400, "f1"),
        flip("restore", T + 500, "f2"),
        run("R-1", T + 600, then="undone"),
        run("R-2", T + 800),
        well(T + 1200, "orders-db", "place-order"),
    )
    assert found.times["first_action"] == 810.0
    assert found.wrong == (WrongTurn("R-1", "Fail over orders-db", "taken back"),)
    assert found.rollbacks == (Rolled("R-1", "Fail over orders-db", "complete"),)


def test_what_was_put_back_only_afterwards_stood() -> None:
    found = looked(
        declared(),
        flip("kill", T + 400, "f1"),
        well(T + 600, "orders-db", "place-order"),
        flip("restore", T + 900, "f2"),
    )
    assert found.times["first_action"] == 400.0
    assert found.switches == ()


def test_a_switch_that_failed_did_nothing() -> None:
    assert looked(declared(), flip("kill", T + 400, "f1", "FAILED")).times["first_action"] is None


def test_wrong_turns_and_what_stays() -> None:
    found = looked(
        declared(),
        flip("kill", T + 400, "f1"),
        run("R-1", T + 500, then="partial"),
        run("R-2", T + 700, then="stopped"),
        Fact("obligation.opened", T + 800, "bo", {"title": "drain the queue", "owner": "web"}, "INC-1"),
        words.resolved("INC-1", "done", ["x"], "ada", T + 900),
        words.reopened("INC-1", "it is back", "ada", T + 1000),
        words.resolved("INC-1", "done again", ["x"], "ada", T + 1100),
    )
    assert found.wrong == (
        WrongTurn("R-1", "Fail over orders-db", "could not be taken back"),
        WrongTurn("R-2", "Fail over orders-db", "stopped, and something stayed as it was, held 1 time"),
    )
    assert found.rollbacks == (Rolled("R-1", "Fail over orders-db", "failed"),)
    assert (found.reopened, found.switches, found.debts) == (1, ("pay-async@prod",), ("drain the queue",))
    assert found.notes == ("1 thing left when it was resolved",)


def test_a_hold_that_a_person_wanted_is_no_wrong_turn() -> None:
    held = Fact("run.held", T + 635, "bo", {"reason": "ctrl+c", "kind": "operator"}, "INC-1", "R-1")
    assert looked(declared(), run(), held).wrong == ()


def test_an_overdue_update_counts_once_and_by_how_late_it_was() -> None:
    # SEV1: every 15 min, from the declaration at T + 300.
    late = looked(
        declared(),
        update("INC-1", "u1", T + 1500),
        update("INC-1", "u2", T + 2000),
        words.resolved("INC-1", "done", [], "ada", T + 2600),
    )
    assert late.overdue == Overdue(1, 300.0)


def test_a_severity_that_is_raised_is_due_sooner_from_the_same_moment() -> None:
    raised = words.severity("INC-1", Severity.SEV1, Severity.SEV3, "all of it", "ada", T + 900)
    found = looked(declared(severity=Severity.SEV3), raised, update("INC-1", "u1", T + 1500), now=T + 1600)
    assert found.overdue == Overdue(1, 300.0)


def test_time_between_resolving_and_reopening_is_not_overdue() -> None:
    found = looked(
        declared(),
        words.resolved("INC-1", "done", [], "ada", T + 600),
        words.reopened("INC-1", "it is back", "ada", T + 6000),
        now=T + 6600,
    )
    assert found.overdue == Overdue(0, 0.0)


def test_nobody_knows_what_was_due_without_a_severity() -> None:
    assert looked(declared(severity=None)).overdue is None


def test_a_gap_in_the_record_is_told() -> None:
    gap = Fact("journal.gap", T + 400, "cockpit", {"count": 3, "why": "disk full"})
    assert looked(declared(), gap).notes == ("the record has gaps, so something may have happened sooner",)


def test_a_drill_is_told_by_its_result_and_nonsense_in_it_is_not_known() -> None:
    body: dict[str, Json] = {
        "scenario": "bad-release",
        "title": "A release that doubles errors",
        "passed": True,
        "times": {"detected": 30.0, "owner": None, "first_action": "soon", "recovered": -1.0},
        "wrong_turns": [{"kind": "undone", "what": "restart", "at": 9.0, "why": "it was taken back"}, 7],
        "runs": [{"run": "R-1", "runbook": "restart", "rollback": "partial"}, None],
    }
    found = drilled(Fact("drill.finished", T, "bo", body))
    assert (found.id, found.mode, found.passed) == ("bad-release", "drill", True)
    assert found.times == {**NOTHING, "detect": 30.0}
    assert found.wrong == (WrongTurn("", "restart", "it was taken back"),)
    assert found.rollbacks == (Rolled("R-1", "restart", "partial"),)
    blank = drilled(Fact("drill.finished", T, "bo", {"times": [], "runs": "x", "passed": "yes"}))
    assert (blank.id, blank.times, blank.passed, blank.rollbacks) == ("a drill", NOTHING, None, ())
