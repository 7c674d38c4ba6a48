"""`cockpit flags list|show|kill|restore`: kill switches from the plain terminal or a script."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.cli.acting import HELD, REFUSED, UNKNOWN, in_world
from cockpit.cli.confirming import Confirmed, Said
from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.core.flips import DONE, Flips, Kind
from cockpit.core.runbook.work import FlagChange, FlagOutcome
from cockpit.errors import JournalError, RunRefused, UsageError
from cockpit.text import clean, join_names

if TYPE_CHECKING:
    from cockpit.core.levels import Instant
    from cockpit.core.model import KillSwitch, Model
    from cockpit.core.switches import SwitchSeen
    from cockpit.engine.runs.world import World

EXITS = {
    FlagOutcome.APPLIED: 0,
    FlagOutcome.NOOP: 0,
    FlagOutcome.FAILED: HELD,
    FlagOutcome.CONFLICT: HELD,
    FlagOutcome.DENIED: REFUSED,
    FlagOutcome.NEEDS_APPROVAL: REFUSED,
    FlagOutcome.NOT_FOUND: REFUSED,
    FlagOutcome.UNKNOWN: UNKNOWN,
}


def list_(settings: Settings, *, json: bool) -> int:
    """Every kill switch in every environment of its store."""

    async def work(world: World) -> int:
        from cockpit.core.switches import every
        from cockpit.views import switch_lines

        seen, now = await _looked(world, list(every(world.model))), world.clock.now()
        if json:
            say_json(switch_lines.document(seen, now), indent=True)
        else:
            say([switch_lines.summary(each, now) for each in seen] or ["no kill switch is configured"])
        return 0

    return in_world(settings, work, reads_only=True)


def show(settings: Settings, key: str, envs: Sequence[str], *, json: bool) -> int:
    """0 it is known, 2 there is no such flag, 3 it cannot be read or nobody knows."""

    async def work(world: World) -> int:
        from cockpit.core.switches import environments
        from cockpit.views import switch_lines

        switch = switch_named(world.model, key)
        chosen = envs or environments(world.model, switch)
        seen, now = await _looked(world, [(switch, env) for env in chosen]), world.clock.now()
        if json:
            say_json(switch_lines.document(seen, now), indent=True)
        else:
            for each in seen:
                say(switch_lines.lines(each, now))
        if any(each.doubtful or each.trouble for each in seen):
            return UNKNOWN
        return REFUSED if any(each.stored is None for each in seen) else 0

    return in_world(settings, work, reads_only=True)


def flip(
    settings: Settings, kind: Kind, key: str, envs: Sequence[str], reason: str, said: Said, *, json: bool
) -> int:
    """0 applied or so already, 1 failed or conflict, 2 denied or not found, 3 unknown."""
    if not reason.strip():
        raise UsageError("--reason is empty", "say why, for those who read it later")

    async def work(world: World) -> int:
        from cockpit.engine.flipping import remembered
        from cockpit.engine.runs.allowing import may_move
        from cockpit.engine.runs.remembered import incident_now

        switch = switch_named(world.model, key)
        chosen = _chosen(world.model, switch, envs)
        # Not forgiving here: what cannot be put on record is not done.
        flips = await remembered(world.journal)
        incident = await incident_now(world.journal, None)
        seen = [await _seen(world, kind, switch, env, flips) for env in chosen]
        for each in seen:
            await may_move(world, each, kind, incident)
        if not await _confirmed(kind, seen, said, None if json else world.clock.now()):
            return HELD
        return await _moved(world, kind, seen, reason, incident, json=json)

    return in_world(settings, work, writes=True, what=f"{kind} {key}")


async def _seen(world: World, kind: Kind, switch: KillSwitch, env: str, flips: Flips) -> SwitchSeen:
    from cockpit.core.switches import restore_objection
    from cockpit.engine.flipping import look, settle_doubt

    seen = await look(world, switch, env, flips)
    if kind == "restore":
        seen = await settle_doubt(world, seen)
        if why := restore_objection(seen):
            raise RunRefused(f"{switch.key}@{env} is not restored: {why}")
    return seen


async def _confirmed(kind: Kind, seen: Sequence[SwitchSeen], said: Said, now: Instant | None) -> bool:
    """Everything is asked before anything moves, and shown first, unless `now` is None."""
    from cockpit.core.switches import kill_warnings, restore_warnings
    from cockpit.views import switch_lines

    for each in seen:
        warnings = kill_warnings(each) if kind == "kill" else restore_warnings(each)
        if now is not None:
            hazards = each.stored.hazards if each.stored else ()
            say(switch_lines.lines(each, now))
            say(f"  ! {warning}" for warning in warnings if warning not in (*hazards, each.mismatch))
        question = f"{kind} {each.switch.key}@{each.env}"
        match await said.to(question, each.switch.key, each.phrase):
            case Confirmed.YES:
                continue
            case Confirmed.WRONG:
                _complain(f"{question}: that is not {each.phrase}, so nothing was moved")
            case Confirmed.SILENCE:
                how = f"--answer {each.switch.key}={each.phrase}" if each.phrase else "--yes"
                _complain(f"{question} needs a word from you, so nothing was moved: {how}")
        return False
    return True


async def _moved(
    world: World, kind: Kind, seen: Sequence[SwitchSeen], reason: str, incident: str, *, json: bool
) -> int:
    from cockpit.engine.flipping import Order, flip
    from cockpit.views import switch_lines

    changes: list[FlagChange] = []
    lost: JournalError | None = None
    for each in seen:
        try:
            changes.append(await flip(world, Order(kind, each, reason, incident)))
        except JournalError as error:
            lost = error
            break
        if changes[-1].outcome not in DONE:
            break
    if json:
        say_json(switch_lines.flip_document(kind, seen, changes), indent=True)
    else:
        say(switch_lines.told(kind, seen, changes))
    if lost is not None:
        raise lost
    return EXITS[changes[-1].outcome]


async def _looked(world: World, wanted: Sequence[tuple[KillSwitch, str]]) -> list[SwitchSeen]:
    """All at once. Without a record the stores are shown all the same, and it is said."""
    from cockpit.engine.flipping import look, remembered

    flips = Flips()
    try:
        flips = await remembered(world.journal)
    except JournalError as error:
        _complain(f"what is on record is not shown: {error}")
    return list(await asyncio.gather(*(look(world, switch, env, flips) for switch, env in wanted)))


def switch_named(model: Model, key: str) -> KillSwitch:
    """Raises RunRefused with the nearest ones."""
    found = next((each for each in model.kill_switches if each.key == key), None)
    if found is None:
        from cockpit.config.suggest import nearest

        known = [each.key for each in model.kill_switches]
        near = nearest(key, known)
        hint = f"did you mean '{near}'?" if near else f"there are: {join_names(known, 6) or 'none'}"
        raise RunRefused(f"there is no kill switch '{key}'", hint)
    return found


def _chosen(model: Model, switch: KillSwitch, envs: Sequence[str]) -> Sequence[str]:
    """Those that are named, or the only one. Raises UsageError and RunRefused."""
    from cockpit.core.switches import environments

    known = environments(model, switch)
    for env in envs:
        if env not in known:
            hint = f"there are: {join_names(list(known), 6)}"
            raise RunRefused(f"{switch.provider} has no environment '{env}'", hint)
    if not envs and len(known) > 1:
        raise UsageError(
            f"{switch.provider} has several environments", f"add --env {known[0]}, more than once if need be"
        )
    return list(dict.fromkeys(envs)) or known


def _complain(text: str) -> None:
    print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)
