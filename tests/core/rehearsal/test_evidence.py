"""What a run is evidence of, and what the record keeps of it when the run itself is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import Json
from cockpit.core.rehearsal.evidence import Evidence, evidence_of, left_dirty
from cockpit.core.rehearsal.remembering import KEPT, with_more
from cockpit.core.runbook.actions import Command, Decide, FlagSet, Option
from cockpit.core.runbook.holding import BY_HAND
from cockpit.core.runbook.model import Rollback, Step
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import BROKEN, Effect, Phase, StepState
from cockpit.core.state import Record
from cockpit.core.update_record import remembered
from tests.core.runbook.played import Played, begin, book, play, step
from tests.core.runbook.test_machine import BOOK, choices, chooser

WRITE = step("promote", digest="p1")
OK: dict[str, Json] = {"ok": True, "ending": "exited"}
SETTLED: dict[str, Json] = {"state": "succeeded", "effect": "applied"}


def tried(phase: Phase = Phase.DO, **more: object) -> Execution:
    given: dict[str, object] = {
        "state": StepState.SUCCEEDED,
        "effect": Effect.APPLIED,
        "begun_at": 110.0,
        "settled_at": 114.0,
        "intent": {},
        "exit": OK,
        **more,
    }
    return Execution(Key("promote", 1, 1, phase), **given)  # type: ignore[arg-type]


def told(*executions: Execution, by: Step = WRITE) -> list[Evidence]:
    run = Run("R-1", book(by), "live", 100.0, "mara", executions=executions)
    return list(evidence_of(run, "live", "night"))


def test_a_step_that_worked_is_evidence_with_its_time() -> None:
    assert told(tried()) == [
        Evidence("book", "promote", "p1", 114.0, "mara", "live", "succeeded", "night", 4.0)
    ]


def test_an_undo_is_evidence_of_the_undo() -> None:
    reverted = tried(Phase.UNDO, effect=Effect.REVERTED)
    assert [(one.part, one.result) for one in told(reverted)] == [("undo:promote", "succeeded")]


def test_an_undo_that_failed_and_left_nothing_has_not_shown_that_it_works() -> None:
    lucky = tried(Phase.UNDO, effect=Effect.REVERTED, exit={"ok": False})
    assert [one.result for one in told(lucky)] == ["unknown"]


def test_taking_back_what_was_so_before_shows_nothing_but_in_a_simulation() -> None:
    undo = tried(Phase.UNDO, effect=Effect.REVERTED)
    looks = ("", "not_applied", "unknown", "applied")
    runs = [
        Run("R-1", book(WRITE), "live", 100.0, "mara", executions=(tried(looked=look), undo))
        for look in looks
    ]
    assert [list(evidence_of(run, "sandbox"))[1].result for run in runs] == [
        "succeeded",
        "succeeded",
        "unknown",
        "unknown",
    ]
    assert {list(evidence_of(run, "simulated"))[1].result for run in runs} == {"succeeded"}
    assert not any(map(left_dirty, runs))


def test_what_was_not_taken_back_leaves_it_dirty_unless_a_later_try_did_it() -> None:
    def left(*undos: Execution) -> bool:
        return left_dirty(Run("R-1", book(WRITE), "live", 100.0, "mara", executions=(tried(), *undos)))

    back = tried(Phase.UNDO, effect=Effect.REVERTED)
    failed, vouched = replace(back, state=StepState.FAILED), replace(back, reason=f"{BY_HAND}it runs")
    again = replace(back, key=Key("promote", 1, 2, Phase.UNDO))
    assert [left(), left(back), left(failed), left(vouched), left(failed, again)] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_what_is_played_in_a_sandbox_only_walks() -> None:
    flag = replace(WRITE, action=FlagSet("off", True), rollback=Rollback(Command(("undo",))))
    run = Run("R-1", book(flag), "drill", 100.0, "mara", executions=(tried(), tried(Phase.UNDO)))
    assert [(each.part, each.mode) for each in evidence_of(run, "sandbox")] == [
        ("promote", "simulated"),
        ("undo:promote", "sandbox"),
    ]
    assert {each.mode for each in evidence_of(run, "live")} == {"live"}


def test_what_was_not_done_says_nothing() -> None:
    assert told(tried(state=StepState.SKIPPED), tried(effect=Effect.ALREADY)) == []
    assert told(tried(settled_at=None)) == []
    assert told(tried(Phase.UNDO, effect=Effect.REVERTED, exit=None, intent=None)) == []


def test_what_a_person_vouched_for_proves_nothing() -> None:
    assert [one.result for one in told(tried(reason=f"{BY_HAND}it runs"))] == ["unknown"]


def test_each_end_is_told_as_what_it_was() -> None:
    ends = {state: told(tried(state=state))[0].result for state in BROKEN}
    assert ends == {
        StepState.FAILED: "failed",
        StepState.TIMED_OUT: "failed",
        StepState.CANCELLED: "failed",
        StepState.INCONCLUSIVE: "unknown",
        StepState.UNKNOWN: "unknown",
    }


def test_a_branch_is_evidence_of_its_own() -> None:
    decision = Step("promote", "Which", Decide((Option("left"), Option("right"))), digest="d1")
    one = tried(intent=None, exit=None, confirmed={"decide": {"text": "right"}})
    assert [(each.part, each.seconds) for each in told(one, by=decision)] == [
        ("promote", 4.0),
        ("promote=right", None),
    ]


def test_hours_that_nobody_was_there_are_no_time_that_it_takes() -> None:
    assert [one.seconds for one in told(tried(settled_at=40_000.0))] == [None]
    assert [one.seconds for one in told(tried(exit={"ending": "lost"}))] == [None]


def test_a_look_takes_from_where_the_step_before_it_was_settled() -> None:
    look = Step("look", "Look", Command(("look",)), digest="l1")
    run = Run("R-1", book(WRITE, look), "live", 100.0, "mara")
    seen = replace(tried(intent=None, begun_at=120.0, settled_at=120.0), key=Key("look", 1))
    taken = [each.seconds for each in evidence_of(replace(run, executions=(tried(), seen)), "live")]
    assert taken == [4.0, 6.0]
    again = replace(seen, key=Key("look", 1, 2))
    assert [each.seconds for each in evidence_of(replace(run, executions=(again,)), "live")] == [None]


def folded(played: Played) -> Record:
    record = Record()
    for each in played.records:
        record = remembered(record, each)
    return record


def newest(evidence: Iterable[Evidence]) -> dict[str, float]:
    """When each part was done successfully last."""
    return {one.part: one.at for one in sorted(evidence, key=lambda one: one.at) if one.result == "succeeded"}


@settings(max_examples=50, deadline=None)
@given(choices)
def test_the_record_keeps_what_a_run_has_shown(numbers: list[int]) -> None:
    played = play(begin(BOOK), chooser(numbers))
    assert newest(folded(played).evidence) == newest(evidence_of(played.run, "live"))


def test_it_is_told_by_whoever_saw_it_through() -> None:
    played = begin(
        book(step("a", digest="a1"), on_unknown_ask=True) if False else book(step("a", digest="a1"))
    )
    key = Key("a", 1)
    for kind, body in (("step.exited", OK), ("step.settled", SETTLED)):
        played.append(
            Fact(kind, 120.0, "aiko", body, run="R-1", step="a", visit=key.visit, attempt=key.attempt)
        )
    assert [(one.by, one.mode, one.part) for one in folded(played).evidence] == [("aiko", "live", "a")]


def test_a_rehearsal_on_record_only_walks() -> None:
    played = begin(book(step("a", digest="a1")))
    body = {**played.records[0].fact.body, "mode": "drill"}
    first = replace(played.records[0], fact=replace(played.records[0].fact, body=body))
    settled = Fact("step.settled", 120.0, "aiko", SETTLED, "", "R-1", "a", 1, 1)
    record = Record()
    for each in (first, Recorded(2, settled, "here", "boot", 0, "", "")):
        record = remembered(record, each)
    assert [one.mode for one in record.evidence] == ["simulated"]


DONE = st.tuples(st.sampled_from("ab"), st.sampled_from(["mara", "aiko"]), st.booleans())


@settings(max_examples=30, deadline=None)
@given(st.lists(DONE, max_size=60))
def test_what_is_kept_stays_small_and_forgets_nobody(told: list[tuple[str, str, bool]]) -> None:
    known: tuple[Evidence, ...] = ()
    for at, (part, by, worked) in enumerate(told):
        result = "succeeded" if worked else "failed"
        known = with_more(known, (Evidence("book", part, "d", float(at), by, "live", result),))  # type: ignore[arg-type]
    assert len(known) <= 2 * (KEPT + 2)
    assert {(part, by) for part, by, worked in told if worked} == {
        (one.part, one.by) for one in known if one.result == "succeeded"
    }
    assert list(known) == sorted(known, key=lambda one: one.at)
