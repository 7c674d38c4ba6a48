"""Evidence that a part of a runbook works: what was done, in which mode, how it came out, how long it took.

Evidence holds for one digest: whoever changes a step starts over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Instant, Seconds
from cockpit.core.runbook.actions import (
    Command,
    Decide,
    EndSilence,
    FlagLook,
    FlagSet,
    HttpCall,
    Probe,
    Silence,
)
from cockpit.core.runbook.holding import BY_HAND
from cockpit.core.runbook.model import Runbook, Step
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import Effect, Phase, StepState

SCHEMA: Final = "cockpit.evidence/v1"
EvidenceMode: TypeAlias = Literal["simulated", "sandbox", "live"]
Result: TypeAlias = Literal["succeeded", "failed", "unknown"]
UNDO: Final = "undo:"
SLACK: Final[Seconds] = 60.0
"""What captures and finding out may add to a command and its check."""


@dataclass(frozen=True, slots=True)
class Part:
    """What can be rehearsed by itself: a step, its undo, one branch of a decision."""

    id: str
    """`promote`, `undo:promote`, `choose=take the replica`."""
    step: str
    digest: str
    """Of the step it belongs to."""
    kind: Literal["step", "branch", "undo"] = "step"


@dataclass(frozen=True, slots=True)
class Evidence:
    runbook: str
    part: str
    digest: str
    at: Instant
    by: str
    mode: EvidenceMode
    result: Result = "succeeded"
    scenario: str = ""
    seconds: Seconds | None = None

    @property
    def proves(self) -> bool:
        """Done with the real argv; a simulation only walks."""
        return self.mode != "simulated"


def parts(runbook: Runbook) -> tuple[Part, ...]:
    """All that can be rehearsed of it, in the order of its steps."""
    return tuple(part for step in (*runbook.steps, *runbook.finally_) for part in _parts(step))


def _parts(step: Step) -> Iterator[Part]:
    yield Part(step.id, step.id, step.digest)
    if isinstance(step.action, Decide):
        for option in step.action.options:
            yield Part(f"{step.id}={option.label}", step.id, step.digest, "branch")
    if step.rollback is not None and step.rollback.action is not None:
        yield Part(f"{UNDO}{step.id}", step.id, step.digest, "undo")


def evidence_of(run: Run, mode: EvidenceMode, scenario: str = "") -> Iterator[Evidence]:
    """What a run is evidence of: each try that is settled, by its first operator."""
    for one in run.executions:
        yield from of_try(run, one, mode, run.operator, scenario)


def of_try(run: Run, one: Execution, mode: EvidenceMode, by: str, scenario: str = "") -> Iterator[Evidence]:
    """Of one try. One that was skipped, was true before we came, or left nothing to undo says nothing."""
    step = run.step(one.key.step)
    if step is None or one.settled_at is None or _was_not_done(one):
        return
    undoes = one.key.phase is Phase.UNDO
    if mode == "sandbox" and played_in_sandbox(step, undo=undoes):
        mode = "simulated"
    told = Evidence(
        run.runbook.id,
        f"{UNDO}{step.id}" if undoes else step.id,
        step.digest,
        one.settled_at,
        by,
        mode,
        "unknown" if mode != "simulated" and shows_nothing(run, one) else _result(one),
        scenario,
        _seconds(run, step, one),
    )
    yield told
    if isinstance(step.action, Decide) and (chosen := _chosen(one)):
        yield replace(told, part=f"{step.id}={chosen}", seconds=None)


def played_in_sandbox(step: Step, *, undo: bool = False) -> bool:
    """Whether it is only played there: it has no target, and would reach what everybody uses.

    A message is played as well, but changes nothing that would need a proof.
    """
    action = step.rollback.action if undo and step.rollback else step.action
    asks = action.ask if isinstance(action, Probe) else None
    played = isinstance(action, HttpCall | FlagSet | Silence | EndSilence)
    return played or isinstance(asks, HttpCall | FlagLook)


def _was_not_done(one: Execution) -> bool:
    nothing_left = one.key.phase is Phase.UNDO and one.exit is None and not _by_hand(one)
    return one.state is StepState.SKIPPED or one.effect is Effect.ALREADY or nothing_left


def shows_nothing(run: Run, one: Execution) -> bool:
    """Whether it took back a step of which nobody could tell that all was otherwise before it.

    Where it was so already, there and back are the same: an undo that does nothing looks like one that works.
    """
    worked = one.key.phase is Phase.UNDO and _result(one) == "succeeded"
    tries = run.tries(one.key.step, one.key.visit)
    return worked and any(each.looked in ("applied", "unknown") for each in tries)


def left_dirty(run: Run) -> bool:
    """Whether something was to be taken back, and its last try has not shown that it was."""
    last = {
        (one.key.step, one.key.visit): one
        for one in run.executions
        if one.key.phase is Phase.UNDO and one.settled and not _was_not_done(one)
    }
    return any(_result(one) != "succeeded" for one in last.values())


def _by_hand(one: Execution) -> bool:
    return one.reason.startswith(BY_HAND)


def _result(one: Execution) -> Result:
    """What a person vouched for has not shown that it works; nor has an undo that failed and left nothing."""
    match one.state:
        case StepState.SUCCEEDED if _by_hand(one):
            return "unknown"
        case StepState.SUCCEEDED if one.key.phase is Phase.UNDO and not (one.exit and one.exit.get("ok")):
            return "unknown"
        case StepState.SUCCEEDED:
            return "succeeded"
        case StepState.UNKNOWN | StepState.INCONCLUSIVE:
            return "unknown"
        case _:
            return "failed"


def _seconds(run: Run, step: Step, one: Execution) -> Seconds | None:
    """From its intent until it was seen to have worked; None where that would count hours without anybody.

    A step that only looks has no intent: it begins where the one before it was settled.
    """
    began, until = one.begun_at, one.settled_at
    if one.intent is None and one.exit is not None:
        began = None if one.key.attempt > 1 or one.asked else _settled_before(run, one)
    if began is None or until is None or until < began or (one.exit or {}).get("ending") == "lost":
        return None
    return until - began if until - began <= _longest(step) else None


def _settled_before(run: Run, one: Execution) -> Instant:
    known = run.executions[: run.executions.index(one)]
    return max((each.settled_at for each in known if each.settled_at is not None), default=run.started_at)


def _longest(step: Step) -> Seconds:
    """Beyond which the cockpit must have been away: a command found ended in the morning took no night."""
    if not isinstance(step.action, Command | HttpCall):
        return inf
    checked = step.verify.initial_delay + step.verify.within if step.verify else 0.0
    return step.timeout + step.kill_grace + checked + SLACK


def _chosen(one: Execution) -> str:
    """The label of the branch that was taken."""
    answer = one.confirmed.get("decide")
    return str(answer.get("text") or "") if isinstance(answer, Mapping) else ""
