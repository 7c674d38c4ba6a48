"""Who may run: numbers of runs, the locks of what they act on, and refusals on record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.runbook.model import Runbook
from cockpit.core.runbook.run import Run, root, run_lock
from cockpit.engine.refusing import put
from cockpit.engine.refusing import refuse as refuse_act
from cockpit.engine.runs.allowing import may_take_up
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused


async def refuse(world: World, runbook: Runbook, why: str, hint: str = "") -> None:
    """Puts the refusal on record and raises it."""
    await put(world, f"run {runbook.id}", why)
    error = RunRefused(f"{runbook.id} is not started: {why}", hint)
    error.recorded = True
    raise error


def lock_keys(runbook: Runbook) -> tuple[str, ...]:
    """One key for each service, or the runbook's own; a runbook that only reads takes none."""
    if all(step.reach == "read" for step in (*runbook.steps, *runbook.finally_)):
        return ()
    keys = [runbook.lock_key] if runbook.lock_key else [f"target:{name}" for name in runbook.services]
    return tuple(sorted(set(keys)))


def locks_of(run: Run) -> tuple[str, ...]:
    return (run_lock(run.id), *lock_keys(run.runbook))


async def lock(world: World, runbook: Runbook) -> str:
    """The next `R-<n>` of this journal, ours with all that it acts on, or none of it.

    Whoever holds a number's lock has that number. Raises RunRefused saying who has one of its keys.
    """
    keys, number = lock_keys(runbook), await _next_number(world)
    while True:
        id = f"R-{number}"
        names = (run_lock(id), *keys)
        taken = await world.owners.claim(names, runbook.lock_ttl)
        if taken in keys:
            await refuse(world, runbook, await _in_other_hands(world, taken))
        if not taken:
            async with or_let_go(world, names):
                is_new = await _highest(world) < number
            if is_new:
                return id
            await world.owners.release(names)
        number += 1


async def _in_other_hands(world: World, key: str) -> str:
    holder = await world.owners.holder(key)
    return f"another run has {key}{f' ({holder})' if holder else ''}"


async def _next_number(world: World) -> int:
    """Numbers of runs that the record does not know, but whose results lie here, are not given again: an
    older copy of the journal was put in its place, and that goes on record.
    """
    highest = await _highest(world)
    if foreign := [id for id in world.left_behind() if _number(id) > highest]:
        body: dict[str, Json] = {
            "runs": list(foreign),
            "why": "their results are here, and not in the record",
        }
        await world.journal.append([Fact("journal.gap", world.clock.now(), world.actor, body)])
    return 1 + max((highest, *map(_number, foreign)))


async def _highest(world: World) -> int:
    return max(map(_number, await world.journal.run_ids()), default=0)


def _number(id: str) -> int:
    """Of a run or of the one around it; 0 for what is none."""
    number = root(id.removeprefix("R-"))
    return int(number) if number.isdecimal() and id.startswith("R-") else 0


async def take_up(world: World, run: Run, *, take_back: bool = False) -> None:
    """Own a run that nobody owns, with its locks. Raises RunRefused naming who has it, or who may not.

    `take_back`: only for what stands of it to be taken back.
    """
    await may_take_up(world, run, take_back=take_back)
    taken = await world.owners.claim(locks_of(run), run.runbook.lock_ttl)
    if taken == run_lock(run.id):
        holder = await world.owners.holder(taken) or "somebody else"
        await refuse_act(world, f"take up {run.id}", RunRefused(f"{run.id} is in the hands of {holder}"))
    if taken:
        await refuse_act(world, f"take up {run.id}", RunRefused(await _in_other_hands(world, taken)))


async def let_go(world: World, run: Run) -> None:
    await world.owners.release(locks_of(run))


@asynccontextmanager
async def or_let_go(world: World, names: Sequence[str]) -> AsyncIterator[None]:
    """What was claimed for something that does not come about is free for others."""
    try:
        yield
    except BaseException:
        await world.owners.release(names)
        raise
