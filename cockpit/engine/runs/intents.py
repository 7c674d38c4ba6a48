"""What is meant to be done, rendered and frozen, so that it can be shown, recorded, done and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from cockpit.core.frozen import from_json, to_json
from cockpit.core.json import Json
from cockpit.core.runbook.actions import Action, Command, EndSilence, FlagSet, Silence
from cockpit.core.runbook.model import Rollback, Step
from cockpit.core.runbook.render import names_to_fill, rendered, rendered_rollback
from cockpit.core.runbook.run import Execution, Key, Run, run_lock
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.substitute import SubstitutionError, filled_env
from cockpit.core.runbook.undoing import rollback_of
from cockpit.core.runbook.work import FlagState
from cockpit.engine.runs.acting import Attempt
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.surroundings import target_of, working_folder
from cockpit.errors import CockpitError

START_WITHIN_NS: Final = 5_000_000_000


async def intent_of(eyes: Eyes, run: Run, step: Step, key: Key) -> tuple[dict[str, Json], Attempt]:
    """The body of `step.intent` or `undo.intent`, and the same to be done.

    Raises SubstitutionError when something it needs is missing, CockpitError when a flag cannot be read,
    LeaseLost when the run is not ours any more.
    """
    if key.phase is Phase.UNDO:
        return await _undo(eyes, run, step, key)
    action = rendered(step.action, names_to_fill(run))
    before = await flag_before(eyes, action)
    rollback, why = _rollback(run, step, key)
    body = _body(eyes, run, step, action, key, before)
    body["rollback"] = to_json(rollback) if rollback else None
    body["without_undo"] = why
    return body, attempt_of(eyes, run, step, key, body)


async def _undo(eyes: Eyes, run: Run, step: Step, key: Key) -> tuple[dict[str, Json], Attempt]:
    forward = forward_of(run, key)
    rollback = rollback_of(step, forward) if forward else step.rollback
    if rollback is None or rollback.action is None:
        raise SubstitutionError("it has no undo")
    body = _body(eyes, run, step, rollback.action, key, before_of(forward))
    body["timeout"] = rollback.timeout
    return body, attempt_of(eyes, run, step, key, body)


def forward_of(run: Run, key: Key) -> Execution | None:
    """The try whose effect an undo takes back."""
    wanted = (key.step, key.visit)
    return next((one for one in run.standing() if (one.key.step, one.key.visit) == wanted), None)


def before_of(one: Execution | None) -> FlagState | None:
    frozen = one.intent.get("before") if one and one.intent else None
    return from_json(FlagState, frozen) if frozen else None


async def flag_before(eyes: Eyes, action: Action) -> FlagState | None:
    if not isinstance(action, FlagSet):
        return None
    provider = eyes.world.flags.get(action.provider)
    if provider is None:
        raise CockpitError(f"there is no flag provider '{action.provider}'")
    return await provider.get(action.key, action.env)


def _rollback(run: Run, step: Step, key: Key) -> tuple[Rollback | None, str]:
    """The undo with its own arguments; without them, why there is none."""
    if step.rollback is None or step.rollback.action is None:
        return step.rollback, ""
    try:
        return rendered_rollback(step.rollback, names_to_fill(run)), ""
    except SubstitutionError as error:
        why = f"begun without its undo: {error}"
        return replace(step.rollback, action=None, reason=why), why


def _body(
    eyes: Eyes, run: Run, step: Step, action: Action, key: Key, before: FlagState | None
) -> dict[str, Json]:
    target = target_of(step, run.runbook, run.target)
    world, start_by = eyes.world, eyes.world.boot_ns() + START_WITHIN_NS
    fence = world.owners.fence(run_lock(run.id))
    return {
        "action": to_json(action),
        "argv": list(action.argv) if isinstance(action, Command) else None,
        "target": target,
        "cwd": working_folder(eyes.target, run.runbook),
        "env": dict(filled_env(step.env, names_to_fill(run))),
        "timeout": step.timeout,
        "folder": f"{world.folder}/{run.id}" if world.folder else "",
        "nonce": uuid4().hex,
        "op": f"{run.id}.{key.step}.{key.visit}.{key.phase}.{run.started_at:.0f}",
        "start_by": min(start_by, fence.until) if fence else start_by,
        "host": world.here.host,
        "boot_id": world.here.boot_id,
        "file_hash": run.runbook.digest,
        "fence": fence.token if fence else None,
        "before": to_json(before) if before else None,
    }


def attempt_of(eyes: Eyes, run: Run, step: Step, key: Key, body: dict[str, Json]) -> Attempt:
    action: Action = from_json(_Holder, {"action": body["action"]}).action
    return Attempt(
        action=action,
        phase=key.phase,
        nonce=str(body["nonce"]),
        folder=str(body["folder"]),
        name=file_name(key),
        timeout=float(str(body["timeout"])),
        kill_grace=step.kill_grace,
        start_by=int(str(body["start_by"])),
        op=str(body["op"]),
        env=filled_env(step.env, names_to_fill(run)),
        comment=comment_of(run, step, key, action),
        before=from_json(FlagState, body["before"]) if body["before"] else None,
        fence=str(body["fence"]) if body["fence"] is not None else "",
    )


def comment_of(run: Run, step: Step, key: Key, action: Action | None = None) -> str:
    """For whoever meets what we did. On a silence it is the only one of its kind: it is found by it."""
    told = f"{run.id} {run.runbook.title}: {step.title}"
    if not isinstance(action or step.action, Silence | EndSilence):
        return told
    return f"{told} [{run.id}.{key.step}.{key.visit}.{run.started_at:.0f}]"


@dataclass(frozen=True, slots=True)
class _Holder:
    action: Action


def file_name(key: Key) -> str:
    return f"{key.step}.{key.visit}.{key.attempt}.{key.phase}"
