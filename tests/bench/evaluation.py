"""The evaluator alone, held against one pass over the same columns that only compares."""

from __future__ import annotations

from cockpit.core.health import advance, fresh, reason
from cockpit.core.health.state import Health
from cockpit.core.poll import Poll
from tests.bench.fleet import model, poll
from tests.bench.table import Row, in_turn, milliseconds

START = 1_700_000_000.0


def warm(count: int, bad: range) -> tuple[Health, float]:
    health, at = fresh(model(count)), START
    for _ in range(12):
        health, at = advance(health, poll(health, at, bad)), at + 5
    return health, at


def compare_only(given: Poll) -> int:
    return sum(value > 0.1 for samples in given.samples.values() for value in samples.value)


def rows() -> list[Row]:
    found = []
    for count in (50, 500, 5000):
        for what, bad in (("all fine", range(0)), ("1 % failing", range(max(1, count // 100)))):
            health, at = warm(count, bad)
            given = poll(health, at, bad)
            ours, theirs = in_turn(
                lambda health=health, given=given: advance(health, given),  # type: ignore[misc]
                lambda given=given: compare_only(given),  # type: ignore[misc]
            )
            found.append(
                Row(f"{count} services x 4, {what}", ours, theirs, "ms", "comparing each value once")
            )
    health, _ = warm(5000, range(50))
    found.append(Row("suspects and spread, 50 of 5,000", milliseconds(lambda: reason(health)), None, "ms"))
    return found
