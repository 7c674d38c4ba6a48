"""One refresh against the same grouped queries asked bare, and against a query for each service and signal.

The fleet is a past written into a real server's storage, so that no scrape disturbs the measurement. For one
by one prometheus-api-client is asked; beyond a sample its time is extrapolated, and the row says so.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx

from cockpit.adapters.prometheus import Prometheus
from cockpit.core.levels import Kind, Level
from cockpit.core.model import MetricServer, Model, Query, Service, Signal
from cockpit.core.queries import live_plan
from cockpit.core.slots import lay_out
from cockpit.engine.large import leave_room
from tests.bench.stalls import Lateness
from tests.bench.table import Row
from tests.lab.prometheus import Prometheus as Server

COUNT = "http_server_request_duration_seconds_count"
BUCKET = "http_server_request_duration_seconds_bucket"
BOUNDS = (
    "0.005",
    "0.01",
    "0.025",
    "0.05",
    "0.075",
    "0.1",
    "0.25",
    "0.5",
    "0.75",
    "1",
    "2.5",
    "5",
    "10",
    "+Inf",
)
RUNS = 9
SIZES = (50, 500, 5000)
SAMPLE = 400
"""Queries asked one by one; more are extrapolated."""


def total(extra: str = "") -> str:
    return f"sum by (service_name) (rate({COUNT}{{{extra}$match}}[2m]))"


SHARE_500 = total('http_response_status_code=~"5..",') + " / " + total()
SHARE_429 = total('http_response_status_code="429",') + " / " + total()
P95 = f"histogram_quantile(0.95, sum by (service_name, le) (rate({BUCKET}{{$match}}[2m])))"
FRESH = f"max by (service_name) (timestamp({COUNT}{{$match}}))"
TEMPLATES = (
    (Kind.ERRORS, SHARE_500),
    (Kind.THROTTLE, SHARE_429),
    (Kind.LATENCY, P95),
    (Kind.TRAFFIC, total()),
)


def past(services: int, seconds: int = 240, step: int = 30, ahead: int = 0) -> str:
    """16 series a service, of the last `seconds` and of as many that are still to come as `ahead` says."""
    end = int(time.time()) + ahead
    stamps = range(end - ahead - seconds, end + 1, step)
    lines: list[str] = []
    for family in (COUNT, BUCKET):
        for number in range(services):
            for labels, rate in of_service(family, number):
                lines += (f"{family}{{{labels}}} {rate * (at - stamps[0])} {at}" for at in stamps)
    return "\n".join([*lines, "# EOF", ""])


def of_service(family: str, number: int) -> Iterator[tuple[str, float]]:
    name = f'service_name="service-{number:04}"'
    if family == COUNT:
        yield f'{name},http_response_status_code="200"', 50.0
        yield f'{name},http_response_status_code="500"', 0.5
        return
    for rank, bound in enumerate(BOUNDS):
        yield f'{name},http_response_status_code="200",le="{bound}"', 50.0 * (rank + 1) / len(BOUNDS)


def model(url: str, services: int) -> Model:
    return Model(
        services=tuple(
            Service(name, signals=tuple(signal(name, kind, expr) for kind, expr in TEMPLATES))
            for name in (f"service-{number:04}" for number in range(services))
        ),
        prometheus=(MetricServer("bench", url),),
    )


def signal(name: str, kind: Kind, expr: str) -> Signal:
    query = Query(expr, ("service_name",), (name,), total(), FRESH)
    return Signal(str(kind), kind, query, "above", {Level.FAILING: 1e9})


async def bare(client: httpx.AsyncClient, url: str, texts: list[str]) -> None:
    lane = asyncio.Semaphore(5)

    async def ask(text: str) -> None:
        async with lane:
            answer = await client.post(f"{url}/api/v1/query", data={"query": text})
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*(ask(text) for text in texts))


async def refresh(source: Prometheus) -> None:
    async for _ in source.poll(time.time()):
        pass


async def timed(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Milliseconds it took, and for how long it held the loop at most."""
    async with Lateness() as loop:
        begun = time.perf_counter()
        await work()
        took = time.perf_counter() - begun
    return 1000 * took, 1000 * loop.worst


async def grouped(url: str, services: int) -> tuple[list[float], list[float], list[float]]:
    """Bare, refresh and the stalls of refresh, in milliseconds; in turns, so that a slow moment hits both."""
    whole = model(url, services)
    slots = lay_out(whole)
    texts = [question.text for question in live_plan(whole, slots, "bench").questions]
    source = Prometheus(whole.prometheus[0], whole, slots, deadline=60.0)
    alone, full, late = [], [], []
    async with httpx.AsyncClient(timeout=60, trust_env=False, headers={"Accept-Encoding": "gzip"}) as client:
        for _ in range(RUNS + 1):
            alone.append((await timed(lambda: bare(client, url, texts)))[0])
            took, worst = await timed(lambda: refresh(source))
            full.append(took)
            late.append(worst)
    await source.close()
    return alone[1:], full[1:], late[1:]


def one_by_one(url: str, services: int) -> tuple[float, int]:
    """Milliseconds for every service and signal, and how many were really asked."""
    from prometheus_api_client import PrometheusConnect

    client = PrometheusConnect(url=url)
    names = [f"service-{at:04}" for at in range(services)]
    every = [expr.replace("$match", f'service_name="{name}"') for name in names for _, expr in TEMPLATES]
    asked = every[:: max(1, len(every) // SAMPLE)]
    begun = time.perf_counter()
    for text in asked:
        client.custom_query(text)
    return 1000 * (time.perf_counter() - begun) / len(asked) * len(every), len(asked)


def _rows(url: str, services: int) -> list[Row]:
    alone, full, late = asyncio.run(grouped(url, services))
    each, asked = one_by_one(url, services)
    ours, what = statistics.median(full), f"refresh, {services:,} services"
    told = "prometheus-api-client, one by one"
    if asked < services * len(TEMPLATES):
        told += f", extrapolated from {asked} of {services * len(TEMPLATES):,} queries"
    return [
        Row(what, ours, statistics.median(alone), "ms", "the bare grouped queries", "<= 1.3x"),
        Row(what, ours, each, "ms", told),
        Row(f"loop stall, worst, {what}", max(late), None, "ms", "", "< 50 ms"),
    ]


def rows() -> list[Row]:
    leave_room()  # as the engine does
    found = []
    for services in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            server.backfill(past(services))
            with server:
                found += _rows(server.url, services)
    return found
