"""What one refresh costs against the same grouped queries asked bare, and how long it holds the loop.

`python -m tests.bench.refresh [SERVICES ...]` prints a row for each size. The fleet is a past written into
a real server's storage, so that no scrape disturbs the measurement.
"""

import asyncio
import statistics
import sys
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


def past(services: int, seconds: int = 240, step: int = 30) -> str:
    """16 series a service, up to a minute from now: what a bench lasts must not outlive the look-back."""
    end = int(time.time())
    stamps = range(end - seconds, end + 1, step)
    lines: list[str] = []
    for family in (COUNT, BUCKET):
        for number in range(services):
            for labels, rate in of_service(family, number):
                lines += (f"{family}{{{labels}}} {rate * (at - end + seconds)} {at}" for at in stamps)
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


class Loop:
    """Watches for how long the loop is held at most."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.worst = max(self.worst, time.perf_counter() - before - 0.001)


async def timed(work: Callable[[], Awaitable[None]], seconds: list[float], loop: Loop) -> None:
    watching = asyncio.create_task(loop.watch())
    began = time.perf_counter()
    await work()
    seconds.append(time.perf_counter() - began)
    watching.cancel()


async def row(url: str, services: int) -> str:
    whole = model(url, services)
    slots = lay_out(whole)
    texts = [question.text for question in live_plan(whole, slots, "bench").questions]
    source = Prometheus(whole.prometheus[0], whole, slots, deadline=60.0)
    alone: list[float] = []
    full: list[float] = []
    quiet, busy = Loop(), Loop()
    async with httpx.AsyncClient(timeout=60, trust_env=False, headers={"Accept-Encoding": "gzip"}) as client:
        await bare(client, url, texts)
        await refresh(source)
        # In turns, so that a busy machine is unkind to both.
        for _ in range(RUNS):
            await timed(lambda: bare(client, url, texts), alone, quiet)
            await timed(lambda: refresh(source), full, busy)
    await source.close()
    one, other = statistics.median(alone), statistics.median(full)
    return (
        f"{services:>6} services, {len(texts)} queries:"
        f" bare {one * 1000:6.0f} ms, refresh {other * 1000:6.0f} ms,"
        f" ratio {other / one:.2f}; loop held {quiet.worst * 1000:.0f} and {busy.worst * 1000:.0f} ms at most"
    )


def main() -> None:
    for services in [int(word) for word in sys.argv[1:]] or [50, 500, 5000]:
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            server.backfill(past(services))
            with server:
                print(asyncio.run(row(server.url, services)), flush=True)


if __name__ == "__main__":
    main()
