"""Answers of a person: whether they may be given, and what they put on record."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.core.levels import Instant
from cockpit.core.runbook import undoing
from cockpit.core.runbook.actions import Decide
from cockpit.core.runbook.approvals import digest_of
from cockpit.core.runbook.holding import BY_HAND, ELSEWHERE
from cockpit.core.runbook.moves import settle
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import STANDING, Effect, Phase, StepState
from cockpit.core.runbook.words import Question, Word, say


@dataclass(frozen=True, slots=True)
class Answer:
    """`choice`: the name of one of the choices, `y` for a key; `text`: a reason, a phrase, evidence."""

    choice: str = "y"
    text: str = ""


class NotAnAnswer(ValueError):
    """What was said does not answer the question; the message tells a person why."""


def answered(run: Run, question: Question, answer: Answer, now: Instant) -> tuple[Word, ...]:
    """What goes on record. Raises NotAnAnswer; then nothing has changed."""
    _allowed(question, answer)
    match question.kind:
        case "confirm":
            if question.phrase and answer.text != question.phrase:
                raise NotAnAnswer(f"type exactly: {question.phrase}")
            return (_confirmed(question, answer),)
        case "decide":
            return (_decided(run, question, answer),)
        case "hold":
            return _held(run, question, answer, now)
        case "undo_unknown" if answer.choice == "leave":
            return _left(question, answer)
        case "approval":
            return (_broken_glass(run, question, answer),)
    return (_confirmed(question, answer),)


def _allowed(question: Question, answer: Answer) -> None:
    if not question.choices:
        if answer.choice != "y":
            raise NotAnAnswer("that is not one of the answers")
        return
    choice = question.choice(answer.choice)
    if choice is None:
        names = ", ".join(each.name for each in question.choices)
        raise NotAnAnswer(f"'{answer.choice}' is not one of the answers: {names}")
    if choice.why_not:
        raise NotAnAnswer(choice.why_not)
    if choice.needs_reason and not answer.text.strip():
        raise NotAnAnswer("this needs a reason, in words")


def _confirmed(question: Question, answer: Answer, **more: str) -> Word:
    body = {"question": question.kind, "choice": answer.choice, "text": answer.text, **more}
    return Word("confirmed", body, question.key)


def _broken_glass(run: Run, question: Question, answer: Answer) -> Word:
    """For exactly what would be done now: a changed byte asks anew."""
    step = run.step(question.key.step)
    assert step is not None
    return say("approval.broken_glass", question.key, reason=answer.text, digest=digest_of(run, step))


def _decided(run: Run, question: Question, answer: Answer) -> Word:
    step = run.step(question.key.step)
    assert step is not None
    assert isinstance(step.action, Decide)
    option = next(each for each in step.action.options if each.label == answer.choice)
    return _confirmed(question, Answer(answer.choice, answer.choice), goto=option.goto)


def _left(question: Question, answer: Answer) -> tuple[Word, ...]:
    """An entry in doubt is left: held and resumed in one breath, so that the record says who chose it."""
    key = question.key
    return (
        say(
            "run.held",
            key,
            reason=question.text,
            kind="undo",
            step=key.step,
            visit=key.visit,
            attempt=key.attempt,
            phase=key.phase,
        ),
        say("run.resumed", key, choice="leave", reason=answer.text),
    )


def _held(run: Run, question: Question, answer: Answer, now: Instant) -> tuple[Word, ...]:
    key, why = question.key, answer.text
    resumed = say("run.resumed", key, choice=answer.choice, reason=why)
    one = run.execution(key) or Execution(key)
    match answer.choice:
        case "attest" if run.hold is not None and run.hold.kind == ELSEWHERE:
            return (resumed, _gone(one, why))
        case "attest" if key.phase is Phase.UNDO:
            return (resumed, _settled(one, StepState.SUCCEEDED, Effect.REVERTED, why))
        case "attest":
            effect = Effect.APPLIED if one.effect in STANDING else one.effect
            return (resumed, settle(one, StepState.SUCCEEDED, effect, f"{BY_HAND}{why}", "next"))
        case "skip":
            return (resumed, settle(one, StepState.SKIPPED, one.effect, f"left out: {why}", "next"))
        case "undo":
            return (resumed, undoing.planned(run, now, why or "one step", (key.step, key.visit)))
        case "undo-all":
            return (resumed, undoing.planned(run, now, why or question.text))
        case "abort":
            return (resumed, *undoing.aborted(run))
    return (resumed,)


def _gone(one: Execution, why: str) -> Word:
    """It has ended, and nobody knows how: whether it happened is found out next."""
    left = {"stands": "unknown"} if one.key.phase is Phase.UNDO else {"effect": Effect.UNKNOWN}
    reason = f"nothing of it runs any more, {BY_HAND}{why}"
    return say("exited", one.key, ok=False, ending="lost", reason=reason, **left)


def _settled(one: Execution, state: StepState, effect: Effect, why: str) -> Word:
    return say("settled", one.key, state=state, effect=effect, reason=f"{BY_HAND}{why}")
