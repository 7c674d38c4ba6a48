"""A run as lines of plain text: what happened, what is asked, how a check is doing."""

from __future__ import annotations

from typing import Any

from cockpit.core.journal import Fact, Recorded
from cockpit.core.runbook.actions import Manual
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.holding import TAKEN_OVER
from cockpit.core.runbook.render import lenient, names_to_fill
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.states import Effect, Phase, StepState
from cockpit.core.runbook.told import does
from cockpit.core.runbook.verification import Progress
from cockpit.core.runbook.words import Question
from cockpit.text import clock, number
from cockpit.views.words_runs import BROKEN_GLASS, EFFECTS, RUN_STATES, STEP_STATES, VERDICTS


def record(run: Run, one: Recorded) -> str:
    """One record for people; empty for those that say nothing new."""
    fact = one.fact
    text = _approval(run, fact) or _told(run, fact.kind, fact.step, fact.body)
    return f"{clock(fact.at)} {fact.run} {text}" if text else ""


def _told(run: Run, kind: str, step: str, body: Any) -> str:
    title = _title(run, step)
    phase, _, what = kind.partition(".")
    undoing = phase == "undo"
    match kind:
        case "run.started":
            return f"{run.runbook.title}, on {run.target or 'no target'}, by {run.operator}"
        case "run.held":
            return f"HELD: {body.get('reason')}"
        case "run.resumed" if body.get("choice") == TAKEN_OVER:
            return f"taken over from {body.get('previous')}"
        case "run.resumed":
            reason = f": {body['reason']}" if body.get("reason") else ""
            return f"{str(body.get('choice', 'goes on')).replace('-', ' ')}{reason}"
        case "run.finished":
            return RUN_STATES.get(body.get("state"), str(body.get("state"))).upper()
        case "obligation.opened":
            return f"to clean up: {body.get('title')}"
        case "obligation.closed":
            return f"cleaned up: {body.get('title')}"
        case "undo.planned":
            return _plan(body)
    if phase not in ("step", "undo"):  # a flag that it moves is told as the step that it is
        return ""
    match what:
        case "intent":
            return f"{'take back' if undoing else 'do'} {title}"
        case "exited":
            return _exited(title, body)
        case "reconciled" if body.get("when") != "look":
            return f"{title}: {VERDICTS.get(body.get('verdict'), '')}"
        case "settled":
            return _settled(title, body, undoing)
        case "skipped":
            return f"{title}: left out ({body.get('why')})"
    return ""


def _approval(run: Run, fact: Fact) -> str:
    body: Any = fact.body
    title, why = _title(run, fact.step), body.get("why") or body.get("reason") or "nobody said why"
    match fact.kind:
        case "approval.requested":
            return f"{title}: waits for approval by a second person"
        case "approval.granted":
            return f"{title}: approved by {fact.actor}: {why}"
        case "approval.refused":
            return f"{title}: {fact.actor} refused it: {why}"
        case "approval.expired":
            return f"{title}: what was asked counts no more: {why}"
        case "approval.broken_glass":
            return f"{title}: {BROKEN_GLASS} by {fact.actor}: {why}"
    return ""


def _title(run: Run, step: str) -> str:
    found = run.step(step)
    return found.title if found else step


def _plan(body: Any) -> str:
    entries = body.get("entries", ())
    can = [str(each.get("step")) for each in entries if each.get("can", True)]
    cannot = [f"{each.get('step')} ({each.get('reason')})" for each in entries if not each.get("can", True)]
    said = f"takes back, newest first: {', '.join(can) or 'nothing'}"
    return f"{said}; stays: {', '.join(cannot)}" if cannot else said


def _exited(title: str, body: Any) -> str:
    if body.get("ok"):  # which its settling says
        return ""
    code = body.get("code")
    how = f"ended with {code}" if code is not None else str(body.get("ending", "failed")).replace("_", " ")
    reason = body.get("reason") or str(body.get("stderr") or "").strip().rpartition("\n")[2]
    return f"{title}: {how}{f' ({reason})' if reason else ''}"


def _settled(title: str, body: Any, undoing: bool) -> str:
    state, effect = StepState(body["state"]), Effect(body["effect"])
    reason = f" ({body['reason']})" if body.get("reason") else ""
    if undoing:
        return f"{title}: {EFFECTS[effect]}{reason}"
    if state is StepState.SUCCEEDED:
        return f"{title}: {STEP_STATES[state]}{reason}"
    return f"{title}: {STEP_STATES[state]}, {EFFECTS[effect]}{reason}"


def by_hand(run: Run, asked: Question) -> list[str]:
    """What a person is to do, line by line, with the command to copy; nothing for other questions."""
    step = run.step(asked.key.step) if asked.kind == "manual" else None
    if step is None or not isinstance(step.action, Manual):
        return []
    known = names_to_fill(run)
    told = [f"  {each}" for each in lenient(step.action.instructions, known).split("\n")]
    command = lenient(step.action.command, known).strip("\n")
    typed = f"$ {command}".split("\n") if command else []
    return [step.title, *told, *(f"  {each}" for each in typed)]


def question(asked: Question) -> list[str]:
    """What is asked, and what may be answered."""
    lines = [f"? {asked.text}"]
    if asked.phrase:
        lines.append(f"  type exactly: {asked.phrase}")
    elif not asked.choices:
        lines.append("  y: yes, anything else leaves it as it stands")
    for at, choice in enumerate(asked.choices, 1):
        if choice.why_not:
            lines.append(f"  -  {choice.words}: not possible, {choice.why_not}")
        else:
            mark = "*" if choice.preselected else " "
            reason = " (with a reason: NUMBER REASON)" if choice.needs_reason else ""
            lines.append(f" {mark}{at}  {choice.words}{reason}")
    return lines


def chosen(asked: Question, typed: str) -> Answer | None:
    """A number or a name, and a reason behind it."""
    word, _, reason = typed.strip().partition(" ")
    if word.isdigit() and 1 <= int(word) <= len(asked.choices):
        return Answer(asked.choices[int(word) - 1].name, reason)
    for choice in asked.choices:
        if typed.strip().startswith(choice.name):
            return Answer(choice.name, typed.strip().removeprefix(choice.name).strip(": "))
    return Answer(word, reason) if word else None


def progress(run: Run, key: Key, now: Progress) -> str:
    """How a verification is doing: the values so far, what they need, how often in a row."""
    step = run.step(key.step)
    verify = step.verify if step else None
    if key.phase is Phase.UNDO and step and step.rollback:
        verify = step.rollback.verify
    if verify is None:
        return ""
    trail = " → ".join(_value(values[0]) for values in now.trail[-4:] if values)
    return f"  check: {trail or '?'}  needs {verify.checks[0].success} ({now.streak} of {verify.streak})"


def _value(value: object) -> str:
    return number(value) if isinstance(value, int | float) else "?" if value is None else str(value)


def step_line(run: Run, step_id: str) -> str:
    step = run.step(step_id)
    return does(step.action) if step else step_id
