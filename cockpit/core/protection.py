"""What is protected asks for more: a name is typed before it changes, two agree before it is destroyed."""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.model import FlagStore, Model
from cockpit.core.runbook.actions import FlagSet
from cockpit.core.runbook.model import Approval, Confirm, Reach, Runbook, Step


def is_protected(model: Model, target: str) -> bool:
    """Also where no target is named, when everything is; a sandbox never is."""
    named = next((each for each in model.targets if each.name == target), None)
    if named is None:
        return model.access.protected
    return named.protected or (model.access.protected and not named.sandbox)


def is_protected_flag(model: Model, provider: str, env: str) -> bool:
    store = _store(model, provider)
    return model.access.protected or (store is not None and env in store.protected)


def guarded(model: Model, runbook: Runbook, chosen: str = "") -> Runbook:
    """`runbook` as it asks when it acts on the target `chosen`, else on its own. Nothing asks for less.

    The way back asks as it is written: who has done something there must be able to take it back in a hurry.
    """

    def all_of(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(_guarded(model, step, step.target or chosen or runbook.target) for step in steps)

    return replace(runbook, steps=all_of(runbook.steps), finally_=all_of(runbook.finally_))


def _guarded(model: Model, step: Step, target: str) -> Step:
    if step.reach is Reach.READ:
        return step
    is_kept = is_protected(model, target)
    return replace(
        step,
        confirm=_confirm(model, step, is_kept=is_kept),
        approval=_approval(step.approval) if is_kept and step.reach is Reach.DESTRUCTIVE else step.approval,
    )


def _confirm(model: Model, step: Step, *, is_kept: bool) -> Confirm:
    if isinstance(step.action, FlagSet) and (phrase := _flag_phrase(model, step, step.action)):
        return Confirm("type", phrase)
    return step.confirm if step.confirm.how == "type" or not is_kept else Confirm("type", step.id)


def _approval(said: Approval | None) -> Approval:
    if said is None:
        return Approval()
    return said if said.min >= 1 else replace(said, min=1)


def _flag_phrase(model: Model, step: Step, action: FlagSet) -> str:
    """What is typed before this flag is moved; empty: nothing because of its environment.

    Where only the run will say which flag, or where, any protected environment of the store counts.
    """
    store = _store(model, action.provider)
    if store is None:
        return ""
    env = action.env or next(iter(store.environments), "")
    if "${" in action.key or "${" in env:
        return step.id if store.protected or model.access.protected else ""
    return f"{action.key}@{env}" if is_protected_flag(model, store.name, env) else ""


def _store(model: Model, provider: str) -> FlagStore | None:
    """Without a name the only one there is."""
    if not provider and len(model.flags) == 1:
        return model.flags[0]
    return next((each for each in model.flags if each.name == provider), None)
