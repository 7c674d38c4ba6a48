"""The screen of a run: one thing at a time, what it asks, and what can be taken back until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cockpit.core.levels import Instant
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.rehearsal.times import of_book
from cockpit.core.runbook import undoing
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.moves import next_move
from cockpit.core.runbook.requests import Request, request_of
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import RunState
from cockpit.core.runbook.words import Ask, Question
from cockpit.core.state import State
from cockpit.text import age, clock, plural
from cockpit.views import company, judging, run_lines, run_others, run_steps
from cockpit.views.glass import glass_of
from cockpit.views.layout import join
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.louder import careful, louder
from cockpit.views.rehearsed import usually
from cockpit.views.words_runs import RUN_STATES, glass_told, step_state

CHOICES = (Column(right=True), Column(most=100, grow=True))
NOBODY = Live(ours=False)
LAST_HEARD = " when it was last heard of"


@dataclass(frozen=True, slots=True)
class RunView:
    title: Line
    """Which run, where, whose, since when, how long it usually takes."""
    now: tuple[Line, ...]
    """The one thing that matters now; the question that waits stands last."""
    run: Run
    """The one that is asked about: a child, while the run waits for it."""
    question: Question | None
    ours: bool
    """This cockpit looks after it."""
    sections: tuple[Section, ...]
    """Choices, steps, the rollback plan; empty ones are left out."""
    output: tuple[str, ...]
    """Last lines of what ran or runs, oldest first."""
    request: Request | None = None
    """What it asks of a second person."""
    answers: bool = False
    """Whoever sits here may answer that."""


def run_view(state: State, id: str, now: Instant) -> RunView | None:
    """None for a run that is not on record (yet)."""
    root = state.record.runs.get(id)
    if root is None:
        return None
    run = active(state, root)
    live = live_of(state, id, run)
    grades = grades_of(state).get(run.runbook.id)
    question = asked(run) if live.ours else None
    question = louder(run, question, grades) if question else None
    request = judging.asked_by(state, run)
    sections = (
        choices(question),
        *judging.sections(state, request, now, ours=live.ours),
        run_steps.steps(run, now, live.ours),
        run_steps.rollback(run, now, live.ours),
    )
    return RunView(
        _title(state, root, now),
        (*_glass(state, root), *_now(state, run, question, live, now)),
        run,
        question,
        live.ours,
        tuple(each for each in sections if each.rows),
        live.output,
        request,
        request is not None and not live.ours and not judging.why_not(state, request, now),
    )


def _glass(state: State, run: Run) -> Iterator[Line]:
    return (line(glass_told(each), Tone.WARNING) for each in glass_of(state, run))


def live_of(state: State, id: str, run: Run) -> Live:
    """What it says; of somebody else's run what the child says that it waits for."""
    live = state.picture.live.get(id, NOBODY)
    return live if live.ours else state.picture.live.get(run.id, live)


def active(state: State, run: Run) -> Run:
    """The child that a run waits for, or itself."""
    children = (each for each in state.record.runs.values() if each.parent == run.id and not each.final)
    child = next(children, None)
    return active(state, child) if child else run


def asked(run: Run) -> Question | None:
    move = next_move(run)
    return move.question if isinstance(move, Ask) else None


def _title(state: State, run: Run, now: Instant) -> Line:
    took = (run.ended_at or now) - run.started_at
    parts = (
        (Span(f"{run.id} ", Tone.TITLE), Span(run.runbook.title, Tone.TITLE)),
        line(run.target),
        line(run.operator),
        line(f"since {clock(run.started_at)} UTC, {'took ' if run.final else ''}{age(took)}", Tone.DIM),
        line(_usually(state, run), Tone.DIM),
    )
    return join((part for part in parts if part), " · ")


def _usually(state: State, run: Run) -> str:
    """As proven runs took; of a runbook that has changed meanwhile as far as its steps are still the same."""
    if usual := of_book(run.runbook, grades_of(state).get(run.runbook.id)):
        return usually(usual)
    return f"may take {age(run.runbook.time_budget)}" if run.runbook.time_budget else ""


def _now(state: State, run: Run, question: Question | None, live: Live, now: Instant) -> Iterator[Line]:
    nobody = not (run.final or live.ours or asked(run) or company.holder(state, run))
    yield (*_standing(run, live.ours), *(line(LAST_HEARD, Tone.DIM) if nobody else ()))
    yield from _time(run, now)
    if live.complaint and not run.final:
        yield line(live.complaint, Tone.WARNING)
    if run.final:
        yield from _ended(state, run, now)
        return
    if state.picture.journal_trouble:
        yield line(f"no record, so nothing further starts: {state.picture.journal_trouble}", Tone.WARNING)
    if not live.ours:
        request = judging.asked_by(state, run)
        if request:
            yield from judging.told(state, request, now)
        if request is None or company.holder(state, run) or judging.why_not(state, request, now):
            yield from run_others.told(state, run, None if request else asked(run), now)
        yield from _progress(run, live)
    elif question is not None:
        warned = careful(run, question, grades_of(state).get(run.runbook.id))
        yield from _question(run, question, warned, now)
    else:
        yield from _progress(run, live)


