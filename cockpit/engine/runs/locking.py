"""Who may run: numbers of runs, the locks of what they act on, and refusals on record."""

from __future__ import annotations

import hashlib
import re

from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.runbook.model import Runbook
from cockpit.core.runbook.run import Run
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused
from cockpit.ports import Owners


async def refuse(world: World, runbook: Runbook, why: str) -> None:
    """Puts the refusal on record and raises it."""
    body: dict[str, Json] = {"what": f"run {runbook.id}", "why": why}
    if not world.readonly:
        await world.journal.append([Fact("access.refused", world.clock.now(), world.actor, body)])
    raise RunRefused(f"{runbook.id} is not started: {why}")


class Exclusive:
    """Owners among whom a second run of the same program is somebody else, too."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._ours: set[str] = set()

    def claim(self, run: str) -> bool:
        if run in self._ours or not self._owners.claim(run):
            return False
        self._ours.add(run)
        return True

    def holder(self, run: str) -> str:
        return "this cockpit" if run in self._ours else self._owners.holder(run)

    def release(self, run: str) -> None:
        if run in self._ours:
            self._ours.discard(run)
            self._owners.release(run)


def lock_name(key: str) -> str:
    """A key as a name that a file may have; different keys never share one."""
    readable = re.sub(r"[^A-Za-z0-9]+", "_", key)[:40]
    return f"lock-{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def lock_keys(runbook: Runbook) -> tuple[str, ...]:
    """One key for each service, or the runbook's own; a runbook that only reads takes none."""
    if all(step.reach == "read" for step in (*runbook.steps, *runbook.finally_)):
        return ()
    keys = [runbook.lock_key] if runbook.lock_key else [f"target:{name}" for name in runbook.services]
    return tuple(sorted(set(keys)))


async def lock(world: World, runbook: Runbook) -> tuple[str, ...]:
    """All keys or none, in sorted order. Raises RunRefused saying who has one."""
    taken: list[str] = []
    for key in lock_keys(runbook):
        if not world.owners.claim(lock_name(key)):
            holder = world.owners.holder(lock_name(key))
            for each in taken:
                world.owners.release(lock_name(each))
            await refuse(world, runbook, f"another run has {key}{f' ({holder})' if holder else ''}")
        taken.append(key)
    return tuple(taken)


async def new_id(world: World) -> str:
    """The next `R-<n>` of this journal, owned by us. Whoever holds a number's lock has that number.

    Numbers of runs that the record does not know, but whose results lie here, are not given again: an older
    copy of the journal was put in its place, and that goes on record.
    """
    highest = await _highest(world)
    if foreign := [id for id in world.left_behind() if _number(id) > highest]:
        body: dict[str, Json] = {
            "runs": list(foreign),
            "why": "their results are here, and not in the record",
        }
        await world.journal.append([Fact("journal.gap", world.clock.now(), world.actor, body)])
    number = 1 + max((highest, *map(_number, foreign)))
    while True:
        id = f"R-{number}"
        if world.owners.claim(id):
            if await _highest(world) < number:
                return id
            world.owners.release(id)
        number += 1


async def _highest(world: World) -> int:
    highest, seen = 0, 0
    while records := await world.journal.read(seen, kind="run.started"):
        seen = records[-1].seq
        highest = max(highest, *(_number(record.fact.run) for record in records))
    return highest


def _number(id: str) -> int:
    """Of a run or of the one around it; 0 for what is none."""
    number = id.removeprefix("R-").partition(".")[0]
    return int(number) if number.isdecimal() and id.startswith("R-") else 0


async def take_up(world: World, run: Run) -> None:
    """Own a run that nobody owns, with its locks. Raises RunRefused naming who has it, or read-only."""
    if world.readonly:
        raise RunRefused(f"this cockpit is read-only, so {run.id} is left as it is")
    if not world.owners.claim(run.id):
        raise RunRefused(f"{run.id} is in the hands of {world.owners.holder(run.id) or 'somebody else'}")
    for key in lock_keys(run.runbook):
        if not world.owners.claim(lock_name(key)):
            world.owners.release(run.id)
            raise RunRefused(f"another run has {key} ({world.owners.holder(lock_name(key))})")


def let_go(world: World, run: Run) -> None:
    for key in lock_keys(run.runbook):
        world.owners.release(lock_name(key))
    world.owners.release(run.id)
