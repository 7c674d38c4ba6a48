"""A kill switch is moved: the request on record, then the call, then what came of it; nothing is repeated."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from cockpit.core.flips import DONE, REQUESTED, SETTLED, Flip, Flips, Kind, replayed
from cockpit.core.frozen import to_json
from cockpit.core.journal import Fact, new_uid
from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.model import KillSwitch
from cockpit.core.runbook.work import FlagChange, FlagOutcome
from cockpit.core.switches import (
    SwitchSeen,
    came_of,
    owner_of,
    phrase_of,
    restore_objection,
)
from cockpit.engine.refusing import may_act
from cockpit.engine.runs.allowing import may_move
from cockpit.engine.runs.remembered import record_now
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError, RunRefused, SourceError
from cockpit.ports import FlagProvider, Journal

log = logging.getLogger(__name__)
MOVED: Final = frozenset({FlagOutcome.APPLIED, FlagOutcome.UNKNOWN})
LOOK_BACK: Final[Seconds] = 2.0
"""How long is looked for a change whose outcome nobody knows, before anything else is done to the flag."""


class Unrecorded(JournalError):
    """The flag was moved, or nobody knows, and what came of it is not on record: unknown from now on."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants of one switch in one environment, as it was shown."""

    kind: Kind
    seen: SwitchSeen
    reason: str
    incident: str = ""


async def remembered(journal: Journal, since: Flips | None = None) -> Flips:
    """What is on record of flags. Raises JournalError."""
    flips = since or (await record_now(journal)).flips
    while records := await journal.read(flips.seq):
        flips = replayed(records, flips)
    return flips


async def look(world: World, switch: KillSwitch, env: str, flips: Flips) -> SwitchSeen:
    """The switch as it stands. Trouble with its store is told in it."""
    provider, stored, trouble = world.flags.get(switch.provider), None, ""
    asked = world.clock.now()
    if provider is None:
        return SwitchSeen(switch, env, trouble=f"there is no flag store '{switch.provider}'", at=asked)
    try:
        stored = await provider.get(switch.key, env)
    except SourceError as error:
        trouble = str(error)
    return SwitchSeen(
        switch,
        env,
        stored,
        trouble,
        flips.of(switch.provider, env, switch.key),
        provider.capabilities(),
        phrase_of(world.model, switch, env),
        asked,
    )


async def settle_doubt(world: World, seen: SwitchSeen) -> SwitchSeen:
    """The same after a look for what nobody knew: a change that shows now was applied, and that is recorded.

    One that does not show stays unknown: absent is not false. Raises JournalError.
    """
    if not seen.doubtful:
        return seen
    flip, provider = seen.story.chain[-1], _provider(world, seen)
    if await provider.verify(flip.key, flip.env, flip.want, LOOK_BACK) is FlagOutcome.APPLIED:
        stored = (await look(world, seen.switch, seen.env, Flips())).stored
        change = FlagChange(FlagOutcome.APPLIED, None, stored, "seen later")
        await world.journal.append([_settled(world, flip, change), *_debts(world, seen, flip, change)])
    return await look(world, seen.switch, seen.env, await remembered(world.journal))


async def flip(world: World, order: Order) -> FlagChange:
    """Raises RunRefused and JournalError before anything has moved, Unrecorded after it."""
    provider = _provider(world, order.seen)
    may_act(world, "so no flag is moved")
    await may_move(world, order.seen, order.kind, order.incident)
    if order.kind == "restore" and (why := restore_objection(order.seen)):
        raise RunRefused(f"{order.seen.switch.key} is not restored: {why}")
    wanted = _wanted(world, order)
    await world.journal.append([_requested(world, wanted)])
    world.die_at("after_flag_request")
    change = await _moved(provider, order, wanted)
    world.die_at("after_flag_set")
    debts = _debts(world, order.seen, wanted, change)
    try:
        await world.journal.append([_settled(world, wanted, change), *debts])
    except JournalError as error:
        what = came_of(order.kind, wanted.key, wanted.env, change)
        raise Unrecorded(f"{what}; this could not be put on record: {error}") from None
    return change


