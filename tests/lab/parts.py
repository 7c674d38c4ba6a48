"""What the fleet consists of, and the series each part exports; no clock, no network."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, math.inf)
"""Seconds, as OpenTelemetry's semantic conventions advise."""


class Sample(NamedTuple):
    family: str
    kind: str
    suffix: str
    labels: dict[str, str]
    value: float


class Histogram:
    """Durations counted into buckets, deterministic: exponential, with the wanted 95th percentile."""

    def __init__(self) -> None:
        self.buckets = [0.0] * len(BUCKETS)
        self.sum = 0.0

    @property
    def count(self) -> float:
        return self.buckets[-1]

    def add(self, requests: float, p95: float) -> None:
        for i, bound in enumerate(BUCKETS):
            self.buckets[i] += requests * (1 - 0.05 ** (bound / p95))
        self.sum += requests * p95 / math.log(20)

    def samples(self, family: str, labels: dict[str, str], unit: float = 1.0) -> Iterator[Sample]:
        for bound, count in zip(BUCKETS, self.buckets, strict=True):
            le = "+Inf" if bound == math.inf else f"{bound * unit:g}"
            yield Sample(family, "histogram", "_bucket", {**labels, "le": le}, count)
        yield Sample(family, "histogram", "_sum", labels, self.sum * unit)
        yield Sample(family, "histogram", "_count", labels, self.count)


@dataclass(kw_only=True)
class Part:
    """Something with a name whose public fields can be changed at run time."""

    name: str
    frozen: bool = False
    """Exports the same counters for ever, as an application does whose metrics thread died."""
    hidden: list[str] = field(default_factory=list)
    """Metrics that are left out, by name or (histograms) family; `*` hides all."""

    def settings(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init and f.name != "name"}

    def set(self, changes: dict[str, Any]) -> None:
        """Raises ValueError for a field this part does not have."""
        known = self.settings().keys()
        if unknown := changes.keys() - known:
            raise ValueError(f"{self.name} has no {sorted(unknown)}, but {sorted(known)}")
        for key, value in changes.items():
            setattr(self, key, value)

    def advance(self, seconds: float) -> None:
        """Let time pass: counters grow by rate x seconds, whoever looks and however often."""

    def samples(self) -> Iterator[Sample]:
        raise NotImplementedError

    def hides(self, sample: Sample) -> bool:
        return not {"*", sample.family, sample.family + sample.suffix}.isdisjoint(self.hidden)

    def shown(self) -> Iterator[Sample]:
        return (sample for sample in self.samples() if not self.hides(sample))


@dataclass(kw_only=True)
class Http(Part):
    """A service that answers requests, under semconv's metric names."""

    rate: float = 20.0
    errors: float = 0.0
    """Share of requests answered 500."""
    throttled: float = 0.0
    """Share of requests answered 429."""
    retries: float = 0.0
    """Retries sent per request received."""
    latency: float = 0.1
    """95th percentile in seconds."""
    zeros: bool = False
    """Export a status code that never happened as 0; by default it has no series yet, as in real life."""
    route: str = "/"

    def __post_init__(self) -> None:
        self.by_code = {code: Histogram() for code in ("200", "429", "500")}
        self.retried = 0.0

    def advance(self, seconds: float) -> None:
        shares = {"200": 1 - self.errors - self.throttled, "429": self.throttled, "500": self.errors}
        for code, share in shares.items():
            self.by_code[code].add(self.rate * seconds * share, self.latency)
        self.retried += self.rate * seconds * self.retries

    def samples(self) -> Iterator[Sample]:
        for code, histogram in self.by_code.items():
            if code == "200" or self.zeros or histogram.count:
                yield from self.of_code(code, histogram)
        yield Sample("retries_total", "counter", "", {"service_name": self.name}, self.retried)

    def of_code(self, code: str, histogram: Histogram) -> Iterator[Sample]:
        labels = {
            "service_name": self.name,
            "http_request_method": "GET",
            "http_response_status_code": code,
            "http_route": self.route,
        }
        yield from histogram.samples("http_server_request_duration_seconds", labels)


@dataclass(kw_only=True)
class OldHttp(Http):
    """The same under the names of semconv before 1.23 and of the classic client libraries."""

    def of_code(self, code: str, histogram: Histogram) -> Iterator[Sample]:
        labels = {
            "service_name": self.name,
            "http_method": "GET",
            "http_status_code": code,
            "http_route": self.route,
        }
        yield from histogram.samples("http_server_duration_milliseconds", labels, unit=1000)
        classic = {"service": self.name, "method": "GET", "code": code, "handler": self.route}
        yield Sample("http_requests_total", "counter", "", classic, histogram.count)


@dataclass(kw_only=True)
class HttpClient(Http):
    """What a caller sees of somebody else's server; `name` is the server's address."""

    caller: str = ""

    def samples(self) -> Iterator[Sample]:
        for code, histogram in self.by_code.items():
            if code == "200" or self.zeros or histogram.count:
                yield from self.of_code(code, histogram)

    def of_code(self, code: str, histogram: Histogram) -> Iterator[Sample]:
        labels = {
            "service_name": self.caller,
            "server_address": self.name,
            "server_port": "443",
            "http_request_method": "POST",
            "http_response_status_code": code,
        }
        if code != "200":
            labels["error_type"] = code
        yield from histogram.samples("http_client_request_duration_seconds", labels)


@dataclass(kw_only=True)
class Counter(Part):
    """One counter; `metric` is its name where the part's own is not."""

    metric: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    rate: float = 0.0
    total: float = field(default=0.0, init=False)

    def advance(self, seconds: float) -> None:
        self.total += self.rate * seconds

    def samples(self) -> Iterator[Sample]:
        yield Sample(self.metric or self.name, "counter", "", self.labels, self.total)


@dataclass(kw_only=True)
class Gauge(Part):
    """One gauge that may drift; `metric` is its name where the part's own is not."""

    metric: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    value: float = 0.0
    growth: float = 0.0
    """Per second."""

    def advance(self, seconds: float) -> None:
        self.value += self.growth * seconds

    def samples(self) -> Iterator[Sample]:
        yield Sample(self.metric or self.name, "gauge", "", self.labels, self.value)
