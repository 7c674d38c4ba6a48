"""The screen of a plan: what a runbook would do now, what is in its way, and how all of it is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cockpit.core.levels import FailureClass, Instant
from cockpit.core.model import Scalar
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.runbook.live import Plan, PlannedCheck, PlannedStep
from cockpit.core.runbook.model import Parameter, Runbook, Step
from cockpit.core.runbook.told import approval_words, confirm_words, does, kind_of, undo_words
from cockpit.core.state import State
from cockpit.text import age, join_names, plural
from cockpit.views import allowed, fit, words
from cockpit.views.asking import Asking, Option
from cockpit.views.layout import join
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.louder import phrase_to_start
from cockpit.views.rehearsed import Rehearsed, rehearsed, sentence, step_words
from cockpit.views.runbook_list import coverage_words

CHECKS = (Column(), Column(right=True), Column(least=20, most=60), Column(most=80, grow=True))
PARAMETERS = (Column(least=8), Column(least=8, most=60), Column(most=80, grow=True, drop=1))
STEPS = (Column(right=True), Column(most=120, grow=True))
ASKS = {"manual": "asks you", "decide": "asks you", "wait": "waits"}
HOLDS: Mapping[bool | None, tuple[str, str, Tone]] = {
    True: ("✓", "", Tone.PLAIN),
    False: ("✗", "not so", Tone.WARNING),
    None: ("?", "cannot be told", Tone.UNKNOWN),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person has set so far for a run to be."""

    runbook: str
    target: str = ""
    parameters: Mapping[str, Scalar] | None = None
    overrides: Mapping[int, str] | None = None
    """Typed reasons for checks that cannot be told, by their number."""


@dataclass(frozen=True, slots=True)
class PlanView:
    title: Line
    remarks: tuple[Line, ...]
    sections: tuple[Section, ...]
    in_the_way: str
    """Why it cannot be started yet; empty: it can."""
    runbook: Runbook
    plan: Plan | None
    rehearsal: Line = ()
    """How far it is rehearsed, how long it takes, who has done it."""
    phrase: str = ""
    """What has to be typed to start it; empty: a key will do."""


def plan_view(state: State, asked: Asked, now: Instant) -> PlanView | None:
    """None for a runbook that is not in the configuration."""
    runbook = state.model.books.get(asked.runbook)
    if runbook is None:
        return None
    plan = state.picture.plan
    if plan is not None and plan.runbook != runbook.id:
        plan = None
    blocked = in_the_way(state, plan, asked)
    told = rehearsed(state).get(runbook.id)
    sections = (_parameters(runbook, plan, asked), _checks(plan, asked), _steps(runbook, plan, told))
    filled = tuple(each for each in sections if each.rows)
    return PlanView(
        _title(runbook, plan),
        tuple(_remarks(state, runbook, plan, blocked)),
        filled,
        blocked,
        runbook,
        plan,
        _rehearsal(state, runbook),
        _phrase(state, runbook),
    )


def in_the_way(state: State, plan: Plan | None, asked: Asked) -> str:
    if state.readonly:
        return state.why_readonly
    book = state.model.books.get(asked.runbook)
    if why := allowed.barred(state, book.roles if book else ()):
        return why
    if state.picture.journal_trouble:
        return f"no record, so nothing starts: {state.picture.journal_trouble}"
    if plan is None or plan.busy:
        return "still looking"
    if plan.trouble:
        return plan.trouble
    overrides = asked.overrides or {}
    for number, check in enumerate(plan.checks, 1):
        if check.blocks and check.holds is False:
            return f"{check.title}: not so"
        if check.blocks and check.holds is None and number not in overrides:
            return f"{check.title}: cannot be told; enter on that line to go on with a reason"
    return ""


def _title(runbook: Runbook, plan: Plan | None) -> Line:
    target = (plan.target if plan else "") or runbook.target
    parts = (
        line(runbook.title, Tone.TITLE),
        line(target, Tone.STRONG),
        line(f"owner {runbook.owner}" if runbook.owner else "", Tone.DIM),
        line(runbook.id, Tone.DIM),
    )
    return join((part for part in parts if part), " · ")