def _provider(world: World, seen: SwitchSeen) -> FlagProvider:
    provider = world.flags.get(seen.switch.provider)
    if provider is None:
        raise RunRefused(seen.trouble or f"there is no flag store '{seen.switch.provider}'")
    return provider


def _wanted(world: World, order: Order) -> Flip:
    seen, now = order.seen, world.clock.now()
    expires, want = seen.switch.expires, seen.switch.kill
    if order.kind == "restore":
        stands = seen.standing
        expires, want = None, stands.before.value if stands and stands.before else None
    return Flip(
        op_id=new_uid(),
        provider=seen.switch.provider,
        env=seen.env,
        key=seen.switch.key,
        kind=order.kind,
        want=want,
        actor=world.actor,
        at=now,
        reason=order.reason,
        before=seen.stored,
        expires_at=None if expires is None else now + expires,
        incident=order.incident,
    )


async def _moved(provider: FlagProvider, order: Order, wanted: Flip) -> FlagChange:
    """A fault of ours is an unknown like any other: the call may have gone out."""
    said = {"comment": _comment(order), "actor": wanted.actor, "op_id": wanted.op_id}
    try:
        if order.kind != "restore":
            expect = order.seen.stored
            return await provider.set(wanted.key, wanted.env, wanted.want, expect, **said)
        stands = order.seen.standing
        if stands is None or stands.before is None:  # nothing of ours stands, and it is not killed
            return FlagChange(FlagOutcome.NOOP, order.seen.stored, order.seen.stored)
        return await provider.restore(stands.before, expect=order.seen.stored, **said)
    except Exception as error:
        log.exception("flag")
        return FlagChange(FlagOutcome.UNKNOWN, reason=f"internal fault, please report: {error!r:.200}")


def _comment(order: Order) -> str:
    return ": ".join(filter(None, (order.incident, order.reason)))


def _requested(world: World, flip: Flip) -> Fact:
    body: dict[str, Json] = {
        **_about(flip),
        "kind": flip.kind,
        "want": flip.want,
        "before": to_json(flip.before),
        "reason": flip.reason,
        "expires_at": flip.expires_at,
    }
    return Fact(REQUESTED, flip.at, flip.actor, body, flip.incident)


def _settled(world: World, flip: Flip, change: FlagChange) -> Fact:
    body: dict[str, Json] = {
        **_about(flip),
        "outcome": str(change.outcome),
        "reason": change.reason,
        "after": to_json(change.after),
        "atomic": change.atomic,
    }
    return Fact(SETTLED, world.clock.now(), world.actor, body, flip.incident)


def _about(flip: Flip) -> dict[str, Json]:
    return {"op_id": flip.op_id, "key": flip.key, "provider": flip.provider, "env": flip.env}


def _debts(world: World, seen: SwitchSeen, flip: Flip, change: FlagChange) -> list[Fact]:
    """Who kills with an expiry owes the way back, also where nobody knows whether it was applied.

    Who finds the flag killed owes nothing new: the debt is known by the change that it stands for, so it is
    on record once, also when the answer to that change comes on record at the same moment.
    """
    title = f"turn {flip.key}@{flip.env} back"
    now, chain = world.clock.now(), seen.story.chain
    body: dict[str, Json] = {"title": title, "key": flip.key, "provider": flip.provider, "env": flip.env}
    if flip.kind == "restore":
        if seen.standing is None or change.outcome not in DONE:
            return []
        return [Fact("obligation.closed", now, world.actor, {**body, "why": flip.reason}, flip.incident)]
    owes = any(each.kind == "kill" and each.outcome in MOVED for each in chain)
    # A kill that crashed may be found done by the next.
    ours = change.outcome in MOVED or (change.outcome is FlagOutcome.NOOP and seen.standing is not None)
    if owes or not ours or flip.expires_at is None:
        return []
    body |= {"owner": owner_of(world.model, seen.switch), "expires_in": flip.expires_at - now}
    stands = (seen.standing if change.outcome is FlagOutcome.NOOP else None) or flip
    return [Fact("obligation.opened", now, world.actor, body, flip.incident, uid=f"{stands.op_id}-owed")]
