"""Whether whoever acts may start, take up, take back or move what only some may."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.access import bar, held_by, hint
from cockpit.core.flips import Kind
from cockpit.core.runbook.model import Runbook
from cockpit.core.runbook.run import Run
from cockpit.core.switches import SwitchSeen
from cockpit.engine.refusing import may_act, refuse, who
from cockpit.engine.runs.remembered import record_now
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused


async def barred(world: World, names: Sequence[str], incident: str) -> str:
    """Why whoever acts may not do what only `names` may; empty: they may. Raises JournalError."""
    me = who(world)
    why = bar(names, me)
    if not why or not incident or me.only_looks:
        return why
    known = (await record_now(world.journal)).incidents.get(incident)
    return bar(names, me, held_by(known.roles, me.name)) if known else why


async def may_run(world: World, runbook: Runbook, incident: str, what: str) -> None:
    """Raises RunRefused, which is on record, with what does not happen."""
    if why := await barred(world, runbook.roles, incident):
        error = RunRefused(f"{what}: {why}", hint(who(world)))
        await refuse(world, f"run {runbook.id}", error)


async def may_take_up(world: World, run: Run, *, take_back: bool = False) -> None:
    """Raises RunRefused. Who has acted in a run may always take back what stands of it."""
    may_act(world, f"so {run.id} is left as it is")
    if take_back and world.actor in run.operators:
        return
    verb = "taken back" if take_back else "taken up"
    await may_run(world, run.runbook, run.incident, f"{run.id} is not {verb}")


async def may_move(world: World, seen: SwitchSeen, kind: Kind, incident: str) -> None:
    """Raises RunRefused, which is on record. Who has moved a switch may always put it back."""
    if kind == "restore" and seen.standing is not None and seen.standing.actor == world.actor:
        return
    if why := await barred(world, seen.switch.roles, incident):
        what = f"{seen.switch.key}@{seen.env}"
        error = RunRefused(f"{what} is not moved: {why}", hint(who(world)))
        await refuse(world, f"{kind} {what}", error)
