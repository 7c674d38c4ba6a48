"""What Prometheus remembers of the measures of the business, far beyond what a warm start reads."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_server import Server, Window
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Capability, MetricServer, Signal
from cockpit.core.past import Point
from cockpit.core.queries import Question, Vector, narrow

PATIENCE: Final[Seconds] = 30.0
MOST: Final = 10_000
"""Moments of one range; Prometheus refuses more than 11,000."""


class PrometheusArchive:
    """Behind `ports.Archive`. Servers are opened when they are first asked."""

    def __init__(self, servers: Sequence[MetricServer]) -> None:
        self._declared = servers
        self._servers: dict[str, Server] = {}

    async def measured(
        self, capability: Capability, start: Instant, end: Instant, step: Seconds
    ) -> Sequence[Point]:
        measure = capability.measure
        if measure is None or measure.query.volume is None:
            raise Trouble(f"nobody measures {capability.name}", "give it a measure")
        moments = min(MOST, max(1, int((end - start) / step) + 1))
        window = Window(start, step, moments)
        mine = [each for each in self._declared if not measure.sources or each.name in measure.sources]
        if not mine:
            raise Trouble("no Prometheus is configured", "name one under prometheus:")
        told = [await self._asked(server, measure, window) for server in mine]
        # What several servers know of is done at all of them: a moment that one of them lacks is not whole.
        return [
            Point(start + place * step, *map(sum, zip(*(each[place] for each in told), strict=True)))
            for place in range(moments)
        ]

    async def close(self) -> None:
        for server in self._servers.values():
            await server.close()

    async def _asked(
        self, declared: MetricServer, measure: Signal, window: Window
    ) -> list[tuple[float, float]]:
        """(actual, expected) at every moment; NaN where it said nothing."""
        server = self._servers.get(declared.name)
        if server is None:
            server = self._servers[declared.name] = Server(declared.url, declared.http_config)
        query = measure.query
        assert query.volume is not None
        actual, expected = await asyncio.gather(
            self._series(server, query.expr, query.by, query.key, window),
            self._series(server, query.volume, query.by, query.key, window),
        )
        return list(zip(actual, expected, strict=True))

    async def _series(
        self, server: Server, text: str, by: tuple[str, ...], key: tuple[str, ...], window: Window
    ) -> list[float]:
        question = Question(narrow(text, by, {key}), by)
        try:
            async with asyncio.timeout(PATIENCE):
                vectors, _ = await server.window(question, window, PATIENCE)
        except TimeoutError:
            raise Trouble(f"no answer within {PATIENCE:g} s", "is it overloaded?") from None
        return [_value(vector, key) for vector in vectors]


def _value(vector: Vector, key: tuple[str, ...]) -> float:
    values = vector.series.get(key, ())
    return sum(values) if values else math.nan
