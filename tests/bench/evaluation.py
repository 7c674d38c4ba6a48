"""The evaluator alone, held against one pass over the same columns that only compares; and its worst poll."""

from __future__ import annotations

import asyncio
import statistics
import time
from array import array
from dataclasses import replace

from cockpit.core.events import PollReplayed
from cockpit.core.health import advance, fresh, reason
from cockpit.core.health.state import Health
from cockpit.core.levels import Instant
from cockpit.core.poll import Poll, Samples
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine.large import leave_room
from cockpit.engine.slices import fold
from tests.bench.fleet import model, poll
from tests.bench.stalls import Lateness
from tests.bench.table import Row, in_turn, milliseconds

START = 1_700_000_000.0
SIZES = (50, 500, 5000)
LARGEST = SIZES[-1]
TURNS = 9


def warm(count: int, bad: range) -> tuple[Health, float]:
    health, at = fresh(model(count)), START
    for _ in range(12):
        health, at = advance(health, poll(health, at, bad)), at + 5
    return health, at


def compare_only(given: Poll) -> int:
    return sum(value > 0.1 for samples in given.samples.values() for value in samples.value)


def rows() -> list[Row]:
    found = []
    for count in SIZES:
        for what, bad in (("all fine", range(0)), ("1 % failing", range(max(1, count // 100)))):
            health, at = warm(count, bad)
            given = poll(health, at, bad)
            ours, theirs = in_turn(
                lambda health=health, given=given: advance(health, given),  # type: ignore[misc]
                lambda given=given: compare_only(given),  # type: ignore[misc]
            )
            found.append(
                Row(f"{count:,} services x 4, {what}", ours, theirs, "ms", "comparing each value once")
            )
    health, _ = warm(LARGEST, range(LARGEST // 100))
    reasoned = f"suspects and spread, {LARGEST // 100} of {LARGEST:,} failing"
    found.append(Row(reasoned, milliseconds(lambda: reason(health)), None, "ms"))
    return found + worst_poll()


def worst_poll() -> list[Row]:
    """Every signal changes at every poll: how long folding takes off the loop, and how late the loop gets."""
    folds, late = asyncio.run(_upheavals())
    what = f"all {4 * LARGEST:,} signals change at once"
    return [
        Row(f"fold, {what}", statistics.median(folds), None, "ms"),
        Row(f"loop stall, worst of {TURNS}, {what}", max(late), None, "ms", "", "< 50 ms"),
    ]


async def _upheavals() -> tuple[list[float], list[float]]:
    """Milliseconds of each fold, and the longest wait of the loop meanwhile."""
    leave_room()  # as the engine does
    state = initial(model(LARGEST))
    folds: list[float] = []
    late: list[float] = []
    for turn in range(TURNS):
        given = _upheaval(state, START + 200 * turn, 0.5 if turn % 2 else 0.01)
        async with Lateness() as loop:
            begun = time.perf_counter()
            state, _ = await fold(state, PollReplayed(given))
            folds.append(1000 * (time.perf_counter() - begun))
        late.append(1000 * loop.worst)
    return folds, late


def _upheaval(state: State, at: Instant, value: float) -> Poll:
    """Polls are further apart than any `for` or `hold`, so that every level follows at once."""
    fine = poll(state.health, at)
    return replace(fine, samples={number: _all(each, value) for number, each in fine.samples.items()})


def _all(samples: Samples, value: float) -> Samples:
    return replace(samples, value=array("d", [value]) * len(samples))
