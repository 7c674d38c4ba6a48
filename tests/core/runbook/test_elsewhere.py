"""A command that may still run where nobody here can see it: it is waited for, or somebody vouches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.core.runbook import undoing
from cockpit.core.runbook.answers import Answer, NotAnAnswer, answered
from cockpit.core.runbook.holding import ELSEWHERE, TAKEN_OVER, held
from cockpit.core.runbook.run import Key
from cockpit.core.runbook.states import Effect, Phase, RunState
from cockpit.core.runbook.words import Ask, Do, Question, Task, say

from .played import Played, begin, book, step

WHY = "it may still be running on web-1"


def begun() -> Played:
    """Its first step is meant, and nobody here can see what became of it."""
    one = begin(book(step("restart"), step("check")))
    one.tell(say("reconciled", one.run.key, when="look", verdict="not_applied"))
    one.tell(say("confirmed", one.run.key, question="confirm"), say("intent", one.run.key, argv=["restart"]))
    assert one.move() == Do(Task.RECOVER, one.run.key)
    one.tell(held(one.run.key, WHY, ELSEWHERE))
    return one


def undone() -> Played:
    """The same of its way back."""
    one = begun()
    key = one.run.key
    one.tell(say("exited", key, ok=True, effect="applied"), undoing.planned(one.run, one.now, "wrong"))
    back = Key(key.step, key.visit, 1, Phase.UNDO)
    one.tell(say("reconciled", back, when="look", verdict="applied"), say("intent", back, argv=["undo"]))
    assert one.move() == Do(Task.RECOVER, back)
    one.tell(held(back, WHY, ELSEWHERE))
    return one


def asked(one: Played) -> Question:
    move = one.move()
    assert isinstance(move, Ask)
    return move.question


@pytest.mark.parametrize("make", [begun, undone])
def test_it_is_neither_done_again_nor_taken_back_meanwhile(make: Callable[[], Played]) -> None:
    one = make()
    question = asked(one)
    assert (question.text, [each.name for each in question.choices]) == (WHY, ["wait", "attest"])
    for choice in ("retry", "skip", "undo", "undo-all", "abort", "leave"):
        with pytest.raises(NotAnAnswer):
            answered(one.run, question, Answer(choice, "because"), one.now)
    with pytest.raises(NotAnAnswer, match="reason"):
        answered(one.run, question, Answer("attest"), one.now)


@pytest.mark.parametrize("make", [begun, undone])
def test_to_wait_is_to_look_once_more(make: Callable[[], Played]) -> None:
    one = make()
    key = asked(one).key
    one.tell(*answered(one.run, asked(one), Answer("wait"), one.now))
    assert one.move() == Do(Task.RECOVER, key)
    assert one.run.execution(key) is not None, "it is no new attempt"


def test_who_vouches_that_it_is_gone_has_it_found_out_and_knows_nothing_yet() -> None:
    one = begun()
    key = asked(one).key
    one.tell(*answered(one.run, asked(one), Answer("attest", "I rebooted web-1"), one.now))
    assert one.move() == Do(Task.RECONCILE, key)
    found = one.run.execution(key)
    assert found is not None
    assert found.exit is not None
    assert (found.effect, found.exit["ending"]) == (Effect.UNKNOWN, "lost")
    assert "I rebooted web-1" in str(found.exit["reason"])


def test_of_a_way_back_that_is_gone_it_is_found_out_whether_it_still_stands() -> None:
    one = undone()
    key = asked(one).key
    one.tell(*answered(one.run, asked(one), Answer("attest", "I rebooted web-1"), one.now))
    assert one.move() == Do(Task.RECONCILE, key)
    assert one.run.state is RunState.ROLLING_BACK


def test_the_word_of_its_own_machine_ends_the_hold_and_another_words_do_not() -> None:
    one = begun()
    key = one.run.key
    one.tell(say("exited", Key("check", 1, 1), ok=True, effect="applied"))
    assert one.run.hold is not None
    one.tell(say("exited", key, ok=True, effect="applied", reported_by="web-1"))
    assert one.run.hold is None
    found = one.run.execution(key)
    assert found is not None
    assert found.effect is Effect.APPLIED


def test_to_take_a_run_over_answers_nothing() -> None:
    one = begun()
    before = asked(one)
    one.tell(say("run.resumed", choice=TAKEN_OVER, previous="mara"), actor="leo")
    assert asked(one) == before
    assert (one.run.hands, one.run.operator, one.run.operators) == ("leo", "mara", ("mara", "leo"))
