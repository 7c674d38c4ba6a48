"""Asks a Prometheus who was seen calling whom, as tracing writes it down (`traces_service_graph_*`)."""

from __future__ import annotations

import asyncio
from typing import Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_server import Server
from cockpit.core import promql
from cockpit.core.levels import Seconds
from cockpit.core.model import MetricServer
from cockpit.core.queries import Question, Vector
from cockpit.core.seen_edges import SeenEdge

GRAPH: Final = "traces_service_graph_request_total"
BY: Final = ("client", "server", "connection_type")
DAY: Final[Seconds] = 86_400.0
MOST_EDGES: Final = 20_000
PATIENCE: Final[Seconds] = 10.0


def question(window: Seconds) -> Question:
    """Whoever called at all within `window`; an edge that has been quiet since then was seen all the same."""
    series = f'{GRAPH}{{client!="",server!=""}}'
    counted = f"count by ({', '.join(BY)}) (last_over_time({series}[{promql.duration(window)}]))"
    return Question(f"topk({MOST_EDGES}, {counted})", BY)


def edges_of(vector: Vector) -> frozenset[SeenEdge]:
    return frozenset(SeenEdge(*key) for key in vector.series if len(key) == len(BY))


async def seen_edges(
    server: MetricServer, window: Seconds = DAY, patience: Seconds = PATIENCE
) -> frozenset[SeenEdge]:
    """Within the last `window` seconds, at most 20,000; empty where nobody traces.

    The names are those that tracing uses; `core.seen_edges.names_seen` knows whose they are. Raises
    CockpitError: Trouble when the server cannot say, its parent when it is configured wrongly.
    """
    asked = Server(server.url, server.http_config)
    try:
        async with asyncio.timeout(patience):
            await asked.connection.refresh()
            heard = await asked.instant(question(window), patience)
    except TimeoutError:
        hint = "is it overloaded, or is a firewall in between? look back less far with --since"
        raise Trouble(f"no answer within {patience:g} s", hint, whole=True) from None
    except Trouble as trouble:
        raise await asked.explain(trouble) from trouble
    finally:
        await asked.close()
    return edges_of(heard.vector)
