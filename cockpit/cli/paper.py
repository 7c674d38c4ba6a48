"""A runbook as Markdown, block by block: what to know before, each step with its undo, what comes last."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator

from cockpit.cli.markdown import block, code, escaped, paragraph
from cockpit.core.model import RunbookCard
from cockpit.core.promql_text import duration
from cockpit.core.runbook import actions as act
from cockpit.core.runbook.model import Condition, Parameter, Rollback, Runbook, Step, Verify


def on_paper(book: Runbook, card: RunbookCard) -> Iterator[str]:
    """With an empty block between two."""
    for each in _blocks(book, card):
        yield from (each, "")


def _blocks(book: Runbook, card: RunbookCard) -> Iterator[str]:
    yield f"# {escaped(book.title)}"
    if book.status == "draft":
        yield "**Draft: not checked, no undo.**"
    yield "\n".join(_facts(book))
    yield "## When to use it"
    yield from _when(book, card)
    yield from _before(book)
    yield "## Steps"
    for number, step in enumerate(book.steps, start=1):
        yield from _step(step, f"{number}.")
    if book.finally_:
        yield "## Finally"
        yield "Once, after the end or after everything was taken back."
        for number, step in enumerate(book.finally_, start=1):
            yield from _step(step, f"F{number}.")


def _facts(book: Runbook) -> Iterator[str]:
    facts = {
        "Runbook": code(book.id),
        "Owner": escaped(book.owner),
        "Acts on": escaped(", ".join(book.services)),
        "Target": escaped(book.target),
        "Severity": escaped(book.severity),
        "Time budget": duration(book.time_budget) if book.time_budget else "",
        "File": f"{code(book.file)}, sha256 {book.digest[:12]}",
    }
    for name, value in facts.items():
        if value:
            yield f"- {name}: {value}"


def _when(book: Runbook, card: RunbookCard) -> Iterator[str]:
    lines = []
    if card.fits_services:
        lines.append(f"- Mends: {escaped(', '.join(card.fits_services))}")
    if card.fits_classes:
        lines.append(f"- When it is: {escaped(', '.join(card.fits_classes))}")
    if book.alerts:
        lines.append(f"- Answers the alerts: {escaped(', '.join(book.alerts))}")
    if card.after_change:
        lines.append("- After a change")
    if card.tell_apart:
        lines.append(f"- How to tell: {escaped(card.tell_apart)}")
    yield "\n".join(lines) if lines else "It does not say."
    if book.docs:
        yield paragraph(book.docs)


def _before(book: Runbook) -> Iterator[str]:
    if not (book.parameters or book.needs or book.preconditions or book.guards):
        return
    yield "## Before the first step"
    if book.needs:
        yield f"It needs: {escaped(', '.join(book.needs))}"
    if book.parameters:
        yield "\n".join(_parameter(each) for each in book.parameters)
    for condition in (*book.preconditions, *book.guards):
        yield from _condition(condition)
    if book.decision_deadline:
        deadline = book.decision_deadline
        yield f"**After {duration(deadline.after)}:** {escaped(deadline.message or 'decide')}"


def _parameter(parameter: Parameter) -> str:
    said = f": {escaped(parameter.prompt)}" if parameter.prompt else ""
    usual = f" (usually {code(str(parameter.default))})" if parameter.has_default else ""
    return f"- {code(f'${{params.{parameter.name}}}')}{said}{usual} = ____________"


def _condition(condition: Condition) -> Iterator[str]:
    weight = "" if condition.severity == "block" else " (only a warning)"
    yield f"- [ ] {escaped(condition.title or 'This must hold')}{weight}"
    yield from _asked(condition.ask, condition.success)
    if condition.by_hand:
        yield f"By hand: {escaped(condition.by_hand)}"


def _step(step: Step, number: str) -> Iterator[str]:
    yield f"### {number} {escaped(_said(step.title))} ({code(step.id)})"
    if step.why:
        yield paragraph(step.why)
    if step.when:
        yield f"Only if {code(step.when)}"
    if step.point_of_no_return:
        sealed = step.point_of_no_return.seals
        what = f"steps {escaped(', '.join(sealed))}" if sealed else "the steps above"
        yield f"**Point of no return:** {escaped(step.point_of_no_return.reason)}"
        yield f"From here on {what} can no longer be taken back."
    if step.approval:
        who = f" of {escaped(', '.join(step.approval.by))}" if step.approval.by else ""
        yield f"**{step.approval.min}{who} must agree first.**"
    for capture in step.captures:
        yield f"Write down {code(f'${{captures.{capture.name}}}')}, {capture.when} the step: ____________"
        yield from _asked(capture.ask, "")
    yield from _done(step.action)
    yield from _proof(step)
    yield from _undo(step.rollback)
    if step.opens_obligation:
        yield f"Left to do: {escaped(step.opens_obligation.title)} ({escaped(step.opens_obligation.owner)})"


def _said(text: str) -> str:
    """`$${` stands for `${` where values are filled in; on paper nothing is."""
    return text.replace("$${", "${")


def _proof(step: Step) -> Iterator[str]:
    if step.reconcile:
        yield "**If nobody saw the end of it**, look:"
        yield from _asked(step.reconcile.ask, "")
        for what, condition in (
            ("It happened", step.reconcile.applied_when),
            ("It did not", step.reconcile.not_applied_when),
        ):
            if condition:
                yield f"{what} if {code(condition)}"
    if step.verify:
        yield f"**It is well when** ({_patience(step.verify)}):"
        yield from _checks(step.verify)


def _patience(verify: Verify) -> str:
    return f"within {duration(verify.within)}, {verify.streak} in a row"


def _checks(verify: Verify) -> Iterator[str]:
    for check in verify.checks:
        yield from _asked(check.ask, check.success)
        if check.failure:
            yield f"It failed if {code(check.failure)}"


def _undo(rollback: Rollback | None) -> Iterator[str]:
    if rollback is None:
        return
    if rollback.action is None:
        yield f"**No undo:** {escaped(rollback.reason)}"
        if rollback.alternative:
            yield f"Instead: {escaped(rollback.alternative)}"
        return
    limit = f" (within {duration(rollback.reversible_for)})" if rollback.reversible_for else ""
    yield f"**Undo**{limit}:"
    yield from _done(rollback.action)
    if rollback.reversible_while:
        yield "Only while this holds:"
        yield from _asked(*rollback.reversible_while)
    if rollback.verify:
        yield "It is undone when:"
        yield from _checks(rollback.verify)


def _done(action: act.Action) -> Iterator[str]:
    match action:
        case act.Manual():
            yield paragraph(_said(action.instructions))
            if action.command:
                yield block(_said(action.command))
            for asked in filter(None, (action.answer, action.evidence)):
                yield f"Write down: {escaped(asked)} ____________"
        case act.Decide():
            yield "Decide:"
            yield "\n".join(_option(option) for option in action.options)
        case act.Probe():
            yield from _asked(action.ask, action.success)
        case act.Wait() if action.lasts is not None:
            yield f"Wait {duration(action.lasts)}."
        case act.Wait():
            yield f"Wait until this holds, {duration(action.within)} at most:"
            yield from _asked(act.Promql(action.promql), action.success)
        case act.FlagSet():
            yield f"Set the flag {code(action.key)} to {code(json.dumps(action.to))}{_at(action)}."
        case act.Silence():
            yield f"Silence {code(', '.join(action.matchers))} for {duration(action.lasts)}."
        case act.EndSilence():
            yield "End that silence."
        case act.Notify():
            yield f"Tell {escaped(action.to)}: {escaped(action.text)}"
        case act.Nested():
            told = ", ".join(f"{name}={value}" for name, value in action.parameters.items())
            yield f"Do runbook {code(action.runbook)}{' with ' + code(told) if told else ''}."
        case act.Command() | act.HttpCall():
            yield from _asked(action, "")


def _option(option: act.Option) -> str:
    hint = f" (if {code(option.when)})" if option.when else ""
    there = f"; go to {code(option.goto)}" if option.goto else ""
    return f"- [ ] {escaped(option.label)}{hint}{there}"


def _at(flag: act.FlagSet | act.FlagLook) -> str:
    where = " ".join(filter(None, (flag.provider, flag.env)))
    return f" in {escaped(where)}" if where else ""


def _asked(look: act.Look, success: str) -> Iterator[str]:
    match look:
        case act.Command():
            yield block(look.argv[0] if look.shell else shlex.join(look.argv))
        case act.Promql():
            yield block(look.query)
        case act.HttpCall():
            yield block("\n".join(_request(look)))
        case act.FlagLook():
            yield f"The flag {code(look.key)}{_at(look)}"
        case act.SignalLook():
            yield f"The signal {code(look.signal)} of {escaped(look.service)}"
    if success:
        yield f"It must hold: {code(success)}"


def _request(call: act.HttpCall) -> Iterable[str]:
    yield f"{call.method} {call.url}"
    yield from (f"{name}: {value}" for name, value in call.headers.items())
    if call.json is not None:
        yield json.dumps(call.json, ensure_ascii=False, default=str)