def _remarks(state: State, runbook: Runbook, plan: Plan | None, blocked: str) -> Iterator[Line]:
    if runbook.roles:
        yield allowed.told(state, runbook.roles)
    if runbook.status == "draft":
        yield line("Draft: not checked, no undo.", Tone.WARNING)
    if fit.data_in_doubt(state) and fit.ADDS_LOAD in runbook.tags:
        yield line(
            f"It adds load, and data is in doubt. {words.FIRST_MOVES[FailureClass.CORRUPTION]}", Tone.WARNING
        )
    if plan is not None and not plan.busy and not plan.trouble:
        changing = sum(step.effect != "read" for step in plan.steps)
        kept = [lock.partition(":")[2] or lock for lock in plan.locks]
        locks = f"; keeps other runs off {join_names(kept)}" if kept else ""
        budget = f"; may take {age(runbook.time_budget)}" if runbook.time_budget else ""
        verb = "changes" if changing == 1 else "change"
        said = plural(len(plan.steps), "step") + (
            f", {changing} of them {verb} something" if changing else ""
        )
        yield line(f"{said}; {coverage_words(runbook)}{budget}{locks}.")
    if blocked:
        yield line(allowed.sentence(state, blocked), Tone.WARNING)
    else:
        yield Span("R ", Tone.KEY), Span("starts it; every change is asked for, one by one.")
    if told := _rehearsal(state, runbook):
        yield told
    if runbook.docs:
        yield line(runbook.docs, Tone.DIM)


def _rehearsal(state: State, runbook: Runbook) -> Line:
    told = rehearsed(state).get(runbook.id)
    if told is None:
        return ()
    said = sentence(told)
    return line(f"{said[:1].upper()}{said[1:]}.", Tone.DIM if told.tone is Tone.PLAIN else told.tone)


def _parameters(runbook: Runbook, plan: Plan | None, asked: Asked) -> Section:
    rows = [_parameter(each, plan, asked) for each in runbook.parameters]
    return Section("Parameters (enter changes one)", PARAMETERS, tuple(rows))


def _parameter(parameter: Parameter, plan: Plan | None, asked: Asked) -> Row:
    value = (asked.parameters or {}).get(parameter.name)
    if value is None and plan is not None:
        value = plan.parameters.get(parameter.name)  # type: ignore[assignment]  # a scalar of the file
    if parameter.type == "secret":
        shown = line("a secret, by reference", Tone.DIM)
    elif value is None and not parameter.has_default:
        shown = line("has to be given", Tone.WARNING)
    else:
        shown = line(str(parameter.default if value is None else value), Tone.STRONG)
    return Row((line(parameter.name), shown, line(parameter.prompt, Tone.DIM)), parameter.name, "parameter")


def _checks(plan: Plan | None, asked: Asked) -> Section:
    rows = [_check(number, each, asked) for number, each in enumerate(plan.checks if plan else (), 1)]
    return Section("Before step 1", CHECKS, tuple(rows))


def _check(number: int, check: PlannedCheck, asked: Asked) -> Row:
    mark, word, tone = HOLDS[check.holds]
    reason = (asked.overrides or {}).get(number, "")
    said = ": ".join(filter(None, (word, check.why)))
    if check.holds is None and check.by_hand:
        said = f"{said}; by hand: {check.by_hand}"
    if reason:
        said = f"goes on: {reason}"
    elif check.holds is not True and not check.blocks:
        said = f"only a warning; {said}"
    cells = (line(mark, tone), line(str(number), Tone.DIM), line(check.title), line(said, Tone.DIM))
    return Row(cells, str(number), "check")


def _steps(runbook: Runbook, plan: Plan | None, told: Rehearsed | None) -> Section:
    """As they would be done now; until that is known, or where it cannot be, as they are written."""
    known = plan.steps if plan else ()
    written = () if known else (*runbook.steps, *runbook.finally_)
    rows: list[Row] = []
    for number, step in enumerate((*known, *map(as_written, written)), 1):
        rows += _step(number, step, step_words(runbook, step.id, told))
    return Section("Steps" if known else "Steps, as they are written", STEPS, tuple(rows))


