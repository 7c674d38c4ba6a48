"""Steps of a run in lines: how each stands, what it changed, and until when that can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.levels import Instant
from cockpit.core.runbook import undoing
from cockpit.core.runbook.actions import Action, Manual
from cockpit.core.runbook.model import Reach, Step
from cockpit.core.runbook.render import lenient, names_to_fill, rendered
from cockpit.core.runbook.run import Entry, Execution, Run
from cockpit.core.runbook.states import BROKEN, STANDING, Effect, Phase, StepState
from cockpit.core.runbook.substitute import SubstitutionError
from cockpit.core.runbook.told import does, undo_words
from cockpit.core.runbook.words import Question
from cockpit.text import clock
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.words_runs import EFFECTS, step_state

STEPS = (
    Column(),
    Column(right=True),
    Column(least=20, most=60, title="step"),
    Column(most=30, title="how it stands"),
    Column(least=8, most=60, grow=True, title="can be undone"),
)
ROLLBACK = (Column(), Column(least=20, most=60), Column(most=60, grow=True))
SEEN = 240
"""Characters of what a look brought, where somebody decides by it."""
MARKS = {StepState.SUCCEEDED: "✓", StepState.SKIPPED: "–"}


def newest(run: Run, step: str, phase: Phase = Phase.DO) -> Execution | None:
    """The last try of the last visit."""
    tries = [one for one in run.executions if one.key.step == step and one.key.phase is phase]
    return max(tries, key=lambda one: (one.key.visit, one.key.attempt), default=None)


def seen_before(run: Run) -> str:
    """What the last look brought, for whoever decides by it."""
    for one in reversed(run.executions):
        step = run.step(one.key.step)
        looked = one.settled and step is not None and step.reach is Reach.READ
        said = str(one.exit.get("stdout") or "") if looked and one.exit else ""
        if text := " ".join(said.replace(",", ", ").split()):  # JSON has no place to wrap
            return text if len(text) <= SEEN else f"{text[:SEEN]} … ({len(text) - SEEN} more)"
    return ""


# What is asked


def told(run: Run, step: Step, question: Question) -> Iterator[Line]:
    """What a yes would do, and how it is taken back."""
    if isinstance(step.action, Manual):
        known = names_to_fill(run)
        yield from map(line, lenient(step.action.instructions, known).split("\n"))
        typed = lenient(step.action.command, known).strip("\n")
        for number, each in enumerate(typed.split("\n") if typed else ()):
            yield Span("  " if number else "$ ", Tone.DIM), Span(each, Tone.STRONG)
        return
    if step.why:
        yield line(step.why, Tone.DIM)
    undoes = question.key.phase is Phase.UNDO
    yield Span("undoes with: " if undoes else "does: ", Tone.DIM), Span(_does(run, step, undoes))
    if undoes or step.reach is Reach.READ:
        return
    can, how = undo_words(step)
    if step.rollback and step.rollback.action:
        how = filled(run, step.rollback.action)
    yield Span("undo: " if can else "no undo: ", Tone.DIM if can else Tone.WARNING), Span(how)
    if step.point_of_no_return:
        yield line(f"No way back behind this: {step.point_of_no_return.reason}", Tone.WARNING)


def _does(run: Run, step: Step, undoes: bool) -> str:
    action = step.action
    if undoes:
        forward = newest(run, step.id)
        rollback = undoing.rollback_of(step, forward) if forward else step.rollback
        if rollback is None or rollback.action is None:
            return step.title
        action = rollback.action
    return filled(run, action)


def filled(run: Run, action: Action) -> str:
    """With what is known by now; what is not stays as it is written."""
    try:
        return does(rendered(action, names_to_fill(run)))
    except SubstitutionError:
        return does(action)


# All steps


def steps(run: Run, now: Instant, ours: bool = True) -> Section:
    """`ours`: whoever reads it looks after the run."""
    can = {(each.step, each.visit): each for each in undoing.entries(run, now)}
    every = (*run.runbook.steps, *run.runbook.finally_)
    rows = tuple(_step(run, step, number, can, ours) for number, step in enumerate(every, 1))
    return Section("Steps", STEPS, rows, head=True)


def _step(run: Run, step: Step, number: int, can: dict[tuple[str, int], Entry], ours: bool) -> Row:
    one = newest(run, step.id)
    here = run.at_step == step.id and not run.final and run.undo is None
    said, tone = _how(step, one, ours)
    cells = (
        (_mark(one, here),),
        line(str(number), Tone.DIM),
        line(step.title, Tone.STRONG if here else Tone.PLAIN),
        line(said, tone),
        _undo(step, one, can),
    )
    return Row(cells, step.id, "step")


def _mark(one: Execution | None, here: bool) -> Span:
    if here:
        return Span("▶", Tone.KEY)
    if one is None:
        return Span(" ")
    if one.state in BROKEN:
        return Span("✗", Tone.WARNING)
    return Span(MARKS.get(one.state, "▶" if not one.settled else " "))


def _how(step: Step, one: Execution | None, ours: bool) -> tuple[str, Tone]:
    if one is None:
        return "", Tone.DIM
    state = step_state(one.state, ours)
    if one.effect in (Effect.REVERTED, Effect.ALREADY):
        return EFFECTS[one.effect], Tone.DIM
    if one.state in BROKEN and step.reach is not Reach.READ:
        return (
            f"{state}, {EFFECTS[one.effect]}" if one.state is not StepState.UNKNOWN else state,
            Tone.WARNING,
        )
    return state, Tone.WARNING if one.state in BROKEN else Tone.PLAIN


def _undo(step: Step, one: Execution | None, can: dict[tuple[str, int], Entry]) -> Line:
    """Of what stands: yes and until when, or why not. Of what is to come: whether it will be so."""
    if one is None or one.effect is Effect.NONE:
        if step.reach is Reach.READ or (one is not None and one.settled):
            return ()
        able, _ = undo_words(step)
        return line("yes" if able else "no", Tone.DIM)
    if one.effect not in STANDING:
        return ()
    entry = can.get((one.key.step, one.key.visit))
    if entry is None:
        return ()
    if not entry.can:  # in full it is said before it is done, and in the way back
        able, _ = undo_words(step)
        return line("no longer" if able else "no", Tone.WARNING)
    rollback = step.rollback
    if rollback and rollback.reversible_for and one.begun_at is not None:
        return line(f"yes, until {clock(one.begun_at + rollback.reversible_for)}")
    return line("yes, as long as it can be checked" if rollback and rollback.reversible_while else "yes")


# The way back


def rollback(run: Run, now: Instant, ours: bool = True) -> Section:
    """The plan that is under way or was carried out; before that `preview` says what it would be."""
    if run.undo is None:
        return Section("Taking back")
    rows = [
        _entry(run, entry, at < run.undo.at, at == run.undo.at and not run.final, ours)
        for at, entry in enumerate(run.undo.entries)
    ]
    return Section("Taking back, newest first", ROLLBACK, tuple(rows))


def _entry(run: Run, entry: Entry, over: bool, here: bool, ours: bool) -> Row:
    one = newest(run, entry.step, Phase.UNDO)
    how = EFFECTS[one.effect] if one and one.settled else step_state(one.state, ours) if one and here else ""
    if not entry.can:
        how = entry.reason + (f"; instead: {entry.alternative}" if entry.alternative else "")
    mark = "▶" if here else "✓" if over and one and one.effect is Effect.REVERTED else " "
    tone = Tone.PLAIN if entry.can else Tone.WARNING
    return Row((line(mark, Tone.KEY), line(entry.title or entry.step), line(how, tone)))


def preview(run: Run, now: Instant) -> list[Line]:
    """What would be taken back, in this order, and what would stay."""
    lines: list[Line] = []
    for number, entry in enumerate(undoing.entries(run, now), 1):
        if entry.can:
            lines.append((Span(f"{number} ", Tone.DIM), Span(entry.title or entry.step)))
        else:
            instead = f"; instead: {entry.alternative}" if entry.alternative else ""
            lines.append(
                (
                    Span("– ", Tone.WARNING),
                    Span(f"{entry.title or entry.step} stays: {entry.reason}{instead}", Tone.WARNING),
                )
            )
    return lines
