"""Did it help? Evaluations one after the other, until a streak, a failure, or the time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from cockpit.core.levels import Instant, Seconds
from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.model import Check, Verify

Verdict: TypeAlias = Literal["success", "failure", "neither", "no data"]
Looked: TypeAlias = Mapping[str, object]
"""What one check has brought, by the names of its condition: `value`, `age`, `stdout`, ..."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A verification under way, or at its end once `verdict` is set."""

    streak: int = 0
    evaluations: int = 0
    last: tuple[Looked, ...] = ()
    trail: tuple[tuple[object, ...], ...] = ()
    """The values of the last evaluations, oldest first, for people."""
    verdict: Literal["", "succeeded", "failed", "inconclusive"] = ""
    reason: str = ""


TRAIL = 12


def judged(checks: Sequence[Check], looked: Sequence[Looked], names: Mapping[str, object]) -> Verdict:
    """All checks in one evaluation: failure beats no data, and success needs every one of them."""
    verdicts = [_one(check, {**names, **brought}) for check, brought in zip(checks, looked, strict=True)]
    if "failure" in verdicts:
        return "failure"
    if "no data" in verdicts:
        return "no data"
    return "success" if all(verdict == "success" for verdict in verdicts) else "neither"


def _one(check: Check, names: Mapping[str, object]) -> Verdict:
    if check.failure and evaluate(check.failure, names) is True:
        return "failure"
    match evaluate(check.success, names):
        case True:
            return "success"
        case None:
            return "no data"
        case _:
            return "neither"


def further(verify: Verify, progress: Progress, verdict: Verdict, looked: Sequence[Looked]) -> Progress:
    """One evaluation more. Unknown is neither: it breaks the streak unless the author says otherwise."""
    if verdict == "no data" and verify.on_no_data == "success":
        verdict = "success"
    if verdict == "no data" and verify.on_no_data == "failure":
        verdict = "failure"
    streak = progress.streak + 1 if verdict == "success" else 0
    values = tuple(each.get("value", each.get("exit_code")) for each in looked)
    progress = replace(
        progress,
        streak=streak,
        evaluations=progress.evaluations + 1,
        last=tuple(looked),
        trail=(*progress.trail, values)[-TRAIL:],
    )
    if verdict == "failure":
        return replace(progress, verdict="failed", reason="its failure condition holds")
    return replace(progress, verdict="succeeded") if streak >= verify.streak else progress


def over(progress: Progress, verdict: Verdict | None) -> Progress:
    """Time is up before the streak was full: that proves nothing, and says so."""
    match verdict:
        case "neither":
            why = "it did not get there in time"
        case "success":
            why = "it was good, but not for long enough"
        case _:
            why = "the check could not see anything"
    return replace(progress, verdict="inconclusive", reason=why)


def counts(age: Seconds | None, at: Instant | None, now: Instant, since: Instant) -> bool:
    """Whether a sample was taken after the step; where nobody says when, it is taken as new."""
    if at is not None:
        return at >= since
    return age is None or now - age >= since
