"""Does what a step says, once, and tells in plain JSON how it ended and what that means for the world.

The body of `step.exited`: `ok`, `ending`, `effect` (applied, not_applied, unknown, none), `code`, `stdout`,
`stderr` (their last 4 KiB), `dropped` (bytes), `seconds`, `reason`, and for an undo `stands`: whether what it
was to take back still stands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.incident.rules import Channel
from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import Action, Command, EndSilence, FlagSet, HttpCall, Notify, Silence
from cockpit.core.runbook.render import with_secrets
from cockpit.core.runbook.states import Effect, Phase
from cockpit.core.runbook.work import (
    Answered,
    Ending,
    Exit,
    FlagChange,
    FlagOutcome,
    FlagState,
    Heard,
    HttpAnswer,
    Output,
    Started,
)
from cockpit.engine.runs.looks import Eyes, command_job, secret_call
from cockpit.errors import CockpitError

KEPT: Final = 4096
FENCE: Final = "COCKPIT_FENCE"
FENCE_HEADER: Final = "Cockpit-Fence"
TOO_LATE: Final = "too late to begin: this cockpit slept, or could not prolong its hold on the run"
NOWHERE: Final = "no Alertmanager is configured"
READ_BACK: Final[Seconds] = 2.0
"""How long a flag whose answer was lost is read back; one server showed its own writes after 300 ms."""
Body = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is done, with all that was frozen at its intent."""

    action: Action
    phase: Phase
    nonce: str
    folder: str
    name: str
    timeout: Seconds
    kill_grace: Seconds
    start_by: int
    op: str
    """Equal for a repeated request, so that a careful server does not do it twice."""
    env: Mapping[str, str]
    comment: str
    before: FlagState | None = None
    """Of a flag, as the operator saw it."""
    fence: str = ""
    """Grows with every take-over of the run; a target that honours it refuses who was there before."""


Hear = Callable[[Started | Output], Awaitable[None]]


async def act(eyes: Eyes, attempt: Attempt, hear: Hear) -> Body:
    """Never raises for what happens outside."""
    if eyes.world.boot_ns() > attempt.start_by:  # a command's shim looks once more, right before it starts
        return _body(attempt, Answered.REFUSED, reason=TOO_LATE)
    match attempt.action:
        case Command():
            return await _command(eyes, attempt, hear)
        case HttpCall():
            return await _http(eyes, attempt, attempt.action)
        case FlagSet():
            return await _flag(eyes, attempt, attempt.action)
        case Notify():
            return await _notify(eyes, attempt, attempt.action)
        case Silence():
            return await _silence(eyes, attempt, attempt.action)
        case EndSilence():
            return await _end_silence(eyes, attempt)
        case other:
            return _body(attempt, Answered.REFUSED, reason=f"{type(other).__name__} cannot be done here")


# Commands


async def _command(eyes: Eyes, attempt: Attempt, hear: Hear) -> Body:
    assert isinstance(attempt.action, Command)
    job = replace(
        command_job(eyes, attempt.action, _fenced(attempt, attempt.env, FENCE), attempt.timeout),
        nonce=attempt.nonce,
        folder=attempt.folder,
        name=attempt.name,
        kill_grace=attempt.kill_grace,
        start_by=attempt.start_by,
    )
    try:
        end = await followed(eyes.world.runner.run(job), hear)
    except CockpitError as error:
        end = Exit(Ending.NOT_STARTED, reason=str(error))
    return exit_body(end, attempt.phase)


def _fenced(attempt: Attempt, known: Mapping[str, str], name: str) -> dict[str, str]:
    return {**known, name: attempt.fence} if attempt.fence else dict(known)


async def followed(heard: AsyncIterator[Heard], hear: Hear) -> Exit:
    async for each in heard:
        if isinstance(each, Exit):
            return each
        await hear(each)
    return Exit(Ending.LOST, reason="nobody saw the end of it")


def exit_body(end: Exit, phase: Phase, read: bool = False) -> Body:
    ok = end.ending is Ending.EXITED and end.code == 0
    answered = Answered.UNKNOWN
    if ok:
        answered = Answered.DONE
    elif end.ending is Ending.NOT_STARTED:
        answered = Answered.REFUSED
    return {
        **_meaning(phase, answered, read),
        "ending": str(end.ending),
        "code": end.code,
        "stdout": end.stdout[-KEPT:],
        "stderr": end.stderr[-KEPT:],
        "dropped": end.dropped,
        "seconds": round(end.seconds, 3),
        "reason": end.reason,
    }


def _meaning(phase: Phase, answered: Answered, read: bool = False) -> Body:
    """What an end says about the world: of a step whether it is so, of an undo whether it still is."""
    ok = answered is Answered.DONE
    if phase is Phase.UNDO:
        stands = {Answered.DONE: "not_applied", Answered.REFUSED: "applied"}.get(answered, "unknown")
        return {"ok": ok, "stands": stands}
    effect = {Answered.DONE: Effect.APPLIED, Answered.REFUSED: Effect.NOT_APPLIED}.get(
        answered, Effect.UNKNOWN
    )
    return {"ok": ok, "effect": Effect.NONE if read else effect}


