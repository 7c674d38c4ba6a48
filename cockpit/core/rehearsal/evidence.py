"""Evidence that a part of a runbook works: what was done, in which mode, how it came out, how long it took.

Evidence holds for one digest: whoever changes a step starts over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Instant, Seconds
from cockpit.core.runbook.actions import Decide
from cockpit.core.runbook.model import Runbook, Step
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import Effect, Phase, StepState

SCHEMA: Final = "cockpit.evidence/v1"
EvidenceMode: TypeAlias = Literal["simulated", "sandbox", "live"]
Result: TypeAlias = Literal["succeeded", "failed", "unknown"]
UNDO: Final = "undo:"


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
    """What a run is evidence of: each try that is settled, by its first operator.

    A step that was skipped, or was true before we came, proves nothing of itself.
    """
    for one in run.executions:
        step = run.step(one.key.step)
        if step is None or not one.settled or _was_not_done(one):
            continue
        part = f"{UNDO}{step.id}" if one.key.phase is Phase.UNDO else step.id
        seconds = one.settled_at - one.begun_at if one.settled_at and one.begun_at else None
        told = Evidence(
            run.runbook.id,
            part,
            step.digest,
            one.settled_at or run.started_at,
            run.operator,
            mode,
            _result(one),
            scenario,
            seconds,
        )
        yield told
        if isinstance(step.action, Decide) and (chosen := run.answers.get(step.id)):
            yield replace(told, part=f"{step.id}={chosen}", seconds=None)


def _was_not_done(one: Execution) -> bool:
    return one.state is StepState.SKIPPED or one.effect is Effect.ALREADY


def _result(one: Execution) -> Result:
    match one.state:
        case StepState.SUCCEEDED:
            return "succeeded"
        case StepState.UNKNOWN | StepState.INCONCLUSIVE:
            return "unknown"
        case _:
            return "failed"
