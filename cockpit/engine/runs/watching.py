"""Conditions that are watched while a run lives: they propose, and never act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cockpit.core.levels import Instant, Seconds
from cockpit.core.runbook.actions import Promql
from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.model import AbortWhen
from cockpit.engine.runs.world import Wish

if TYPE_CHECKING:
    from cockpit.engine.runs.driver import Driver

EVERY: Final[Seconds] = 5.0


async def watch(driver: Driver) -> None:
    """Until it is cancelled. Each condition speaks up once; when it cannot be seen, that is said once."""
    waiting = list(driver.run.runbook.abort_when)
    since: dict[AbortWhen, Instant] = {}
    blind: set[AbortWhen] = set()
    while waiting:
        for condition in tuple(waiting):
            if await _holds(driver, condition, since, blind):
                waiting.remove(condition)
                reason = f"{condition.failure} holds: {condition.promql}"
                driver.propose(Wish("hold", reason, proposed=True))
        await driver.world.clock.sleep(EVERY)


async def _holds(
    driver: Driver, condition: AbortWhen, since: dict[AbortWhen, Instant], blind: set[AbortWhen]
) -> bool:
    eyes = driver.eyes()
    seen = await eyes.look(Promql(condition.promql))
    holds = None if seen.why else evaluate(condition.failure, {**eyes.known, **seen.names})
    now = driver.world.clock.now()
    if holds is None and condition not in blind:
        blind.add(condition)
        driver.desk.complain(f"cannot see whether to give up: {seen.why or condition.promql}")
    if not holds:
        since.pop(condition, None)
        return False
    return now - since.setdefault(condition, now) >= condition.lasts
