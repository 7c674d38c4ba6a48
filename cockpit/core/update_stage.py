"""Answers wait on the stage until the poll is closed, so that the order they come in cannot matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from cockpit.core.events import AlertsSeen, ChangesSeen, FlagsRead, ModesSeen, Sampled
from cockpit.core.model import Model, Scalar
from cockpit.core.poll import Alert, Change, Stage
from cockpit.core.state import Picture, State

Answer: TypeAlias = Sampled | FlagsRead | ModesSeen | ChangesSeen | AlertsSeen


def staged(state: State, event: Answer) -> Picture:
    picture = state.picture
    if isinstance(event, Sampled) and event.generation != state.generation:
        return picture
    return replace(picture, stage=_with(picture.stage, event, state.model))


def _with(stage: Stage, event: Answer, model: Model) -> Stage:
    match event:
        case Sampled(template, samples, trouble):
            troubles = {**stage.trouble, str(template): trouble} if trouble else stage.trouble
            return replace(stage, samples={**stage.samples, template: samples}, trouble=troubles)
        case FlagsRead(store, _, values):
            return replace(stage, flags=_joined(stage.flags, _own(values, store, model)))
        case ModesSeen(active, reconciled):
            return replace(stage, modes=stage.modes | active, reconciled=stage.reconciled | reconciled)
        case ChangesSeen(changes):
            return replace(stage, changes=in_order((*stage.changes, *changes)))
        case AlertsSeen(_, alerts):
            return replace(stage, alerts=together(stage.alerts, alerts))


def in_order(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Oldest first, each once: two feeds may tell of the same release."""
    told: dict[tuple[str, float, str], Change] = {}
    for change in sorted(changes, key=lambda one: (one.at, one.service, one.what, repr(one))):
        told.setdefault((change.service, change.at, change.what), change)
    return tuple(told.values())


def together(known: tuple[Alert, ...] | None, more: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """By source, whichever of them has answered first."""
    return tuple(sorted((*(known or ()), *more), key=_rank))


def _rank(alert: Alert) -> tuple[str, str, str]:
    return alert.source, alert.name, repr(sorted(alert.labels.items()))


def _own(values: Mapping[str, Scalar], store: str, model: Model) -> dict[str, Scalar]:
    """What this store may speak for: a key that a kill switch looks up elsewhere is not its business."""
    keeper = {switch.key: switch.provider for switch in model.kill_switches if switch.provider}
    return {key: value for key, value in values.items() if keeper.get(key, store) == store}


def _joined(known: Mapping[str, Scalar], more: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Where two stores disagree about a key that no switch claims, who was first must not matter."""
    both = {key: min(known[key], value, key=repr) for key, value in more.items() if key in known}
    return {**known, **more, **both}
