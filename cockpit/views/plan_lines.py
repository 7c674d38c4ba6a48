"""A plan as text and as JSON: what would be done now, what it needs, how it is taken back."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.core.access import who_may
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.runbook.live import Plan, PlannedStep
from cockpit.core.runbook.model import Runbook
from cockpit.views import rehearsed

SCHEMA = "cockpit.plan/v1"
MARKS: Mapping[bool | None, str] = {True: "ok", False: "!!", None: "? "}


def lines(runbook: Runbook, plan: Plan, grades: BookGrades | None = None) -> list[str]:
    """Without `grades` nothing is said of rehearsals."""
    on = f" on {plan.target}" if plan.target else ""
    said = [f"{runbook.title} ({runbook.id}){on}"]
    if runbook.status == "draft":
        said.append("draft: not checked, no undo")
    told = rehearsed.of(runbook, grades) if grades else None
    said += [f"rehearsal: {rehearsed.sentence(told)}"] if told else []
    given = ", ".join(f"{name}={value}" for name, value in plan.parameters.items())
    said += [f"parameters: {given}"] if given else []
    said += [f"who may: {who_may(runbook.roles)}"] if runbook.roles else []
    said += [f"locks: {', '.join(plan.locks)}"] if plan.locks else []
    for number, check in enumerate(plan.checks, 1):
        why = f": {check.why}" if check.why else ""
        hint = f"; by hand: {check.by_hand}" if check.by_hand and check.holds is None else ""
        said.append(f"{MARKS[check.holds]} {number} {check.title}{why}{hint}")
    for number, step in enumerate(plan.steps, 1):
        said += ["", *_step(number, step)]
        how = rehearsed.step_words(runbook, step.id, told)
        said += [f"   {how}"] if how else []
    return said


def _step(number: int, step: PlannedStep) -> list[str]:
    already = {True: "  (looks as if it were so already)", False: "", None: ""}[step.already]
    first, *more = step.does.split("\n")
    said = [f"{number}. {step.title}  [{step.id}]{already}", f"   {step.action}: {first}"]
    said += [f"     {each}" for each in more]
    if step.unread:
        said.append(f"   not known before it runs: {', '.join(step.unread)}")
    if step.effect != "read":
        asks = {"none": "asks nothing", "key": "asks for a key"}.get(step.confirm, f"type: {step.confirm}")
        said.append(f"   {', '.join(filter(None, (step.effect, asks, step.approval)))}")
        said.append(f"   undo: {step.undo}" if step.can_undo else f"   no undo: {step.undo}")
    return said


def document(runbook: Runbook, plan: Plan, grades: BookGrades | None = None) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "runbook": runbook.id,
        "digest": runbook.digest,
        "target": plan.target or None,
        "parameters": dict(plan.parameters),
        "locks": list(plan.locks),
        "who_may": list(runbook.roles),
        "preconditions": [
            {
                "title": each.title,
                "holds": each.holds,
                "why": each.why or None,
                "by_hand": each.by_hand or None,
            }
            for each in plan.checks
        ],
        "rehearsal": rehearsed.document(rehearsed.of(runbook, grades)) if grades else None,
        "steps": [_step_document(each) for each in plan.steps],
    }


def _step_document(step: PlannedStep) -> dict[str, object]:
    return {
        "id": step.id,
        "title": step.title,
        "action": step.action,
        "does": step.does,
        "argv": list(step.argv) if step.argv is not None else None,
        "effect": step.effect,
        "confirm": step.confirm,
        "approval": step.approval or None,
        "undo": step.undo if step.can_undo else None,
        "no_undo": None if step.can_undo else step.undo,
        "already": step.already,
        "unknown": list(step.unread),
    }
