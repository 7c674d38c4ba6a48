"""A plan: the steps as they would be done now. Only looks; in read-only mode not even commands that look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from cockpit.core.levels import Instant
from cockpit.core.runbook.actions import Action, Command, FlagSet
from cockpit.core.runbook.live import Plan, PlannedCheck, PlannedStep
from cockpit.core.runbook.model import Reach, Rollback, Step
from cockpit.core.runbook.render import Names, as_written, lenient, rendered, rendered_rollback, shown
from cockpit.core.runbook.substitute import SubstitutionError, references
from cockpit.core.runbook.told import approval_words, confirm_words, does, kind_of, looks_at, undo_words
from cockpit.engine.refusing import only_looks
from cockpit.engine.runs.finding import happened
from cockpit.engine.runs.locking import lock_keys
from cockpit.engine.runs.looks import Eyes, captured_text, env_to_look
from cockpit.engine.runs.starting import Prepared
from cockpit.engine.runs.surroundings import target_of

NOT_READ = "not read"


async def planned(prepared: Prepared, at: Instant) -> Plan:
    """The whole plan; what cannot be read now is named in `unread`."""
    runbook = prepared.wanted.runbook
    return Plan(
        runbook.id,
        at,
        prepared.wanted.target or runbook.target,
        dict(prepared.parameters),
        tuple(
            PlannedCheck(each.title, each.holds, each.why, each.by_hand, each.blocks)
            for each in prepared.checks
        ),
        tuple([step async for step in steps_of(prepared)]),
        lock_keys(runbook),
    )


async def steps_of(prepared: Prepared) -> AsyncIterator[PlannedStep]:
    """Captures of a step are there for the steps behind it, as in a run."""
    runbook, eyes = prepared.wanted.runbook, prepared.eyes
    captures: dict[str, object] = {}
    for step in (*runbook.steps, *runbook.finally_):
        target = eyes.world.target(target_of(step, runbook, prepared.wanted.target))
        here = replace(eyes, target=target, known={**eyes.known, "captures": dict(captures)})
        if not only_looks(eyes.world):
            captures |= await _captured(here, step)
            here = replace(here, known={**here.known, "captures": dict(captures)})
        yield await _step(here, step)


async def _captured(eyes: Eyes, step: Step) -> dict[str, object]:
    found: dict[str, object] = {}
    for capture in step.captures:
        if capture.when == "before" and not capture.pointer:
            seen = await eyes.to("capture", step.id, name=capture.name).look(capture.ask, env_to_look(step))
            if not seen.why and seen.names.get("exit_code", 0) == 0:
                found[capture.name] = captured_text(seen.text)
    return found


async def _step(eyes: Eyes, step: Step) -> PlannedStep:
    action, unread = _rendered(step.action, eyes.known)
    can, undo = undo_words(replace(step, rollback=_undo(step.rollback, eyes.known)))
    return PlannedStep(
        id=step.id,
        title=shown(lenient(step.title, eyes.known)),
        action=kind_of(step.action),
        does=does(action),
        argv=action.argv if isinstance(action, Command) else None,
        effect=str(step.reach),
        confirm=confirm_words(step.confirm, step),
        approval=approval_words(step.approval),
        undo=undo,
        can_undo=can,
        already=await _already(eyes, step),
        unread=unread,
    )


def _rendered(action: Action, known: Names) -> tuple[Action, tuple[str, ...]]:
    """As far as it is known, and the names of what is not."""
    try:
        return rendered(action, known), ()
    except SubstitutionError:
        missing = _missing(action, known)
    try:
        return rendered(action, as_written(known)), missing
    except SubstitutionError:
        return action, missing


def _undo(rollback: Rollback | None, known: Names) -> Rollback | None:
    """What is captured before the step stays as it is written, unless it can be read now."""
    try:
        return rendered_rollback(rollback, as_written(known)) if rollback else None
    except SubstitutionError:
        return rollback


def _missing(action: Action, known: Names) -> tuple[str, ...]:
    texts = action.argv if isinstance(action, Command) else (does(action),)
    wanted = [name for text in texts for name in references(text)]
    return tuple(name for name in dict.fromkeys(wanted) if _value(name, known) is None)


def _value(name: str, known: Names) -> Any:
    group, _, key = name.partition(".")
    return known.get(group, {}).get(key)


async def _already(eyes: Eyes, step: Step) -> bool | None:
    """What the look before the write would say."""
    asks = step.reconcile is not None or isinstance(step.action, FlagSet)
    if step.reach is Reach.READ or not asks or only_looks(eyes.world):
        return None
    verdict = await happened(eyes, step, None, once=True)
    return {"applied": True, "not_applied": False}.get(verdict)


def preview_words(step: Step) -> str:
    return looks_at(step.preview) if step.preview else "not previewable"
