"""A run that is held: what a person may choose, in plain words, and why something may not be."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.runbook.model import Reach, Step
from cockpit.core.runbook.run import Execution, Hold, Key, Run
from cockpit.core.runbook.states import STANDING, Effect, Phase
from cockpit.core.runbook.words import Choice, Question, Word, say

OVERRIDES = {
    "capture": "Go on without the way back",
    "guard": "Go on although it cannot be checked",
    "precondition": "Go on although it cannot be checked",
    "when": "Take the step",
    "foreign": "Do it although it may have happened",
    "visits": "Once more",
    "gone": "Undo it anyway",
    "later": "Undo it although somebody has written since",
}
"""Holds that a typed reason overrides, and what that means."""
ELSEWHERE = "elsewhere"
"""The kind of a hold in which a command may still be running where nobody here can see it."""
TAKEN_OVER = "taken-over"
"""How a run is resumed that somebody else looked after: nothing is answered by it."""
BY_HAND = "checked by hand: "
"""What the reason of a step begins with that a person vouched for, and no check."""
REPEATED = "nobody knows whether it happened, and it must not happen twice"


def held(key: Key, reason: str, kind: str, proposed: str = "") -> Word:
    return say(
        "run.held",
        key,
        reason=reason,
        kind=kind,
        step=key.step,
        visit=key.visit,
        attempt=key.attempt,
        phase=key.phase,
        proposed=proposed,
    )


def hold_question(run: Run, hold: Hold) -> Question:
    key = Key(hold.step, hold.visit, hold.attempt, hold.phase)
    step = run.step(hold.step)
    if hold.kind == ELSEWHERE:
        return Question("hold", key, hold.reason, choices=_elsewhere())
    choices = _undo_choices(run, hold, key) if hold.phase is Phase.UNDO else _choices(run, hold, step, key)
    return Question("hold", key, hold.reason, choices=tuple(choices))


def _elsewhere() -> tuple[Choice, ...]:
    """Neither again nor back while it may be under way; what follows is asked once it surely is not."""
    return (
        Choice("wait", "Wait: its cockpit reports when it runs again there; look now whether it has"),
        Choice("attest", "I made sure that nothing of it runs there any more", needs_reason=True),
    )


def _choices(run: Run, hold: Hold, step: Step | None, key: Key) -> Iterator[Choice]:
    one = run.execution(key)
    stands = [each.key.step for each in run.standing()]
    if hold.kind in OVERRIDES:
        yield Choice("override", OVERRIDES[hold.kind], needs_reason=True)
    if step is not None:
        again = "Ask once more" if hold.kind == "approval" else "Try again"
        yield Choice("retry", again, why_not=why_no_retry(run, step, one))
        if one is not None and (one.settled or one.intent is not None):
            yield Choice("attest", "I checked it myself: it is as it should be", needs_reason=True)
        yield Choice("skip", "Leave this step out", needs_reason=True)
        if step.id in stands:
            yield Choice("undo", "Take this step back")
    if stands:
        yield Choice("undo-all", "Take everything back", preselected=bool(run.proposed))
    yield Choice("abort", "Stop here, leave everything as it is")


def why_no_retry(run: Run, step: Step, one: Execution | None) -> str:
    """Why another try is refused; empty: it may be tried again."""
    if one is None or one.intent is None or step.reach is Reach.READ or step.idempotent:
        return ""
    doubtful = [each for each in run.tries(one.key.step, one.key.visit) if each.effect in STANDING]
    if not doubtful:
        return ""
    if any(each.effect is not Effect.APPLIED for each in doubtful):
        return REPEATED
    return "it has happened; doing it again would make it happen twice"


def _undo_choices(run: Run, hold: Hold, key: Key) -> Iterator[Choice]:
    if hold.kind in OVERRIDES:
        yield Choice("override", OVERRIDES[hold.kind], needs_reason=True)
    last = run.execution(key)
    doubtful = last is not None and last.intent is not None and last.effect is Effect.UNKNOWN
    yield Choice("retry", "Try to take it back again", why_not=REPEATED if doubtful else "")
    yield Choice("attest", "I checked it myself: it is taken back", needs_reason=True)
    yield Choice("leave", "Leave this one in place, go on with the others", needs_reason=True)
    yield Choice("abort", "Stop here, leave the rest as it is")
