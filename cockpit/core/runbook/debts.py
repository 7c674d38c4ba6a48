"""Obligations: what a run leaves for somebody to clean up, opened and closed by its steps."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.runbook.model import Step
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import Effect, StepState
from cockpit.core.runbook.words import Word, say


def debts_of(run: Run, step: Step, key: Key) -> Iterator[Word]:
    """What a step that succeeded opens and closes."""
    if opened := step.opens_obligation:
        yield say("obligation.opened", key, title=opened.title, owner=opened.owner, expires_in=opened.expires)
    if step.closes_obligation and step.closes_obligation in run.debts:
        yield say("obligation.closed", key, title=step.closes_obligation, why=f"{step.title}: done")


def debts_of_finally(step: Step, one: Execution, state: StepState, reason: str) -> Iterator[Word]:
    """A `finally` step that did not succeed is nobody's business any more unless somebody is told."""
    yield say("obligation.opened", one.key, title=f"{step.title}: {reason or state}", owner="")


def debts_reverted(run: Run, step: Step, key: Key) -> Iterator[Word]:
    """What a step opened goes with it when it is taken back."""
    opened = step.opens_obligation
    if opened and opened.title in run.debts:
        yield say("obligation.closed", key, title=opened.title, why=f"{step.title}: taken back")


def debts_left(run: Run) -> Iterator[Word]:
    """What stays in the world when a run ends early, one for each effect that stands or may stand."""
    for one in run.standing():
        step = run.step(one.key.step)
        title = step.title if step else one.key.step
        doubt = " (may or may not have happened)" if one.effect is not Effect.APPLIED else ""
        yield say("obligation.opened", one.key, title=f"{run.id} left in place: {title}{doubt}", owner="")
