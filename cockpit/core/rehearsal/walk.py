"""All parts of one runbook, walked: how each came out, over as many passes as that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Seconds
from cockpit.core.rehearsal.debrief import Drill
from cockpit.core.rehearsal.evidence import Evidence, Part, evidence_of, left_dirty, parts, shows_nothing
from cockpit.core.rehearsal.expecting import Performed
from cockpit.core.runbook.model import Runbook
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import BROKEN, Phase, StepState

NOT_NOW: Final = "not now"
PLAYED: Final = "simulated: only commands are real here"
ALREADY: Final = "nobody could tell that it was not so before the step; put the sandbox back, and again"
DIRTY: Final = "it was never reached: what was to be taken back was not, so nothing more was begun"
Walked: TypeAlias = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class PartWalked:
    """`skipped`: its own condition kept it from being taken, or it is sealed; nothing went wrong."""

    part: Part
    outcome: Walked
    seconds: Seconds | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    drill: Drill
    runbook: Runbook
    passes: tuple[Performed, ...]
    parts: tuple[PartWalked, ...]
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)

    @property
    def passed(self) -> bool:
        return not any(each.outcome == "failed" for each in self.parts)


def walked(drill: Drill, runbook: Runbook, passes: Sequence[Performed], refused: Iterable[str] = ()) -> Walk:
    """`refused`: why it was not even begun, where it was not."""
    runs = [run for each in passes for run in each.runs]
    evidence = tuple(each for run in runs for each in evidence_of(run, drill.mode, drill.scenario))
    why = next(iter(refused), "")
    mine = [run for run in runs if run.runbook.id == runbook.id]
    real = drill.mode != "simulated"
    found = tuple(_part(each, evidence, mine, why, real) for each in parts(runbook))
    return Walk(drill, runbook, tuple(passes), found, evidence)


def _part(
    part: Part, evidence: Sequence[Evidence], runs: Sequence[Run], refused: str, real: bool
) -> PartWalked:
    """The best of its tries counts: that a step can fail is part of many drills."""
    told = [each for each in evidence if each.part == part.id and each.runbook and _of(each, runs)]
    done = next((each for each in told if each.result == "succeeded"), None)
    if done is not None:
        return PartWalked(part, "passed", done.seconds, PLAYED if real and not done.proves else "")
    if told:
        why = _reason(part, runs) or _nothing(part, runs) or told[-1].result
        return PartWalked(part, "failed", told[-1].seconds, why)
    reasons = list(_left_out(part, runs))
    if reasons:
        return PartWalked(part, "skipped", why=reasons[0])
    dirty = DIRTY if real and any(map(left_dirty, runs)) else "it was never reached"
    return PartWalked(part, "failed", why=refused or dirty)


def _of(evidence: Evidence, runs: Sequence[Run]) -> bool:
    return any(run.runbook.id == evidence.runbook for run in runs)


def _reason(part: Part, runs: Sequence[Run]) -> str:
    phase = Phase.UNDO if part.kind == "undo" else Phase.DO
    found = [
        one.reason
        for run in runs
        for one in run.executions
        if one.key.step == part.step and one.key.phase is phase and one.state in BROKEN and one.reason
    ]
    return found[-1] if found else ""


def _nothing(part: Part, runs: Sequence[Run]) -> str:
    undone = ((run, one) for run in runs for one in run.executions if one.key.step == part.step)
    return ALREADY if part.kind == "undo" and any(shows_nothing(run, one) for run, one in undone) else ""


def _by_itself(one: Execution) -> bool:
    """Its own `when` kept it from being taken; what a person left out is another matter."""
    return one.state is StepState.SKIPPED and one.reason.startswith(NOT_NOW)


def _left_out(part: Part, runs: Sequence[Run]) -> Iterator[str]:
    """Why nothing could be made of it, by the runs themselves."""
    for run in runs:
        if part.kind == "undo" and run.undo is not None:
            yield from (each.reason for each in run.undo.entries if each.step == part.step and not each.can)
        for one in run.executions:
            if one.key.step == part.step and part.kind == "step" and _by_itself(one):
                yield one.reason
