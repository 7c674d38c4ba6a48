"""Finding out: whether a step has happened, whether it still stands, what became of a lost attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from cockpit.core.frozen import from_json
from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import Command, FlagSet, Silence
from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.model import Reconcile, Step
from cockpit.core.runbook.run import Execution, Key, Run
from cockpit.core.runbook.states import Effect
from cockpit.core.runbook.undoing import expired, rollback_of
from cockpit.core.runbook.work import Ending, Exit, Found, Heard, Identity, Trace
from cockpit.engine.runs.acting import Hear, followed
from cockpit.engine.runs.intents import before_of, comment_of, file_name, forward_of
from cockpit.engine.runs.looks import Eyes
from cockpit.engine.runs.world import World
from cockpit.errors import CockpitError

SETTLES: Final[Seconds] = 3.0
GONE: Final = "the cockpit ended while it was under way"


async def happened(
    eyes: Eyes, step: Step, flag_before: object, *, once: bool = False, comment: str = ""
) -> str:
    """`applied`, `not_applied` or `unknown`. One answer must hold twice unless asked `once`.

    `comment`: what is written on a silence.
    """
    if isinstance(step.action, FlagSet):
        return await _flag_stands(eyes, step.action, flag_before)
    if isinstance(step.action, Silence):
        return await _silence_stands(eyes, comment, once)
    if step.reconcile is None:
        return "unknown"
    reconcile = step.reconcile
    eyes = eyes.to("reconcile", step.id, yes=reconcile.applied_when, no=reconcile.not_applied_when)
    verdict = await _asked(eyes, reconcile)
    if once:
        return verdict
    clock = eyes.world.clock
    end = clock.now() + reconcile.within
    while clock.now() < end:
        await clock.sleep(reconcile.interval)
        again = await _asked(eyes, reconcile)
        if again == verdict != "unknown":
            return verdict
        verdict = again
    return "unknown"


async def _asked(eyes: Eyes, reconcile: Reconcile) -> str:
    """Absent never means false: what cannot be seen is unknown."""
    seen = await eyes.look(reconcile.ask)
    if seen.why:
        return "unknown"
    names = {**eyes.known, **seen.names}
    applied = evaluate(reconcile.applied_when, names) if reconcile.applied_when else False
    not_applied = evaluate(reconcile.not_applied_when, names) if reconcile.not_applied_when else False
    match applied, not_applied:
        case True, False:
            return "applied"
        case False, True:
            return "not_applied"
    return "unknown"


async def _flag_stands(eyes: Eyes, flag: FlagSet, before: object) -> str:
    provider = eyes.world.flags.get(flag.provider)
    if provider is None:
        return "unknown"
    try:
        state = await provider.get(flag.key, flag.env)
    except CockpitError:
        return "unknown"
    if state is None:
        return "unknown"
    return "applied" if state.value == flag.to else "not_applied"


async def _silence_stands(eyes: Eyes, comment: str, once: bool) -> str:
    """That there is none counts only when it still is so after a while: the request may be on its way."""
    if eyes.world.silencer is None:
        return "unknown"
    stands = await eyes.world.silencer.standing(comment)
    if stands is False and not once:
        await eyes.world.clock.sleep(SETTLES)
        stands = await eyes.world.silencer.standing(comment)
    return {True: "applied", False: "not_applied"}.get(stands, "unknown")  # type: ignore[arg-type]  # None


async def look_back(eyes: Eyes, run: Run, step: Step, key: Key) -> dict[str, Json]:
    """Before an undo: `applied`, `not_applied`, `unknown`, or `later` when somebody has written since."""
    forward = forward_of(run, key)
    if forward is None:
        return {"verdict": "not_applied"}
    if why := await _too_late(eyes, step, forward):
        return {"verdict": "later", "detail": why}
    if step.reconcile is None and not isinstance(step.action, FlagSet | Silence):
        certain = forward.effect is Effect.APPLIED
        return {"verdict": "applied" if certain else "unknown", "detail": "it cannot be looked at"}
    once, comment = forward.effect is Effect.APPLIED, comment_of(run, step, key)
    return {"verdict": await happened(eyes, step, before_of(forward), once=once, comment=comment)}


async def _too_late(eyes: Eyes, step: Step, forward: Execution) -> str:
    rollback = rollback_of(step, forward)
    if rollback is None:
        return ""
    if expired(rollback, forward, eyes.world.clock.now()):
        return "the time to undo it is over"
    if rollback.reversible_while is None:
        return ""
    ask, success = rollback.reversible_while
    seen = await eyes.to("look", step.id, yes=success).look(ask)
    if evaluate(success, {**eyes.known, **seen.names}) is True:
        return ""
    return f"it can be undone only while {success}"


# What became of an attempt


async def trace_of(eyes: Eyes, one: Execution) -> Found:
    """What is left of an attempt whose end nobody recorded."""
    assert one.intent is not None
    action = one.intent.get("action")
    if not isinstance(action, dict) or action.get("is") != Command.__name__:
        return Found(Trace.GONE)
    folder = run_folder(eyes, one)
    identity = identity_of(one)
    if identity is None and _is_here(eyes, one):
        await _start_is_over(eyes, one)
    found = await eyes.world.runner.find(folder, file_name(one.key), str(one.intent["nonce"]), identity)
    if found.trace is Trace.GONE and identity is None and not _is_here(eyes, one):
        return Found(Trace.ELSEWHERE, where=str(one.intent.get("host")))
    return found


def _is_here(eyes: Eyes, one: Execution) -> bool:
    """Whether it was meant to be done on this machine, as far as anybody says.

    In a team two machines may bear one name, and what another account left on this one cannot be read.
    """
    assert one.intent is not None
    world, meant = eyes.world, one.intent
    here = world.here.host
    same = not here or str(meant.get("host") or here) == here
    if world.team is None:
        return same
    ours = run_folder(eyes, one).startswith(f"{world.folder}/")
    return same and ours and meant.get("boot_id") == world.here.boot_id


async def foreign(world: World, folder: str, name: str) -> str:
    """What an attempt by this name has left that is not on record; empty: nothing, so it may begin."""
    found = await world.foreign(folder, name)
    if found is None:
        return ""
    match found.trace:
        case Trace.ENDED if found.exit is not None:
            how = f"it ended ({found.exit.ending}{'' if found.exit.code is None else f' {found.exit.code}'})"
        case Trace.RUNNING | Trace.ORPHANED:
            how = f"it is still running ({found.where})"
        case _:
            how = "it may or may not have happened"
    return f"this step was begun before, and that is not in the record: {how}; was an older one put back?"


def run_folder(eyes: Eyes, one: Execution) -> str:
    assert one.intent is not None
    return str(one.intent.get("folder") or "")


def identity_of(one: Execution) -> Identity | None:
    return from_json(Identity, one.identity["identity"]) if one.identity else None


async def _start_is_over(eyes: Eyes, one: Execution) -> None:
    """Without a sign of life the shim may be on its way; after `start_by` it will not start any more."""
    assert one.intent is not None
    left: Seconds = (int(str(one.intent["start_by"])) - eyes.world.boot_ns()) / 1e9
    if 0 < left <= 10:
        await eyes.world.clock.sleep(left + 0.5)


async def adopted(eyes: Eyes, one: Execution) -> AsyncIterator[Heard]:
    identity = identity_of(one)
    assert identity is not None
    async for heard in eyes.world.runner.adopt(run_folder(eyes, one), file_name(one.key), identity):
        yield heard


async def end_of(eyes: Eyes, one: Execution, hear: Hear) -> tuple[Exit | None, str]:
    """How an attempt ended, once it has; None: it cannot be seen from here, and where it may be running."""
    while True:
        found = await trace_of(eyes, one)
        match found.trace:
            case Trace.ENDED if found.exit is not None:
                return found.exit, ""
            case Trace.RUNNING | Trace.ORPHANED if identity_of(one) is None:
                await eyes.world.clock.sleep(SETTLES)  # its name is not on record, so it cannot be heard
            case Trace.RUNNING | Trace.ORPHANED:
                return await followed(adopted(eyes, one), hear), ""
            case Trace.ELSEWHERE:
                return None, found.where
            case _:
                return lost(), ""


def lost() -> Exit:
    return Exit(Ending.LOST, reason=GONE)
