"""Whether a second person has agreed to a step: to every byte of what would be done, with no hand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cockpit.core.frozen import to_json
from cockpit.core.json import digest, listed
from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import Action
from cockpit.core.runbook.model import Step
from cockpit.core.runbook.render import names_to_fill, rendered
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.substitute import SubstitutionError

BROKEN_GLASS: Final = "broken_glass"
"""Under this a step keeps who went on without a second person, and why."""


def digest_of(run: Run, step: Step) -> str:
    """sha256 of the rendered action, parameters, captures and the runbook's file."""
    return digest(
        [
            to_json(rendered_or_raw(run, step)),
            to_json(run.parameters),
            run.captures(),
            run.runbook.digest,
        ]
    )


def rendered_or_raw(run: Run, step: Step) -> Action:
    try:
        return rendered(step.action, names_to_fill(run))
    except SubstitutionError:
        return step.action


def lacks(run: Run, step: Step, one: Execution) -> bool:
    """Whether somebody else still has to agree before it may begin."""
    if step.approval is None or step.approval.min < 1:
        return False
    now = digest_of(run, step)
    return not _without(one, now) and len(_counted(run, one, now)) < step.approval.min


def counted(run: Run, step: Step, one: Execution) -> tuple[str, ...]:
    """Who has agreed to exactly what would be done now, and has no hand in the run."""
    return _counted(run, one, digest_of(run, step))


def _counted(run: Run, one: Execution, now: str) -> tuple[str, ...]:
    if one.approval.get("digest") != now:
        return ()
    barred = hands_of(run, one)
    return tuple(who for who in one.approvals if who not in barred)


def _without(one: Execution, now: str) -> bool:
    """The glass was broken for exactly this; older records do not say for what."""
    glass = one.confirmed.get(BROKEN_GLASS)
    return isinstance(glass, Mapping) and glass.get("digest", now) == now


def hands_of(run: Run, one: Execution) -> frozenset[str]:
    """All who acted in the run or, when it was asked, in the runs around and inside it."""
    return frozenset(run.operators) | {str(each) for each in listed(one.approval.get("operators"))}


def grants(run: Run, one: Execution, body: Mapping[str, object], actor: str, at: Instant) -> bool:
    """Whether a word of agreement counts when it comes: to the open question, in time, by one who may."""
    step, asked = run.step(one.key.step), one.approval
    if step is None or step.approval is None or not asked or one.settled or one.intent is not None:
        return False
    if body.get("digest") != asked.get("digest") or at > expiry(one):
        return False
    may = not step.approval.by or actor in step.approval.by
    return may and actor not in one.approvals and actor not in hands_of(run, one)


def expiry(one: Execution) -> Instant:
    """Until when the question that is open can be answered; 0: nobody has said, so it is over."""
    until = one.approval.get("expires_at")
    return float(until) if isinstance(until, int | float) else 0.0


def void(run: Run, step: Step, one: Execution, now: Instant) -> str:
    """Why the question that was put does not count any more; empty: it does."""
    if now > expiry(one):
        return "nobody answered it in time"
    if one.approval.get("digest") != digest_of(run, step):
        return "what would be done is not what was asked about"
    return ""


# The glass that was broken


@dataclass(frozen=True, slots=True)
class Glass:
    """One step that was taken without the second person it wanted."""

    run: str
    step: str
    title: str
    by: str
    reason: str
    at: Instant | None


def broken(run: Run) -> tuple[Glass, ...]:
    """In the order of its steps; told of for good, whatever came of it."""
    return tuple(
        Glass(
            run.id,
            one.key.step,
            step.title if (step := run.step(one.key.step)) else one.key.step,
            str(said.get("by", "")),
            str(said.get("reason", "")),
            at if isinstance(at := said.get("at"), int | float) else None,
        )
        for one in run.executions
        if isinstance(said := one.confirmed.get(BROKEN_GLASS), Mapping)
    )
