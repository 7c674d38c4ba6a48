"""The run machine against a world that fails, lies by silence and crashes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.runbook.answers import Answer, answered
from cockpit.core.runbook.model import PointOfNoReturn, Reach, Rollback
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.states import FINAL, STANDING, Effect, Phase, RunState
from cockpit.core.runbook.undoing import entries
from cockpit.core.runbook.words import Ask, Do, Over, Record, Task, say

from .played import Played, begin, book, do, play, replayed, step, turn

BOOK = book(
    step("freeze"),
    step("pause", idempotent=True, attempts=2),
    step("roll-back", on_failure="propose_rollback"),
    step("tell", rollback=Rollback(reason="said is said"), on_failure="continue"),
    step("watch", reach=Reach.READ, reconcile=None, rollback=None),
    finally_=(step("thaw", rollback=None),),
)
choices = st.lists(st.integers(0, 59), min_size=0, max_size=120)


def chooser(numbers: list[int]):  # type: ignore[no-untyped-def]
    """Once the numbers are used up all goes well, and a person who is asked stops trying."""
    left = iter(numbers)
    return lambda what, count: next(left, count - 1 if what == "answer" else 1) % count


@settings(max_examples=300, deadline=None)
@given(choices)
def test_every_run_ends_and_every_prefix_can_go_on(numbers: list[int]) -> None:
    played = play(begin(BOOK), chooser(numbers))
    assert played.run.state in FINAL
    assert replayed(played.records) == played.run
    for length in range(1, len(played.records)):
        run = replayed(played.records[:length])
        assert run is not None
        assert isinstance(next_move(run), Ask | Do | Record), (length, run.state)


@settings(max_examples=300, deadline=None)
@given(choices)
def test_nothing_that_must_not_be_repeated_is_repeated(numbers: list[int]) -> None:
    """Beginning again needs knowledge that nothing stands: from the world, or from a person."""
    played = begin(BOOK)
    choose = chooser(numbers)
    for _ in range(400):
        move = played.move()
        if isinstance(move, Over):
            break
        if isinstance(move, Do) and move.task is Task.BEGIN and move.key.phase is Phase.DO:
            key, wanted = move.key, played.run.step(move.key.step)
            assert wanted is not None
            standing = [one for one in played.run.tries(key.step, key.visit) if one.effect in STANDING]
            assert wanted.idempotent or not standing, key
        turn(played, choose)
    assert played.run.state in FINAL


@settings(max_examples=300, deadline=None)
@given(choices)
def test_what_is_reported_undone_is_undone_and_what_stands_is_told(numbers: list[int]) -> None:
    played = play(begin(BOOK), chooser(numbers))
    by_hand = {
        record.fact.step
        for record in played.records
        if "by hand" in str(record.fact.body.get("reason", "")) or record.fact.body.get("choice") == "leave"
    }
    done = [one for one in played.run.executions if one.key.phase is Phase.DO]
    standing = {one.key.step for one in done if one.effect in STANDING}
    for one in done:  # a later try may stand, or may not be known to be undone: it tells so itself
        if one.key.step not in by_hand | standing and one.effect is Effect.REVERTED:
            assert not played.world.stands(one.key.step), one.key
    vouched = any(record.fact.body.get("choice") in ("attest", "skip") for record in played.records)
    for name in ("freeze", "pause", "roll-back", "tell"):
        assert vouched or not played.world.stands(name) or name in by_hand | standing, name
    if played.run.state is RunState.ROLLED_BACK:
        left = [name for name in ("freeze", "pause", "roll-back") if played.world.stands(name)]
        assert set(left) <= by_hand, (left, played.run.executions)


@settings(max_examples=200, deadline=None)
@given(choices)
def test_undo_goes_backwards(numbers: list[int]) -> None:
    played = play(begin(BOOK), chooser(numbers))
    plans = [record.fact.body for record in played.records if record.fact.kind == "undo.planned"]
    for plan in plans:
        entries = plan["entries"]
        starts = [_start(played, each) for each in entries]  # type: ignore[union-attr]
        assert starts == sorted(starts, reverse=True)


def _start(played: Played, entry) -> float:  # type: ignore[no-untyped-def]
    return max(
        record.fact.at
        for record in played.records
        if record.fact.kind == "step.intent"
        and (record.fact.step, record.fact.visit) == (entry["step"], entry["visit"])
    )


def test_silence_changes_nothing() -> None:
    played = begin(BOOK)
    asked = None
    for _ in range(20):
        match played.move():
            case Record(words):
                played.tell(*words)
            case Do(task, key):
                do(played, task, key, lambda what, count: 1 % count)
            case Ask(question):
                asked = question
                break
    assert asked is not None
    before = played.run
    assert all(next_move(played.run) == Ask(asked) for _ in range(5))
    assert played.run == before


def test_a_point_of_no_return_seals_what_came_before() -> None:
    ponr = PointOfNoReturn("the old primary is gone")
    played = begin(book(step("freeze"), step("promote", point_of_no_return=ponr), step("after")))
    happy = {"blind": 1, "really": 1, "crash": 1, "honest": 1, "wish": 1, "answer": 0}
    play(played, lambda what, count: happy[what] % count)
    assert played.run.state is RunState.COMPLETED
    assert [(each.step, each.can) for each in entries(played.run, played.now)] == [
        ("after", True),
        ("promote", True),
        ("freeze", False),
    ]
    assert "can no longer be undone: the old primary is gone" in entries(played.run, played.now)[2].reason


@pytest.mark.parametrize("ending", ["lost", "exited"])
def test_an_effect_in_doubt_is_never_tried_again_by_itself(ending: str) -> None:
    played = begin(book(step("freeze", reconcile=None, on_unknown_ask=True, attempts=3)))
    for _ in range(10):
        match played.move():
            case Record(words):
                played.tell(*words)
            case Ask(question) if question.kind == "confirm":
                played.tell(*answered(played.run, question, Answer(), played.now))
            case Do(Task.BEGIN, key):
                played.tell(say("intent", key))
                played.tell(say("exited", key, ok=False, ending=ending, code=1, effect="unknown"))
            case Ask(question):
                retry = question.choice("retry")
                assert retry is not None
                assert "must not happen twice" in retry.why_not
                return
    raise AssertionError("it never held")
