"""What people did about it: runs with their steps, what became of each, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cockpit.core.incident.model import Incident
from cockpit.core.levels import Instant
from cockpit.core.runbook.approvals import Glass, broken
from cockpit.core.runbook.model import Reach
from cockpit.core.runbook.run import Entry, Execution, Run
from cockpit.core.runbook.states import STANDING, Effect, Phase, StepState
from cockpit.views.words_runs import EFFECTS, RUN_STATES, STEP_STATES

CHECKED: Mapping[str, str] = {
    "succeeded": "checked: it helped",
    "failed": "checked: it did not help",
    "inconclusive": "the check could not see",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of a run as it came out."""

    title: str
    at: Instant | None
    state: str
    effect: str
    """What is true in the world because of it, as far as anybody knows."""
    checked: str
    """Empty for what only looks."""
    why: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """A run, with the runs it had inside."""

    id: str
    title: str
    by: str
    on: str
    started_at: Instant
    ended_at: Instant | None
    outcome: str
    deeds: tuple[Deed, ...]
    back: tuple[Deed, ...]
    """What was taken back, in that order."""
    stays: tuple[str, ...] = ()
    """What could not be taken back or was left on purpose, and why."""
    doubtful: bool = False
    parent: str = ""
    broken_glass: tuple[Glass, ...] = ()
    """Steps that were taken without the second person they wanted."""


def tries(runs: Mapping[str, Run], incident: Incident, until: Instant) -> tuple[Try, ...]:
    """Every run of the incident or begun during it, oldest first; children behind their parents."""
    mine = sorted(_of(runs.values(), incident, until), key=lambda run: (run.started_at, run.id))
    return tuple(_try(run) for run in mine)


def _of(runs: Iterable[Run], incident: Incident, until: Instant) -> Iterator[Run]:
    told = {each.subject for each in incident.story if each.kind == "run"}
    for run in runs:
        during = incident.began_at <= run.started_at <= until and not run.incident
        if run.incident == incident.id or run.id in told or during:
            yield run


def _try(run: Run) -> Try:
    done = [one for one in run.executions if one.settled or one.intent is not None]
    return Try(
        run.id,
        run.runbook.title,
        run.operator,
        run.target,
        run.started_at,
        run.ended_at,
        RUN_STATES[run.state],
        tuple(_deed(run, one) for one in done if one.key.phase is Phase.DO),
        tuple(_deed(run, one) for one in done if one.key.phase is Phase.UNDO),
        tuple(_stays(run)),
        run.unknown,
        run.parent,
        broken(run),
    )


def _deed(run: Run, one: Execution) -> Deed:
    step = run.step(one.key.step)
    title = step.title if step else one.key.step
    if one.key.attempt > 1:
        title = f"{title} (try {one.key.attempt})"
    reads = step is not None and step.reach is Reach.READ
    state = one.state if one.settled else StepState.UNKNOWN
    effect = "" if reads or one.effect is Effect.NONE else EFFECTS[one.effect]
    return Deed(
        title,
        one.begun_at if one.begun_at is not None else one.settled_at,
        STEP_STATES[state],
        effect,
        _checked(one, reads),
        one.reason,
        one.effect in (Effect.UNKNOWN, Effect.INTENDED),
    )


def _checked(one: Execution, reads: bool) -> str:
    if one.verified:
        return CHECKED.get(str(one.verified.get("verdict")), CHECKED["inconclusive"])
    return "" if reads or one.effect not in STANDING else "not checked"


def _stays(run: Run) -> Iterator[str]:
    """Of a rollback that was tried: what it could not take back."""
    if run.undo is None:
        return
    left = set(run.undo.left)
    for entry in run.undo.entries:
        if not entry.can or (entry.step, entry.visit) in left:
            yield _reason(entry)


def _reason(entry: Entry) -> str:
    why = entry.reason or "left as it is"
    instead = f"; instead: {entry.alternative}" if entry.alternative else ""
    return f"{entry.title or entry.step}: {why}{instead}"
