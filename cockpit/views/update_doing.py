"""Parts of an update or a handover about people: what they do, think and decided, and what they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.flips import Flip, Story
from cockpit.core.incident.model import Incident, Note, Status
from cockpit.core.incident.rules import COMMANDER
from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import StepState
from cockpit.core.state import State
from cockpit.core.update_record import needs_somebody
from cockpit.text import join_names
from cockpit.views.update_parts import at, quoted
from cockpit.views.words_runs import RUN_STATES

LAST: Final = 3
"""Decisions that are told."""
WAITS: Final = {
    StepState.AWAITING_CONFIRM: "waits for a yes",
    StepState.AWAITING_APPROVAL: "waits for a second person",
}


def running(state: State) -> list[Run]:
    return [run for run in state.record.runs.values() if needs_somebody(run)]


def run_stands(run: Run) -> str:
    """ "held at Promote the standby: the answer was lost", "waits for a second person at ..."."""
    step = run.current
    where = f" at {step.title}" if step and run.undo is None else ""
    doubt = ", something may or may not have happened" if run.unknown else ""
    if run.hold:
        return f"held{where}: {run.hold.reason}{doubt}"
    one = run.execution(run.key)
    said = WAITS.get(one.state) if one else None
    return f"{said or RUN_STATES[run.state]}{where}{doubt}"


def waits(run: Run) -> bool:
    """For a person, as far as the record tells."""
    one = run.execution(run.key)
    return run.hold is not None or (one is not None and one.state in WAITS)


def switched(state: State) -> list[str]:
    """Kill switches that are moved or may be, oldest first."""
    return [_switched(story, flip) for story in state.record.flips.open() if (flip := _flip(story))]


def _flip(story: Story) -> Flip | None:
    return story.standing or story.last


def _switched(story: Story, flip: Flip) -> str:
    name = f"{flip.key}@{flip.env}" if flip.env else flip.key
    done = "killed" if flip.kind == "kill" else "moved"
    doubt = f"may or may not be {done}" if story.doubtful else done
    ends = f", to be put back by {at(flip.expires_at)}" if flip.expires_at is not None else ""
    return f"{name} {doubt} by {flip.actor} at {at(flip.at)}{ends}"


def decisions(incident: Incident) -> list[str]:
    """The last ones, newest last."""
    return [f"Decided by {_who(each)} at {at(each.at)}: {quoted(each.text)}" for each in _last(incident)]


def _last(incident: Incident) -> tuple[Note, ...]:
    return incident.of("decision")[-LAST:]


def _who(note: Note) -> str:
    return note.said_by or note.actor


def hypotheses(incident: Incident, *verdicts: str) -> list[str]:
    """ "Hypothesis 2 by leo, open: the pool is exhausted"."""
    return [
        f"Hypothesis {each.number} by {_who(each)}, {each.verdict or 'open'}: {quoted(each.text)}"
        for each in incident.of("hypothesis")
        if each.verdict in verdicts
    ]


# What is needed, and when


def needs(state: State, incident: Incident) -> Iterator[str]:
    free = [role for role in state.model.incident.roles if not incident.roles.get(role)]
    if COMMANDER in free:
        yield "Somebody in command (incident-commander)"
    if others := [role for role in free if role != COMMANDER]:
        yield f"Nobody has these roles: {join_names(others, 6)}"
    if offer := incident.pending_handover():
        yield f"{offer.by} hands it over to {offer.to or 'whoever takes it'}: not taken over yet"
    for run in running(state):
        if waits(run):
            yield f"{run.id} {run.runbook.title}: {run_stands(run)}"
    if debts := [each.title for each in state.record.obligations]:
        yield f"To clean up: {'; '.join(debts[:4])}{f' and {len(debts) - 4} more' if len(debts) > 4 else ''}"


def next_update(state: State, incident: Incident, status: Status, now: Instant) -> str:
    if status == "resolved":
        return "This is the last update."
    every = state.model.incident.every(incident.severity)
    if every is None:
        return "The time of the next update is not set yet."
    return f"Next update by {at(now + every)}."
