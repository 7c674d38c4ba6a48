"""Guided rollback: which effects can be taken back, newest start first, and one move after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cockpit.core.frozen import from_json, to_json
from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import FlagSet, Nested, Silence
from cockpit.core.runbook.debts import debts_left, debts_reverted
from cockpit.core.runbook.holding import held
from cockpit.core.runbook.model import Confirm, Reach, Rollback, Step
from cockpit.core.runbook.run import Entry, Execution, Key, Run, UndoPlan
from cockpit.core.runbook.states import Effect, Phase, RunState, StepState
from cockpit.core.runbook.words import Ask, Choice, Do, Move, Question, Record, Task, Word, say

# The plan


def planned(run: Run, now: Instant, why: str, only: tuple[str, int] | None = None) -> Word:
    """`undo.planned` for all that stands or may stand, or for `only` one visit."""
    chosen = entries(run, now)
    if only is not None:
        chosen = tuple(each for each in chosen if (each.step, each.visit) == only)
    key = Key("", 0, 0, Phase.UNDO)
    return say("planned", key, why=why, entries=to_json(chosen), all_of_it=only is None)


def entries(run: Run, now: Instant) -> tuple[Entry, ...]:
    """Newest start first; what cannot be taken back is listed with its reason."""
    return tuple(_entry(run, one, now) for one in run.standing())


def _entry(run: Run, one: Execution, now: Instant) -> Entry:
    step = run.step(one.key.step)
    name, visit = one.key.step, one.key.visit
    if step is None:
        return Entry(name, visit, name, False, "this step is not in the runbook")
    rollback = rollback_of(step, one)
    alternative = rollback.alternative if rollback else ""
    if reason := sealed_by(run, one):
        return Entry(name, visit, step.title, False, f"can no longer be undone: {reason}", alternative)
    if isinstance(step.action, Nested):
        return Entry(name, visit, step.title)
    if rollback is None or rollback.action is None:
        reason = (rollback.reason if rollback else "") or "it has no undo"
        return Entry(name, visit, step.title, False, reason, alternative)
    if expired(rollback, one, now):
        return Entry(name, visit, step.title, False, "the time to undo it is over", alternative)
    return Entry(name, visit, step.title)


def rollback_of(step: Step, one: Execution) -> Rollback | None:
    """The undo with its own arguments, as frozen at the intent."""
    frozen = one.intent.get("rollback") if one.intent else None
    if frozen is None:
        return step.rollback
    return from_json(Rollback, frozen)


def expired(rollback: Rollback, one: Execution, now: Instant) -> bool:
    if rollback.reversible_for is None or one.begun_at is None:
        return False
    return now > one.begun_at + rollback.reversible_for


def sealed_by(run: Run, one: Execution) -> str:
    """Why an effect is behind a point of no return; empty: it is not. Crossed at the intent."""
    for later in run.executions:
        step = run.step(later.key.step)
        point = step.point_of_no_return if step else None
        if point is None or later.intent is None or later.key.phase is Phase.UNDO:
            continue
        if later.effect in (Effect.NOT_APPLIED, Effect.NONE) or later is one:
            continue
        earlier = (one.begun_at or 0.0) < (later.begun_at or 0.0)
        if earlier and (point.seals is None or one.key.step in point.seals):
            return point.reason
    return ""


# One move after the other


def next_move(run: Run, plan: UndoPlan) -> Move:
    if plan.at >= len(plan.entries):
        return Record(_end(run, plan))
    entry = plan.entries[plan.at]
    forward = _forward(run, entry)
    step = run.step(entry.step)
    if forward is None or step is None:  # nothing stands any more, so there is nothing to take back
        one = Execution(Key(entry.step, entry.visit, 1, Phase.UNDO))
        return Record((_settle(one, StepState.SKIPPED, Effect.NOT_APPLIED, "nothing stands any more"),))
    return _entry_move(run, step, forward, _newest(run, entry))


def _forward(run: Run, entry: Entry) -> Execution | None:
    wanted = (entry.step, entry.visit)
    return next((one for one in run.standing() if (one.key.step, one.key.visit) == wanted), None)


def _newest(run: Run, entry: Entry) -> Execution:
    """The try that is under way; a new one behind one that was settled."""
    tries = list(run.tries(entry.step, entry.visit, Phase.UNDO))
    if tries and not tries[-1].settled:
        return tries[-1]
    return Execution(Key(entry.step, entry.visit, len(tries) + 1, Phase.UNDO))


def _entry_move(run: Run, step: Step, forward: Execution, one: Execution) -> Move:
    if one.exit is not None:
        return _after_exit(run, step, forward, one)
    if one.intent is not None:
        return Do(Task.RECOVER, one.key)
    if not one.looked:
        return Do(Task.LOOK_BACK, one.key)
    if one.looked == "not_applied" and forward.effect is not Effect.APPLIED:
        return Record((_settle(one, StepState.SKIPPED, Effect.NOT_APPLIED, "it never happened"),))
    if one.looked == "not_applied" and isinstance(step.action, Silence):
        return Record(_reverted(run, step, one, "it has come to its end, or somebody ended it"))
    if one.looked == "unknown" and forward.effect is not Effect.APPLIED:
        if "undo_unknown" not in one.confirmed:
            return Ask(_in_doubt(step, one.key))
    elif hold := _in_the_way(one):
        return Record((hold,))
    confirm = confirm_of(step, forward)
    if confirm.how != "none" and "confirm" not in one.confirmed:
        return Ask(_confirm(step, confirm, one.key))
    return Do(Task.BEGIN, one.key)


def _in_the_way(one: Execution) -> Word | None:
    """What the look back found that a person has to decide."""
    if one.looked == "not_applied" and "gone" not in one.confirmed:
        return held(one.key, "it does not stand any more: somebody has taken it back already", "gone")
    if one.looked in ("later", "unknown") and "later" not in one.confirmed:
        why = "somebody has written to the same target since" if one.looked == "later" else ""
        return held(one.key, why or "cannot be told whether it still stands", "later")
    return None


def confirm_of(step: Step, forward: Execution) -> Confirm:
    """Its own, else as the step: a key for a write, its name typed for what destroys."""
    rollback = rollback_of(step, forward)
    if rollback and rollback.confirm:
        return rollback.confirm
    return Confirm("type", step.id) if step.reach is Reach.DESTRUCTIVE else Confirm("key")


def _confirm(step: Step, confirm: Confirm, key: Key) -> Question:
    phrase = (confirm.phrase or step.id) if confirm.how == "type" else ""
    return Question("confirm", key, f"Take back: {step.title}?", phrase)


def _in_doubt(step: Step, key: Key) -> Question:
    choices = (
        Choice("undo", "Take it back all the same"),
        Choice("leave", "Leave it, go on with the others", needs_reason=True),
    )
    return Question("undo_unknown", key, f"{step.title} may or may not have happened", choices=choices)


def _after_exit(run: Run, step: Step, forward: Execution, one: Execution) -> Move:
    assert one.exit is not None
    rollback = rollback_of(step, forward)
    if not one.exit.get("ok"):
        return _after_failure(run, step, one)
    if rollback and rollback.verify and one.verified is None:
        return Do(Task.VERIFY, one.key)
    verdict = one.verified.get("verdict") if one.verified else "succeeded"
    if verdict == "succeeded":
        return Record(_reverted(run, step, one))
    state = StepState.FAILED if verdict == "failed" else StepState.INCONCLUSIVE
    reason = "the undo ran, and the check does not see that it is undone"
    return Record((_settle(one, state, Effect.UNKNOWN, reason), held(one.key, reason, "undo")))


def _after_failure(run: Run, step: Step, one: Execution) -> Move:
    """The command failed; whether our effect still stands is found out as after the step itself."""
    assert one.exit is not None
    stands = str(one.exit.get("stands", "unknown"))
    reconcilable = step.reconcile is not None or isinstance(step.action, FlagSet | Silence)
    if stands == "unknown" and reconcilable and not one.reconciled:
        return Do(Task.RECONCILE, one.key)
    match one.reconciled or stands:
        case "not_applied":
            return Record(_reverted(run, step, one))
        case "applied":
            reason = str(one.exit.get("reason") or "") or "the undo failed: it still stands"
            words = _settle(one, StepState.FAILED, Effect.APPLIED, reason)
        case _:
            reason = "the undo may or may not have happened"
            words = _settle(one, StepState.UNKNOWN, Effect.UNKNOWN, reason)
    return Record((words, held(one.key, reason, "undo")))


def _reverted(run: Run, step: Step, one: Execution, why: str = "") -> tuple[Word, ...]:
    return (
        _settle(one, StepState.SUCCEEDED, Effect.REVERTED, why),
        *debts_reverted(run, step, one.key),
    )


def _settle(one: Execution, state: StepState, effect: Effect, reason: str) -> Word:
    return say("settled", one.key, state=state, effect=effect, reason=reason)


# The end


def _end(run: Run, plan: UndoPlan) -> tuple[Word, ...]:
    if not plan.all_of_it:
        last = plan.entries[-1] if plan.entries else Entry(run.at_step, run.visit)
        key = Key(last.step, last.visit, max(1, _attempts(run, last)))
        return (held(key, "taken back; how does it go on?", "undone"),)
    if run.runbook.finally_:
        return (say("run.finishing", after="rollback"),)
    return finished(run)


def _attempts(run: Run, entry: Entry) -> int:
    return max((one.key.attempt for one in run.tries(entry.step, entry.visit)), default=1)


def finished(run: Run) -> tuple[Word, ...]:
    """How a rollback ends: complete only when nothing stands any more."""
    left = run.standing()
    undone = any(one.effect is Effect.REVERTED for one in run.executions)
    verdict = "complete" if not left else "partial" if undone else "failed"
    state = RunState.ROLLED_BACK_PARTIAL if left else RunState.ROLLED_BACK
    return (*debts_left(run), say("run.finished", state=state, forward=_forward_word(run), rollback=verdict))


def aborted(run: Run) -> tuple[Word, ...]:
    """A person stops here; what stands becomes somebody's to clean up."""
    dirty = bool(run.standing())
    state = RunState.ABORTED_DIRTY if dirty else RunState.ABORTED
    rollback = "partial" if run.undo and any(_reverted_ones(run.executions)) else None
    return (*debts_left(run), say("run.finished", state=state, forward="aborted", rollback=rollback))


def _reverted_ones(executions: Iterable[Execution]) -> Iterator[bool]:
    return (one.effect is Effect.REVERTED for one in executions)


def _forward_word(run: Run) -> str:
    if run.forward:  # it had ended before somebody took it back
        return run.forward
    failed = any(
        one.state in (StepState.FAILED, StepState.TIMED_OUT, StepState.UNKNOWN, StepState.INCONCLUSIVE)
        for one in run.executions
        if one.key.phase is not Phase.UNDO
    )
    return "failed" if failed else "aborted"