def _progress(run: Run, live: Live) -> Iterator[Line]:
    if live.progress is not None and (one := run_steps.newest(run, live.step)):
        yield line(run_lines.progress(run, one.key, live.progress).strip())


def _standing(run: Run, ours: bool) -> Line:
    """Which step, and how it stands, in one line."""
    if run.final:
        return (Span(RUN_STATES[run.state].capitalize(), Tone.STRONG),)
    if run.state is RunState.ROLLING_BACK or run.undo is not None:
        plan = run.undo
        at = f"{min(plan.at + 1, len(plan.entries))} of {len(plan.entries)}" if plan else ""
        return Span(f"Taking back {at}  ", Tone.WARNING), Span(_undo_title(run), Tone.STRONG)
    step = run.current
    if step is None:
        return (Span("After the last step", Tone.STRONG),)
    every = [each.id for each in (*run.runbook.steps, *run.runbook.finally_)]
    number = f"Step {every.index(step.id) + 1} of {len(every)}  "
    return (
        Span(number, Tone.DIM),
        Span(f"{step.title}  ", Tone.STRONG),
        *_state(run, run.execution(run.key), ours),
    )


def _undo_title(run: Run) -> str:
    plan = run.undo
    if plan is None or plan.at >= len(plan.entries):
        return ""
    return plan.entries[plan.at].title or plan.entries[plan.at].step


def _state(run: Run, one: Execution | None, ours: bool) -> Line:
    if run.hold is not None:
        return (Span("held", Tone.WARNING),)
    return (Span(step_state(one.state, ours), Tone.DIM),) if one else ()


def _time(run: Run, now: Instant) -> Iterator[Line]:
    """The time contract reminds and never acts."""
    spent = now - run.started_at
    deadline, budget = run.runbook.decision_deadline, run.runbook.time_budget
    if run.final:
        return
    if deadline and spent > deadline.after:
        yield line(deadline.message or f"decide now: {age(deadline.after)} are over", Tone.WARNING)
    if budget and spent > budget:
        yield line(f"over its time: it was to take {age(budget)}", Tone.WARNING)
    if run.proposed:
        yield line(f"taking it back is proposed: {run.proposed}", Tone.WARNING)


def _question(run: Run, question: Question, careful: str, now: Instant) -> Iterator[Line]:
    step = run.step(question.key.step)
    if question.kind in ("confirm", "manual", "approval") and step is not None:
        yield from run_steps.told(run, step, question)
        if question.kind == "approval" and (request := request_of(run)):
            yield from judging.waits(request, now)
    if careful:
        yield line(f"Careful: {careful}.", Tone.WARNING)
    if question.kind == "confirm":
        phrase = f", then type {question.phrase}" if question.phrase else ""
        text = question.text.rstrip("?") if phrase else question.text
        yield Span("enter ", Tone.KEY), Span(text, Tone.STRONG), Span(phrase, Tone.DIM)
    else:
        if question.kind == "decide" and (seen := run_steps.seen_before(run)):
            yield Span("just seen: ", Tone.DIM), Span(seen)
        yield line(question.text, Tone.STRONG)


def _ended(state: State, run: Run, now: Instant) -> Iterator[Line]:
    if run.unknown:
        yield line("Something in it may or may not have happened: look, before you rely on it.", Tone.WARNING)
    if standing := run.standing():
        entries = undoing.entries(run, now)
        way = " U takes back what can be." if any(each.can for each in entries) else ""
        verb = "stands" if len(standing) == 1 else "stand"
        yield line(f"{plural(len(standing), 'change')} of it {verb}.{way}", Tone.DIM)
        for entry in entries:
            if not entry.can:
                instead = f"; instead: {entry.alternative}" if entry.alternative else ""
                yield Span("stays: ", Tone.WARNING), Span(f"{entry.title}: {entry.reason}{instead}")
    for each in state.record.obligations:
        if each.run == run.id:
            yield Span("to clean up: ", Tone.WARNING), Span(f"{each.title}{_who(each.owner)}")


def _who(owner: str) -> str:
    return f" ({owner})" if owner else ""


def choices(question: Question | None) -> Section:
    """What may be answered, numbered; what is refused says why."""
    rows = []
    for at, choice in enumerate(question.choices if question else (), 1):
        said = [Span(choice.words, Tone.STRONG if choice.preselected else Tone.PLAIN)]
        if choice.why_not:
            said = [Span(f"{choice.words}: not possible, {choice.why_not}", Tone.DIM)]
        elif choice.needs_reason:
            said.append(Span(" (with a reason)", Tone.DIM))
        rows.append(Row((line(str(at), Tone.KEY), tuple(said)), choice.name, "choice"))
    return Section("What now", CHOICES, tuple(rows))
