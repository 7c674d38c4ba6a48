"""What comes next in a run: a pure function of what is on record, so that it is the same after any crash."""

from __future__ import annotations

from cockpit.core.runbook import undoing
from cockpit.core.runbook.actions import Decide, FlagSet, Manual, Notify, Probe, Silence, Wait
from cockpit.core.runbook.approvals import lacks
from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.debts import debts_of, debts_of_finally
from cockpit.core.runbook.holding import held, hold_question
from cockpit.core.runbook.model import Reach, Step
from cockpit.core.runbook.names import names
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import STANDING, Effect, RunState, StepState
from cockpit.core.runbook.words import (
    Ask,
    Choice,
    Do,
    Move,
    Over,
    Question,
    Record,
    Task,
    Word,
    say,
)


def next_move(run: Run) -> Move:
    """Silence is no answer: while there is a question, this stays the same."""
    if run.final:
        return Over()
    if run.hold is not None:
        return Ask(hold_question(run, run.hold))
    if run.undo is not None and run.finishing != "rollback":
        return undoing.next_move(run, run.undo)
    step = run.current
    if step is None:
        return Record(_end(run))
    return _in_step(run, step, run.execution(run.key))


def _end(run: Run) -> tuple[Word, ...]:
    """Behind the last step: `finally` once, then it is over."""
    if run.finishing == "rollback":
        return undoing.finished(run)
    if not run.finishing and run.runbook.finally_:
        return (say("run.finishing", after="forward"),)
    debt = bool(run.debts)
    state = RunState.COMPLETED_WITH_DEBT if debt else RunState.COMPLETED
    return (say("run.finished", state=state, forward=str(state), rollback=None),)


def _in_step(run: Run, step: Step, one: Execution | None) -> Move:
    one = one or Execution(run.key)
    if one.settled:  # it led to a hold, else control would have gone on
        return Record((_held(one, one.reason, kind="settled"),))
    if one.exit is not None:
        return _after_exit(run, step, one)
    if one.intent is not None:
        return Do(Task.RECOVER, one.key)
    return _before(run, step, one) or _start(run, step, one)


def _before(run: Run, step: Step, one: Execution) -> Move | None:
    """All that has to be so before anything is begun; None: nothing stands against it."""
    key = one.key
    if move := _entry(run, step, one):
        return move
    if step.reach is not Reach.READ and (move := _looked(run, step, one)):
        return move
    if step.confirm.how != "none" and "confirm" not in one.confirmed:
        return Ask(_confirm(step, key))
    if not lacks(run, step, one):
        return None
    if one.turned_down:
        return Record((_held(one, one.turned_down, kind="approval"),))
    return Ask(_approval(step, key))


def _entry(run: Run, step: Step, one: Execution) -> Move | None:
    """Whether the step is to be taken at all."""
    if step.max_visits is not None and one.key.visit > step.max_visits and "visits" not in one.confirmed:
        text = f"it has been visited {step.max_visits} times"
        return Record((_held(one, text, kind="visits"),))
    if not step.when or "when" in one.confirmed:
        return None
    wanted = evaluate(step.when, names(run))
    if wanted is None:
        return Record((_held(one, f"cannot tell whether it applies: {step.when}", kind="when"),))
    return None if wanted else Record((say("skipped", one.key, why=f"not now: {step.when}"),))


def _looked(run: Run, step: Step, one: Execution) -> Move | None:
    """`before` captures, then the look: what feeds the undo must not be what we made ourselves."""
    key = one.key
    if one.uncaptured and "capture" not in one.confirmed:
        failed = ", ".join(f"{name} ({why})" for name, why in sorted(one.uncaptured.items()))
        return Record((_held(one, f"what an undo would need could not be read: {failed}", kind="capture"),))
    if needs_captures(step) and run.visited(key) is None and "capture" not in one.confirmed:
        return Do(Task.CAPTURE_BEFORE, key)
    if can_reconcile(step) and not isinstance(step.action, Silence) and not one.looked:
        return Do(Task.LOOK, key)
    if one.looked == "applied" and "already" not in one.confirmed:
        return Ask(_already(step, key))
    answer = one.confirmed.get("already")
    if isinstance(answer, dict) and answer.get("choice") == "skip":
        return Record((settle(one, StepState.SKIPPED, Effect.ALREADY, "true before we came", "next"),))
    return None


def needs_captures(step: Step) -> bool:
    before = any(capture.when == "before" for capture in step.captures)
    return before or (step.verify is not None and step.verify.baseline != "")


def can_reconcile(step: Step) -> bool:
    """A flag is read back by its own means, a silence is found by what is written on it."""
    return isinstance(step.action, FlagSet | Silence) or step.reconcile is not None


def _start(run: Run, step: Step, one: Execution) -> Move:
    match step.action:
        case Decide():
            if "decide" in one.confirmed:
                goto = str(one.confirmed["decide"].get("goto", ""))  # type: ignore[union-attr]
                return _success(run, step, one, f"goto:{goto}" if goto else "next")
            return Ask(_decide(run, step, one.key))
        case Manual():
            if "manual" in one.confirmed:
                return _success(run, step, one)
            return Ask(_manual(step, one.key))
        case Probe() | Wait():
            return Do(Task.READ, one.key)
    return Do(Task.READ if step.reach is Reach.READ else Task.BEGIN, one.key)


