"""A run that another cockpit looks after, or did: who, what it waits for, and when it may be taken over."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import Question
from cockpit.core.state import State
from cockpit.core.team import Held
from cockpit.text import age, clock
from cockpit.views.asking import Asking, Option
from cockpit.views.company import gone, holder, is_team, left, where
from cockpit.views.lines import Line, Span, Tone, line, text_of
from cockpit.views.words_runs import STEP_STATES

AWAY = "The record is away: nobody can tell who has it, and nothing can be taken over."
FREE = "Nobody looks after it."
FREE_HERE = "Nobody here looks after it."
OFFERED = "Enter takes it up; U takes back what stands."


def told(state: State, run: Run, question: Question | None, now: Instant) -> Iterator[Line]:
    """`question`: what the run waits for, whoever may answer it."""
    if held := holder(state, run):
        yield Span(f"{held.actor} on {where(state, held)}", Tone.STRONG), Span(" has it; you watch.")
        if question is not None:
            yield Span(f"Waits for {held.actor}: ", Tone.DIM), Span(question.text)
        yield line(f"While that cockpit lives nobody can take it over ({_left(state, held, now)}).", Tone.DIM)
    elif lost := gone(state, run):
        offered = "" if state.readonly else " Enter takes it over."
        yield line(f"{_silent(state, lost)}{offered}", Tone.WARNING)
        yield from doubts(run)
    elif is_team(state) and state.picture.company is None:
        yield line(AWAY, Tone.WARNING)
    else:
        free = FREE if is_team(state) else FREE_HERE
        yield line(free if state.readonly else f"{free} {OFFERED}", Tone.WARNING)


def _left(state: State, held: Held, now: Instant) -> str:
    return f"its hold lasts {age(left(state, held, now) + 0.999)}"


def _silent(state: State, lost: Held) -> str:
    return f"{lost.actor} on {where(state, lost)} had it, silent since {clock(lost.until)} UTC."


def refused(state: State, run: Run, now: Instant) -> str:
    """Why a key that changes a run does nothing, in one line; empty: it is ours, or may be taken up."""
    live = state.picture.live.get(run.id)
    if run.final or (live is not None and live.ours):
        return ""
    if held := holder(state, run):
        lasts = _left(state, held, now)
        return f"{held.actor} on {where(state, held)} has it, and you only watch ({lasts})"
    if is_team(state) and state.picture.company is None:
        return "the record is away: nobody can tell who has it"
    return ""


def last_step(run: Run) -> Line:
    """What was done last by whoever had it."""
    one = max(run.executions, key=lambda each: each.settled_at or each.begun_at or 0.0, default=None)
    if one is None:
        return line("Nothing of it was begun.")
    at = one.settled_at or one.begun_at
    verb = "Taking back " if one.key.phase is Phase.UNDO else ""
    return (
        Span("Last step: ", Tone.DIM),
        Span(f"{verb}{_title(run, one)}", Tone.STRONG),
        Span(f", {STEP_STATES[one.state]}{f' ({clock(at)} UTC)' if at else ''}"),
    )


def doubts(run: Run) -> Iterator[Line]:
    """Commands whose end nobody has put on record."""
    for one in run.executions:
        action = one.intent.get("action") if one.intent and one.exit is None else None
        if isinstance(action, dict) and action.get("is") == Command.__name__ and one.intent:
            host = one.intent.get("host") or "its machine"
            yield line(f"“{_title(run, one)}” may still be running on {host}.", Tone.WARNING)


def before_us(run: Run, actor: str) -> list[str]:
    """For a command that takes a run up, in lines: who had it and did what last; nothing of one's own."""
    if run.final or run.hands in ("", actor):
        return []
    return [f"{run.id} was in the hands of {run.hands}.", *map(text_of, (last_step(run), *doubts(run)))]


def _title(run: Run, one: Execution) -> str:
    step = run.step(one.key.step)
    return step.title if step else one.key.step


def taking_over(state: State, run: Run, active: Run, lost: Held) -> Asking:
    """`active`: the run itself, or the child that it waits for."""
    told = (
        line(_silent(state, lost)),
        last_step(active),
        *doubts(active),
        line(f"From then on {lost.actor}'s cockpit can begin nothing more in it; it is yours to finish."),
    )
    return Asking(f"Take {run.id} over from {lost.actor}?", told, (Option("take", "Take it over"),))
