"""What a Prometheus was found to know of what runs here, before anybody has configured anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cockpit.core.levels import Instant, Seconds
from cockpit.core.seen_edges import SeenEdge

LABELS: Final = ("service_name", "service", "app", "deployment", "job")
"""Labels that may tell services apart; of two that do it equally well the first is taken."""
REQUESTS: Final = (
    "http_server_request_duration_seconds_count",
    "http_server_duration_milliseconds_count",
    "http_server_requests_seconds_count",
    "http_request_duration_seconds_count",
    "http_requests_total",
    "grpc_server_handled_total",
    "rpc_server_duration_milliseconds_count",
    "traces_spanmetrics_calls_total",
)
"""Metrics that somebody who answers requests has: what tells their services apart is a good name."""
THINGS: Final = ("kube_deployment_spec_replicas",)
ALIVE: Final = ("up",)


class Carrier(NamedTuple):
    """How many series of one metric carry these labels."""

    metric: str
    labels: Mapping[str, str]
    """Only those that are there."""
    series: int


@dataclass(frozen=True, slots=True)
class AlertRule:
    """An alerting rule, and which label values it names in its labels and matchers."""

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    names: frozenset[tuple[str, str]]


class KeyQuestion(NamedTuple):
    """Which services a preset finds: its query, and the label whose values are their keys."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a proposal is made of."""

    url: str
    at: Instant
    carriers: tuple[Carrier, ...] = ()
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By preset: for whom its query returns something now."""
    edges: frozenset[SeenEdge] = frozenset()
    rules: tuple[AlertRule, ...] = ()
    """Loaded and healthy ones."""
    scrape: Seconds | None = None
    """How far apart samples are, where that is slower than the default."""
    notes: tuple[str, ...] = ()
    """What could not be asked, or was cut."""


def scrape_interval(in_one_minute: float | None, in_five: float | None) -> Seconds | None:
    """From how many samples most targets have; None where the default does, or nobody can tell yet.

    A server that has just started has as few samples as one that scrapes slowly, but no more in five
    minutes than in one.
    """
    if in_one_minute is None or in_five is None or in_one_minute > 3.5 or in_five <= in_one_minute + 1:
        return None
    exact = 300.0 / in_five
    return next((each for each in (20.0, 30.0, 60.0, 120.0) if exact <= each * 1.1), 300.0)