# Questions


def _confirm(step: Step, key: Key) -> Question:
    phrase = (step.confirm.phrase or step.id) if step.confirm.how == "type" else ""
    return Question("confirm", key, f"{step.title}?", phrase)


def _approval(step: Step, key: Key) -> Question:
    choices = (
        Choice("break-glass", "Go on without a second person; it will be asked why", needs_reason=True),
    )
    return Question("approval", key, f"{step.title}: a second person has to approve it", choices=choices)


def _already(step: Step, key: Key) -> Question:
    choices = (
        Choice("skip", "It is so already: leave it, and never undo it", preselected=True),
        Choice("do", "Do it anyway"),
    )
    return Question("already", key, f"{step.title}: it looks as if this were so already", choices=choices)


def _decide(run: Run, step: Step, key: Key) -> Question:
    assert isinstance(step.action, Decide)
    known = names(run)
    choices = tuple(
        Choice(each.label, each.label, preselected=bool(each.when) and evaluate(each.when, known) is True)
        for each in step.action.options
    )
    return Question("decide", key, step.title, choices=choices)


def _manual(step: Step, key: Key) -> Question:
    assert isinstance(step.action, Manual)
    asks = step.action.answer or step.action.evidence
    return Question("manual", key, asks or "Done?", choices=(Choice("y", "Done", needs_reason=bool(asks)),))


# After the end of the action


def _after_exit(run: Run, step: Step, one: Execution) -> Move:
    assert one.exit is not None
    ended = str(one.exit.get("ending", ""))
    if one.exit.get("ok") or (ended == "lost" and one.effect is Effect.APPLIED):
        return _after_success(run, step, one)
    if one.effect is Effect.UNKNOWN and not one.reconciled and can_reconcile(step):
        return Do(Task.RECONCILE, one.key)
    return _unsuccessful(run, step, one, _state(one, ended), str(one.exit.get("reason", "")) or _ended(one))


def _state(one: Execution, ended: str) -> StepState:
    match ended:
        case "timed_out":
            return StepState.TIMED_OUT
        case "interrupted":
            return StepState.CANCELLED
        case "inconclusive":
            return StepState.INCONCLUSIVE
        case "lost" if one.effect is Effect.UNKNOWN:
            return StepState.UNKNOWN
    return StepState.FAILED


def _unsuccessful(run: Run, step: Step, one: Execution, state: StepState, reason: str) -> Record:
    settled = settle(one, state, one.effect, reason, leads_to(run, step, one, state))
    if not run.finishing:
        return Record((settled,))
    return Record((settled, *debts_of_finally(step, one, state, reason)))


def _ended(one: Execution) -> str:
    assert one.exit is not None
    code = one.exit.get("code")
    return "it failed" if code is None else f"it ended with {code}"


def _after_success(run: Run, step: Step, one: Execution) -> Move:
    if any(capture.when == "after" for capture in step.captures) and not one.captured_after:
        return Do(Task.CAPTURE_AFTER, one.key)
    if step.verify is None:
        return _success(run, step, one)
    if one.verified is None:
        return Do(Task.VERIFY, one.key)
    match one.verified.get("verdict"):
        case "succeeded":
            return _success(run, step, one)
        case "failed":
            state, reason = StepState.FAILED, "the check says that it did not help"
        case _:
            state, reason = StepState.INCONCLUSIVE, "the check could not see"
    return _unsuccessful(run, step, one, state, str(one.verified.get("reason") or reason))


def _success(run: Run, step: Step, one: Execution, onward: str = "next") -> Move:
    words = (settle(one, StepState.SUCCEEDED, one.effect, "", onward), *debts_of(run, step, one.key))
    return Record(words)


def leads_to(run: Run, step: Step, one: Execution, state: StepState) -> str:
    """Where an unsuccessful end leads: only what is safe to repeat is tried again."""
    if run.finishing:
        return "continue"
    if may_repeat(step, one) and one.key.attempt < step.attempts and state is not StepState.CANCELLED:
        return "retry"
    match state:
        case StepState.FAILED:
            return step.on_failure
        case StepState.TIMED_OUT:
            return step.on_timeout
        case StepState.INCONCLUSIVE:
            return step.on_inconclusive
    return "hold"


def may_repeat(step: Step, one: Execution) -> bool:
    """It only reads, says of itself that repeating is harmless, or surely left nothing behind."""
    if step.reach is Reach.READ or step.idempotent:
        return True
    return one.effect not in STANDING and not isinstance(step.action, Notify)


def settle(one: Execution, state: StepState, effect: Effect, reason: str, onward: str) -> Word:
    return say("settled", one.key, state=state, effect=effect, reason=reason, next=onward)


def _held(one: Execution, reason: str, kind: str) -> Word:
    return held(one.key, reason, kind, proposed=reason if one.next == "propose_rollback" else "")
