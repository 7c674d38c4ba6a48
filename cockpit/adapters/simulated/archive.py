"""What a rehearsal remembers of its measures: the curves of the scenario, and health before it began."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from cockpit.adapters.simulator import DOWN, Performance
from cockpit.adapters.simulator_signals import Instrument, read
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Capability, Model
from cockpit.core.past import Point
from cockpit.core.poll import PRESENT
from cockpit.core.slots import lay_out
from cockpit.errors import SourceError

AT_ONCE: Final = 100
"""Moments between two looks at the rest of the world."""


class SimulatedArchive:
    """Behind `ports.Archive`."""

    def __init__(self, performance: Performance, model: Model) -> None:
        self._performance = performance
        seed = performance.course.scenario.seed
        slots = lay_out(model).slots
        measures = {each.name for each in model.capabilities}
        self._instruments = {
            slot.owner: Instrument.of(slot, seed, model) for slot in slots if slot.owner in measures
        }

    async def measured(
        self, capability: Capability, start: Instant, end: Instant, step: Seconds
    ) -> Sequence[Point]:
        instrument = self._instruments.get(capability.name)
        if instrument is None:
            raise SourceError(f"nobody measures {capability.name}", "give it a measure")
        course, began = self._performance.course, self._performance.start
        if course.broken("prometheus_down", end - began):
            raise SourceError(DOWN, "this is a rehearsal; the fault ends by itself")
        points: list[Point] = []
        # Thirty days are asked for, and the scenario lasts half an hour: what was before is read once.
        before = read([instrument], course, 0.0)
        at = start
        while at <= end:
            if len(points) % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)
            found = before if at <= began else read([instrument], course, at - began)
            if found.answer[0] == PRESENT:
                points.append(Point(at, found.value[0] * found.volume[0], found.volume[0]))
            at += step
        return points

    async def close(self) -> None:
        """Nothing to let go of."""
