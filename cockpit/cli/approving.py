"""`cockpit approve` and `cockpit approvals`: what waits for a second person, and their word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cockpit.cli.acting import in_world
from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.runbook.requests import Request
    from cockpit.engine.runs.world import World

LEAST: Final = 8
"""Characters of a digest that are enough to mean one."""


def approvals(settings: Settings, *, json: bool) -> int:
    """What can be answered now, the one that ends first before the others."""

    async def work(world: World) -> int:
        from cockpit.engine.runs.judging import open_ones
        from cockpit.views import approvals

        now = world.clock.now()
        found = await open_ones(world.journal, now)
        if json:
            say_json(approvals.document(found), indent=True)
        else:
            say(approvals.listed(found, now))
        return 0

    return in_world(settings, work, reads_only=True)


def approve(settings: Settings, run: str, step: str, *, refuse: bool, reason: str, digest: str) -> int:
    """0 on record, 2 refused: nobody approves what he runs himself, or something else than was shown."""
    if not reason.strip():
        raise UsageError("--reason is empty", "say why, for those who read it later")
    if digest and len(digest) < LEAST:
        raise UsageError(f"--digest {digest} is too short", f"give at least {LEAST} characters of it")

    async def work(world: World) -> int:
        from cockpit.engine.runs.judging import judge
        from cockpit.views import approvals

        request = await _named(world, run, step)
        say(approvals.lines(request, world.clock.now()))
        judged = await judge(world, request, refuse_it=refuse, reason=reason, shown=digest)
        say([judged.text])
        return 0 if judged.counts else 2

    return in_world(settings, work, writes=True)


async def _named(world: World, run: str, step: str) -> Request:
    """The one that is meant; without a name the only one there is. Raises UsageError and RunRefused."""
    from cockpit.cli.acting import named_run
    from cockpit.engine.runs.judging import asked_for, open_ones
    from cockpit.text import join_names

    if run:
        found, _ = await named_run(world, run)
        return await asked_for(world, found.id, step)
    every = await open_ones(world.journal, world.clock.now())
    if len(every) != 1:
        names = join_names([f"{each.run.id} {each.step.id}" for each in every], 4)
        hint = f"name one: {names}" if every else "`cockpit runs` lists what is run"
        raise UsageError("more than one approval waits" if every else "no approval waits", hint)
    return every[0]