def as_written(step: Step) -> PlannedStep:
    can, undo = undo_words(step)
    return PlannedStep(
        id=step.id,
        title=step.title,
        action=kind_of(step.action),
        does=does(step.action),
        argv=None,
        effect=str(step.reach),
        confirm=confirm_words(step.confirm, step),
        approval=approval_words(step.approval),
        undo=undo,
        can_undo=can,
    )


def _step(number: int, step: PlannedStep, how: str) -> Iterator[Row]:
    already = (Span("  it looks as if it were so already", Tone.WARNING),) * bool(step.already)
    asks = (Span(f"  {asks_words(step)}", Tone.DIM),)
    head = (Span(step.title, Tone.STRONG), *asks, *already)
    yield Row((line(str(number), Tone.DIM), head), step.id, "step")
    for at, each in enumerate(step.does.split("\n")):
        yield Row(((), (Span("      " if at else "does: ", Tone.DIM), Span(each))))
    if step.unread:
        yield Row(((), line(f"not known before it runs: {', '.join(step.unread)}", Tone.DIM)))
    if step.effect != "read":
        label = Span("undo: ", Tone.DIM) if step.can_undo else Span("no undo: ", Tone.WARNING)
        yield Row(((), (label, Span(step.undo))))
    if how:
        yield Row(((), line(how, Tone.DIM)))


def asks_words(step: PlannedStep) -> str:
    if step.action in ASKS:
        return ASKS[step.action]
    if step.effect == "read":
        return "only looks"
    asks = {"none": "asks nothing", "key": "asks for a key"}.get(step.confirm, f"asks for: {step.confirm}")
    changes = "destroys something" if step.effect == "destructive" else "changes something"
    return ", ".join(filter(None, (changes, asks, step.approval)))


# What is asked


def starting(view: PlanView, asked: Asked) -> Asking:
    plan, runbook = view.plan, view.runbook
    assert plan is not None
    told: list[Line] = [line(f"on {plan.target}" if plan.target else "on no target in particular")]
    told += [
        line(f"although it cannot be told: {plan.checks[number - 1].title} ({reason})", Tone.WARNING)
        for number, reason in (asked.overrides or {}).items()
        if number <= len(plan.checks)
    ]
    blind = [step.title for step in plan.steps if step.effect != "read" and step.confirm == "none"]
    if blind:
        told.append(line(f"changes without asking again: {join_names(blind)}", Tone.WARNING))
    told.append(line(coverage_words(runbook).capitalize() + "."))
    if view.rehearsal and view.rehearsal[0].tone is not Tone.DIM:
        told.append(view.rehearsal)
    return Asking(
        f"Start “{runbook.title}”?", tuple(told), (Option("start", "Start it", phrase=view.phrase),)
    )


def _phrase(state: State, runbook: Runbook) -> str:
    """A key will do where every change is asked for one by one."""
    if fit.ADDS_LOAD in runbook.tags:
        return runbook.id
    return phrase_to_start(runbook, grades_of(state).get(runbook.id)) if state.mode == "live" else ""


def setting(parameter: Parameter, value: object) -> Asking:
    allowed = f"one of {', '.join(map(str, parameter.enum))}" if parameter.enum else parameter.type
    told = tuple(line(each) for each in (parameter.prompt, allowed) if each)
    text = "" if value is None else str(value)
    return Asking(parameter.name, told, (Option("set", "Change it", wants="value", text=text),))


def overriding(check: PlannedCheck) -> Asking:
    why = f"It cannot be told: {check.why}." if check.why else "It cannot be told."
    told = tuple(
        line(each) for each in (why, f"Look by hand: {check.by_hand}" if check.by_hand else "") if each
    )
    option = Option("override", "Go on although it cannot be checked", wants="why")
    return Asking(check.title, told, (option,))
