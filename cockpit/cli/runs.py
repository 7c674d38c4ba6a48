"""`cockpit runs`: what was run, and what still needs somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.engine.runs.world import World

NEWEST = 50


def runs(settings: Settings, *, every: bool, mode: str | None, json: bool) -> int:
    """The newest 50, newest first; `every` one of them with --all."""
    if mode not in (None, "live", "drill"):
        raise UsageError(f"there is no mode '{mode}'", "there are live and drill")
    if mode == "drill":
        return _drilled(settings, every=every, json=json)

    async def work(world: World) -> int:
        from cockpit.engine.runs.remembered import all_runs, foreign_runs, record_now
        from cockpit.views import runs_list

        known = await all_runs(world.journal) if every else (await record_now(world.journal)).runs
        found = [run for run in known.values() if mode in (None, run.mode)]
        chosen = found[::-1] if every else found[::-1][:NEWEST]
        owners = {run.id: await _owner(world, run.id) for run in chosen if not run.final}
        foreign = await foreign_runs(world.journal, world.left_behind())
        if json:
            say_json(runs_list.document(chosen, owners, foreign), indent=True)
        else:
            say(runs_list.lines(chosen, owners, world.clock.now(), foreign))
        return 0

    return in_world(settings, work, reads_only=True)


def _drilled(settings: Settings, *, every: bool, json: bool) -> int:
    """Runs of drills, which have a journal of their own. Nobody looks after one once its drill is over."""
    import asyncio
    import time

    from cockpit.cli.loading import load
    from cockpit.core.runbook.run import Run
    from cockpit.engine.runs.remembered import all_runs, record_now
    from cockpit.views import runs_list
    from cockpit.wiring.drilling import archive, is_kept

    model = load(settings).model

    async def work() -> dict[str, Run]:
        journal = archive(model, create=False)
        try:
            return dict(await all_runs(journal) if every else (await record_now(journal)).runs)
        finally:
            await journal.close()

    known = list(asyncio.run(work()).values()) if is_kept(model) else []
    chosen = known[::-1] if every else known[::-1][:NEWEST]
    if json:
        say_json(runs_list.document(chosen, {}), indent=True)
    else:
        say(runs_list.lines(chosen, {}, time.time()))
    return 0


async def _owner(world: World, id: str) -> str:
    from cockpit.core.runbook.run import run_lock

    return await world.owners.holder(run_lock(id))