def _body(attempt: Attempt, answered: Answered, **more: Json) -> Body:
    return {**_meaning(attempt.phase, answered), "ending": "answered", **more}


# Requests


async def _http(eyes: Eyes, attempt: Attempt, call: HttpCall) -> Body:
    headers = _fenced(attempt, {"Idempotency-Key": attempt.op}, FENCE_HEADER)
    answer = await _sent(eyes, call, headers, attempt.timeout)
    return _body(
        attempt, answer.outcome, status=answer.status, stdout=answer.body[-KEPT:], reason=answer.reason
    )


async def _sent(eyes: Eyes, call: HttpCall, headers: Mapping[str, str], within: Seconds) -> HttpAnswer:
    return await eyes.world.http.send(
        secret_call(call, eyes.secrets),
        within=within,
        headers=headers,
        secrets=tuple(eyes.secrets.values()),
        purpose=eyes.purpose,
    )


async def _notify(eyes: Eyes, attempt: Attempt, notify: Notify) -> Body:
    """To one of `incident.notify`. Sent is sent: there is nothing to take back."""
    place = eyes.world.model.incident.channel(notify.to)
    if place is None:
        return _body(attempt, Answered.REFUSED, reason=f"there is nobody called '{notify.to}' to notify")
    try:
        headers, known = await _webhook_secret(eyes, place)
    except CockpitError as error:
        return _body(attempt, Answered.REFUSED, reason=str(error))
    text = with_secrets(notify.text, {})
    call = HttpCall("POST", place.webhook, headers, {"text": text})
    answer = await eyes.world.http.send(
        call,
        within=attempt.timeout,
        headers={"Idempotency-Key": attempt.op},
        secrets=known,
        purpose=eyes.purpose,
    )
    return _body(attempt, answer.outcome, status=answer.status, reason=answer.reason)


async def _webhook_secret(eyes: Eyes, place: Channel) -> tuple[dict[str, str], tuple[str, ...]]:
    if not place.secret:
        return {}, ()
    value = await eyes.world.secrets.value(place.secret)
    return {"Authorization": f"Bearer {value}"}, (value,)


async def _silence(eyes: Eyes, attempt: Attempt, silence: Silence) -> Body:
    if eyes.world.silencer is None:
        return _body(attempt, Answered.REFUSED, reason=NOWHERE)
    now = eyes.world.clock.now()
    outcome, id = await eyes.world.silencer.silence(
        silence.matchers, now, now + silence.lasts, eyes.world.actor, attempt.comment
    )
    known = {"silence": id} if outcome is Answered.DONE else {"reason": id}
    return _body(attempt, outcome, **known)


async def _end_silence(eyes: Eyes, attempt: Attempt) -> Body:
    if eyes.world.silencer is None:
        return _body(attempt, Answered.REFUSED, reason=NOWHERE)
    outcome, reason = await eyes.world.silencer.expire(attempt.comment)
    return _body(attempt, outcome, reason=reason)


# Flags


async def _flag(eyes: Eyes, attempt: Attempt, flag: FlagSet) -> Body:
    provider = eyes.world.flags.get(flag.provider)
    if provider is None:
        return _body(attempt, Answered.REFUSED, reason=f"there is no flag provider '{flag.provider}'")
    comment, actor, op = flag.reason or attempt.comment, eyes.world.actor, attempt.op
    before = attempt.before
    if attempt.phase is Phase.UNDO and before is not None and before.value == flag.to:
        change = await provider.restore(before, comment=comment, actor=actor, op_id=op)
    else:
        expect = before if attempt.phase is Phase.DO else None
        change = await provider.set(
            flag.key, flag.env, flag.to, expect, comment=comment, actor=actor, op_id=op
        )
    if change.outcome is FlagOutcome.UNKNOWN:
        seen = await provider.verify(flag.key, flag.env, flag.to, READ_BACK)
        change = replace(change, outcome=seen)
    return {**_body(attempt, _answered(change)), **_told(change)}


def _answered(change: FlagChange) -> Answered:
    match change.outcome:
        case FlagOutcome.APPLIED | FlagOutcome.NOOP:
            return Answered.DONE
        case FlagOutcome.UNKNOWN:
            return Answered.UNKNOWN
    return Answered.REFUSED


def _told(change: FlagChange) -> Body:
    after = change.after
    return {
        "outcome": str(change.outcome),
        "reason": change.reason or ("" if _answered(change) is Answered.DONE else str(change.outcome)),
        "atomic": change.atomic,
        "value": after.value if after else None,
    }
