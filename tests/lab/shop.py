"""The parts of a small shop, by the exporter that shows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from .parts import Counter, Gauge, Http, HttpClient, OldHttp, Part, Sample


@dataclass(kw_only=True)
class Postgres(Part):
    """postgres_exporter."""

    up: float = 1
    connections: float = 20
    max_connections: float = 100
    replication_lag: float = 0.2

    def samples(self) -> Iterator[Sample]:
        server = f"{self.name}:5432"
        labels = {"job": "postgres", "instance": server}
        active = {**labels, "server": server, "datname": "shop", "state": "active"}
        yield Sample("pg_up", "gauge", "", labels, self.up)
        yield Sample("pg_stat_activity_count", "gauge", "", active, self.connections)
        settings = {**labels, "server": server}
        yield Sample("pg_settings_max_connections", "gauge", "", settings, self.max_connections)
        yield Sample("pg_replication_lag_seconds", "gauge", "", labels, self.replication_lag)


@dataclass(kw_only=True)
class Consumer(Part):
    """One consumer group in kafka_exporter."""

    topic: str = "orders"
    lag: float = 12
    """Messages over all partitions."""
    growth: float = 0.0
    """Messages a second."""

    def advance(self, seconds: float) -> None:
        self.lag = max(0.0, self.lag + self.growth * seconds)

    def samples(self) -> Iterator[Sample]:
        for partition in "012":
            labels = {"consumergroup": self.name, "topic": self.topic, "partition": partition}
            yield Sample("kafka_consumergroup_lag", "gauge", "", labels, self.lag / 3)


@dataclass(kw_only=True)
class Probe(Part):
    """One target of the blackbox exporter; `name` is its address."""

    success: float = 1
    duration: float = 0.08

    def samples(self) -> Iterator[Sample]:
        labels = {"job": "blackbox", "instance": self.name}
        yield Sample("probe_success", "gauge", "", labels, self.success)
        yield Sample("probe_duration_seconds", "gauge", "", labels, self.duration)


@dataclass(kw_only=True)
class Deployment(Part):
    """One deployment in kube-state-metrics."""

    wanted: float = 3
    available: float = 3
    generation: float = 1

    def samples(self) -> Iterator[Sample]:
        labels = {"namespace": "shop", "deployment": self.name.removeprefix("deployment ")}
        for what, value in (
            ("spec_replicas", self.wanted),
            ("status_replicas", self.wanted),
            ("status_replicas_available", self.available),
            ("status_replicas_unavailable", self.wanted - self.available),
            ("status_observed_generation", self.generation),
            ("metadata_generation", self.generation),
        ):
            yield Sample(f"kube_deployment_{what}", "gauge", "", labels, value)


@dataclass(kw_only=True)
class Slo(Part):
    """The recording rules Sloth writes for one objective; `burn` is 1.0 where the budget is just used up."""

    service: str = ""
    objective: float = 0.999
    burn: float = 0.1

    def samples(self) -> Iterator[Sample]:
        labels = {"sloth_id": self.name, "sloth_service": self.service, "sloth_slo": "requests"}
        budget = 1 - self.objective
        for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d"):
            ratio = f"slo:sli_error:ratio_rate{window}"
            yield Sample(ratio, "gauge", "", {**labels, "sloth_window": window}, self.burn * budget)
        yield Sample("slo:objective:ratio", "gauge", "", labels, self.objective)
        yield Sample("slo:error_budget:ratio", "gauge", "", labels, budget)
        yield Sample("slo:current_burn_rate:ratio", "gauge", "", labels, self.burn)


def edge(client: str, server: str) -> Part:
    """A call seen by tracing; `/control` knows it as `client>server`."""
    labels = {"client": client, "server": server}
    metric = "traces_service_graph_request_total"
    return Counter(name=f"{client}>{server}", metric=metric, labels=labels, rate=5.0)


def apps() -> list[Part]:
    return [
        Http(name="checkout-api", rate=50, route="/checkout"),
        Http(name="auth", rate=80, latency=0.05, route="/token"),
        Http(name="catalog", rate=200, latency=0.05, route="/items"),
        Http(name="fraud-score", rate=50, latency=0.25, route="/score"),
        Http(name="gift-cards", rate=20),  # only one test may break it: it has never answered with an error
        Http(name="idle-api", rate=0, zeros=True),  # its error ratio is 0/0
        OldHttp(name="legacy-cart", rate=30, route="/cart"),
        HttpClient(name="api.stripe.com", caller="checkout-api", rate=10, latency=0.5),
        Counter(name="orders_created_total", labels={"service_name": "checkout-api"}, rate=2),
        Counter(name="orders_duplicate_key_total", labels={"service_name": "checkout-api"}),
        Gauge(name="active_sessions", value=1200),
        Slo(name="checkout-requests", service="checkout-api"),
        edge("checkout-api", "auth"),
        edge("checkout-api", "fraud-score"),
    ]


def infrastructure() -> list[Part]:
    return [
        Postgres(name="orders-db"),
        Consumer(name="order-mailer"),
        Probe(name="https://shop.example/healthz"),
        Deployment(name="deployment checkout-api"),
        Deployment(name="deployment auth", wanted=2, available=2),
    ]


ROLES = {"apps": apps, "infrastructure": infrastructure}
"""What an exporter can be, by the word on its command line."""
