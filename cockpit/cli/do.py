"""`cockpit do -- CMD`: anything at all, under the same shim, target and record, with no known undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from cockpit.cli.acting import HELD, INTERRUPTED, UNKNOWN, in_world
from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import RunRefused, UsageError

if TYPE_CHECKING:
    from cockpit.core.runbook.work import Job
    from cockpit.engine.runs.world import World

TIMEOUT = 24 * 3600.0


def do(settings: Settings, argv: Sequence[str], *, target: str, reason: str, confirm: str = "") -> int:
    """0 it ended with 0, 1 it did not, 2 refused, 3 nobody knows how it ended.

    `confirm`: the name of the target, for where nobody can type it.
    """
    if not argv:
        raise UsageError("there is nothing to do", "cockpit do -- kubectl get pods")

    async def work(world: World) -> int:
        from cockpit.core.journal import Fact
        from cockpit.core.runbook.work import Ending, Exit, Output, Started

        named = world.target(target) if target else None
        if target and named is None:
            raise RunRefused(f"there is no target '{target}'")
        await _confirmed(world, argv[0], target, confirm)
        job = _job(world, argv, target)
        about = {"argv": list(argv), "target": target, "nonce": job.nonce, "why": reason, "undo": None}
        await world.journal.append([Fact("did.intent", world.clock.now(), world.actor, about)])
        end = Exit(Ending.LOST)
        async for heard in world.runner.run(job):
            match heard:
                case Output(_, text):
                    say(text.rstrip("\n").split("\n"))
                case Exit():
                    end = heard
                case Started():
                    pass
        body = {"nonce": job.nonce, "target": target, "ending": str(end.ending), "code": end.code}
        await world.journal.append([Fact("did.exited", world.clock.now(), world.actor, body)])
        if end.reason:
            say([end.reason])
        match end.ending:
            case Ending.EXITED:
                return 0 if end.code == 0 else HELD
            case Ending.LOST:
                return UNKNOWN
            case Ending.INTERRUPTED:
                return INTERRUPTED
        return HELD

    return in_world(settings, work, writes=True, what=f"do {argv[0]}")


async def _confirmed(world: World, program: str, target: str, given: str) -> None:
    """Raises RunRefused, which is on record, where what is protected was not named."""
    from cockpit.cli.confirming import Confirmed, Said
    from cockpit.core.protection import is_protected
    from cockpit.engine.refusing import refuse

    if not is_protected(world.model, target):
        return
    name = target or world.model.name
    said = Said({name: (given,)} if given else {})
    if await said.to(f"do {program} on {name}, which is protected", name, name) is Confirmed.YES:
        return
    why = f"{name} is protected, and its name was not typed"
    await refuse(world, f"do {program} on {name}", RunRefused(why, f"type it, or say --confirm {name}"))


def _job(world: World, argv: Sequence[str], target: str) -> Job:
    from cockpit.core.runbook.work import Job
    from cockpit.engine.runs.surroundings import environment

    named = world.target(target) if target else None
    nonce = uuid4().hex
    return Job(
        nonce=nonce,
        argv=tuple(argv),
        env=environment(named, world.environ),
        cwd=named.cwd if named else "",
        folder=f"{world.folder}/did" if world.folder else "",
        name=nonce,
        timeout=TIMEOUT,
    )
