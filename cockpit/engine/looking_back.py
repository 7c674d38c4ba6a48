"""True beginnings, spent budgets, people affected: asked beside the polls, slowly, and never waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from cockpit.core.events import Event, PastSeen
from cockpit.core.levels import Instant, Level, Seconds
from cockpit.core.model import Capability, Signal
from cockpit.core.past import Past, began, budget_of, lost_between
from cockpit.core.state import State
from cockpit.errors import CockpitError
from cockpit.ports import Archive, Clock, Metrics

log = logging.getLogger(__name__)
EVERY: Final[Seconds] = 15.0
"""Between two looks at what is to be asked."""
AFFECTED_EVERY: Final[Seconds] = 30.0
BUDGET_EVERY: Final[Seconds] = 900.0
AGAIN: Final[Seconds] = 120.0
"""After a question that could not be answered."""
BACK: Final[Seconds] = 86_400.0
BACK_STEP: Final[Seconds] = 60.0
NEAR_THE_BEGINNING: Final[Seconds] = 60.0
"""What was bad so soon after the first moment that was seen may have begun before it."""
BUDGET_MOMENTS: Final = 8_640
"""Of an agreed window: every 5 minutes of 30 days."""

Outside: TypeAlias = Callable[[State], tuple[Archive, Metrics]]


class LookingBack:
    """`reach`: who is asked, for the model of a state; anew after each reload."""

    def __init__(
        self, state: Callable[[], State], say: Callable[[Event], None], reach: Outside, clock: Clock
    ) -> None:
        self._state = state
        self._say = say
        self._reach = reach
        self._clock = clock
        self._generation = -1
        self._due: dict[tuple[str, str], Instant] = {}
        """When (capability, part) is to be asked next."""
        self._archive: Archive | None = None
        self._metrics: Metrics | None = None

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.look()
                except Exception:  # the picture is right without it
                    log.exception("looking back")
                await self._clock.sleep(EVERY)
        finally:
            await self.close()

    async def look(self) -> None:
        """Everything that is due, one question after the other: live polls come first."""
        state = self._state()
        if state.health.at is None or state.picture.history_share < 1.0:
            return
        if state.generation != self._generation or self._archive is None:
            await self.close()
            self._archive, self._metrics = self._reach(state)
            self._generation, self._due = state.generation, {}
        for capability in state.model.capabilities:
            before = self._known(capability.name)
            after = await self._asked(state, capability, before)
            if after != before:
                self._say(PastSeen(capability.name, after, state.generation))

    def _known(self, name: str) -> Past:
        return self._state().picture.past.get(name, Past())

    async def _asked(self, state: State, capability: Capability, past: Past) -> Past:
        now, name = self._clock.now(), capability.name
        impact = state.health.impacts.get(name)
        since = impact.since if impact else None
        hurt = (state.health.node(name).level.level or Level.OK) >= Level.DEGRADED
        if since is None and past.began is not None:
            past = replace(past, began=None, lost=None)
        measure = capability.measure
        started = state.health.started_at
        if measure and since is not None and started is not None and past.began is None:
            early = since - started <= NEAR_THE_BEGINNING
            if early and self._is_due(name, "began", now):
                past = await self._beginning(capability, measure, past, since, now)
        if measure and capability.sla and self._is_due(name, "budget", now):
            past = await self._budget(capability, measure, past, now)
        if capability.affected and hurt and self._is_due(name, "affected", now):
            past = await self._affected(capability.affected, name, past, now)
        return past

    def _is_due(self, name: str, part: str, now: Instant) -> bool:
        return now >= self._due.get((name, part), now)

    async def _beginning(
        self, capability: Capability, measure: Signal, past: Past, since: Instant, now: Instant
    ) -> Past:
        assert self._archive is not None
        self._due[capability.name, "began"] = now + AGAIN
        try:
            points = await self._archive.measured(capability, since - BACK, since, BACK_STEP)
        except CockpitError as error:
            return replace(past, trouble=str(error))
        first = began(measure, points, since)
        return replace(
            past, began=first, lost=lost_between(capability, points, first, since, BACK_STEP), trouble=""
        )

    async def _budget(self, capability: Capability, measure: Signal, past: Past, now: Instant) -> Past:
        assert self._archive is not None
        assert capability.sla is not None
        window = capability.sla.window
        step = max(60.0, window / BUDGET_MOMENTS)
        self._due[capability.name, "budget"] = now + AGAIN
        try:
            points = await self._archive.measured(capability, now - window + step, now, step)
        except CockpitError as error:
            return replace(past, trouble=str(error))
        self._due[capability.name, "budget"] = now + BUDGET_EVERY
        return replace(past, budget=budget_of(capability.sla, measure, points, step, now), trouble="")

    async def _affected(self, query: str, name: str, past: Past, now: Instant) -> Past:
        assert self._metrics is not None
        reading = await self._metrics.instant(query)
        if not isinstance(reading.value, int | float):
            self._due[name, "affected"] = now + AGAIN
            return replace(past, trouble=reading.why)
        self._due[name, "affected"] = now + AFFECTED_EVERY
        return replace(past, affected=float(reading.value), affected_at=now)

    async def close(self) -> None:
        """Lets go of who was asked; the next look asks anew."""
        archive, metrics = self._archive, self._metrics
        self._archive = self._metrics = None
        if archive is not None:
            await archive.close()
        if metrics is not None:
            await metrics.close()
