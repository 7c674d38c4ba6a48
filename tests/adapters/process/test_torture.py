"""Random kill -9 of cockpit and shim: each effect at most once, and what is told never contradicts it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter

import pytest

from cockpit.core.runbook.work import Ending, Found, Job, Trace

from .parents import give, parent
from .place import Place

LATEST = 0.1
"""Seconds within which a start, an effect and a result fall on an idle machine."""


async def one_round(place: Place, at: int, chance: random.Random) -> tuple[Job, Found, str]:
    """An attempt whose cockpit, shim or both are killed at a random moment, and who it was."""
    start_by = time.clock_gettime_ns(time.CLOCK_BOOTTIME) + int(chance.choice([0.05, 1.0, 1.0]) * 1e9)
    script = f"echo n{at} >> count; sleep {chance.choice([0, 0, 0.01, 0.03])}"
    job = place.sh(script, cwd=str(place.path), name=f"n{at}", start_by=start_by)
    victims = chance.choice(["cockpit", "shim", "both"])
    with parent() as cockpit:
        give(cockpit, job)
        await a_moment(place, job, chance)
        if victims != "cockpit":
            kill(place.identity(job).shim_pid if place.identity(job) else 0)
        if victims != "shim":
            cockpit.kill()
        else:
            await asyncio.to_thread(lambda: list(cockpit.stdout or ()))
    await past(start_by)
    return job, await place.settled(job, None), victims


async def a_moment(place: Place, job: Job, chance: random.Random) -> None:
    """Anywhere, or around fork, exec, end and result, which are close together."""
    if chance.random() < 0.4:
        await asyncio.sleep(chance.uniform(0, LATEST))
        return
    for _ in range(500):
        if place.identity(job):
            break
        await asyncio.sleep(0.001)
    await asyncio.sleep(chance.uniform(0, LATEST / 4))


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        if pid:
            os.kill(pid, signal.SIGKILL)


async def past(start_by: int) -> None:
    """The contract asks only then: before, a shim may still be about to begin."""
    await asyncio.sleep(max(0, start_by - time.clock_gettime_ns(time.CLOCK_BOOTTIME)) / 1e9 + 0.01)


def contradiction(found: Found, happened: int) -> str:
    if happened > 1:
        return "repeated"
    if found.trace is Trace.ENDED and found.exit:
        if found.exit.ending is Ending.NOT_STARTED and happened:
            return "told as not started, but it happened"
        if found.exit.ending is Ending.EXITED and found.exit.code == 0 and not happened:
            return "told as done, but it did not happen"
    return ""


async def torture(place: Place, rounds: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    place.root.mkdir(mode=0o700)
    seen: Counter[str] = Counter()
    for at in range(rounds):
        job, found, victims = await one_round(place, at, chance)
        count = (place.path / "count").read_text().split() if (place.path / "count").exists() else []
        assert contradiction(found, count.count(job.name)) == "", (seed, at, found)
        if victims == "cockpit" and (identity := place.identity(job)):
            # On a busy machine it may have come to life after all was asked: too late to start anything.
            told = await place.settled(job, identity)
            assert told.trace is Trace.ENDED, "a shim that was left alone tells the end"
            assert found in (told, Found(Trace.GONE, where="no shim has left its name")), (found, told)
            assert told.exit
            assert found == told or told.exit.ending is Ending.NOT_STARTED
        what = str(found.exit.ending) if found.exit else str(found.trace)
        seen[f"{what}, {'happened' if job.name in count else 'did not happen'}"] += 1
    return seen


async def test_a_few_random_deaths(place: Place) -> None:
    assert (await torture(place, 12, random.randrange(10**6))).total() == 12


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(4))
async def test_hundreds_of_random_deaths(place: Place, seed: int) -> None:
    seen = await torture(place, 100, seed)
    print(f"\n{dict(sorted(seen.items()))}")
    assert seen.total() == 100
