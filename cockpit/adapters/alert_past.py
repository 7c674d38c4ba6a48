"""Asks every Prometheus what it remembers of an alert: the series that rules leave, and the rules."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_alerts import texts
from cockpit.adapters.prometheus_answer import data, sensible
from cockpit.adapters.prometheus_server import Server, weight
from cockpit.core.alert_past import AlertPast, Fired
from cockpit.core.levels import Seconds
from cockpit.core.model import MetricServer
from cockpit.core.promql_text import quote
from cockpit.errors import CockpitError

PATIENCE: Final[Seconds] = 5.0
OF_ALERTS: Final = ("__name__", "alertstate")
"""Labels of the series that no alert has."""


async def alert_past(servers: Sequence[MetricServer], name: str, patience: Seconds = PATIENCE) -> AlertPast:
    """Of the last day. Never raises: what could not be asked is in `trouble`."""
    found = await asyncio.gather(*(_of(server, name, patience) for server in servers))
    fired = sorted((each for one in found for each in one.fired), key=lambda each: -(each.at or 0.0))
    rules = tuple(labels for one in found for labels in one.rules)
    return AlertPast(tuple(fired), rules, "; ".join(one.trouble for one in found if one.trouble))


async def _of(declared: MetricServer, name: str, patience: Seconds) -> AlertPast:
    try:
        server = Server(declared.url, declared.http_config)
    except CockpitError as error:
        return AlertPast(trouble=f"Prometheus {declared.name}: {error}")
    try:
        async with asyncio.timeout(patience):
            await server.connection.refresh()
            fired = await _fired(server, name)
            rules = await server.data("api/v1/rules?type=alert", lambda told: _rules(told, name))
        return AlertPast(fired, rules)
    except TimeoutError:
        return AlertPast(trouble=f"Prometheus {declared.name}: no answer within {patience:g} s")
    except Trouble as trouble:
        return AlertPast(trouble=f"Prometheus {declared.name}: {trouble.message}")
    finally:
        await server.close()


async def _fired(server: Server, name: str) -> tuple[Fired, ...]:
    series = f'ALERTS{{alertname={quote(name)},alertstate="firing"}}'
    # What fired for less than the step may be missed by the first; the second says that it did, not when.
    query = f"max_over_time(timestamp({series})[1d:15s]) or last_over_time({series}[1d]) * 0"
    form = {"query": query, "nocache": "1"}
    reply = await server.connection.query("api/v1/query", form)
    now = time.time()

    def read() -> tuple[Fired, ...]:
        return tuple(_one(each, now) for each in data(reply)["result"])

    return await server.aside(weight(reply), lambda: sensible(read))


def _one(row: dict[str, Any], now: float) -> Fired:
    """By our clock: how long ago is what the server says, and clocks differ."""
    asked, said = row["value"]
    labels = {name: value for name, value in texts(row["metric"]).items() if name not in OF_ALERTS}
    return Fired(labels, now - max(0.0, float(asked) - float(said)) if float(said) else None)


def _rules(told: Any, name: str) -> tuple[dict[str, str], ...]:
    rules = (rule for group in told["groups"] for rule in group["rules"])
    return tuple(texts(rule.get("labels") or {}) for rule in rules if rule.get("name") == name)
