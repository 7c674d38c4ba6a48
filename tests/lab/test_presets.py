"""The shipped presets against a real Prometheus, fed with the exporters' own metric names."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from cockpit.config.presets import Preset, shipped, shipped_names
from cockpit.config.texts import cut
from cockpit.core import promql

from .child import until
from .conftest import OwnPrometheus
from .fleet import Fleet
from .prometheus import Prometheus

pytestmark = pytest.mark.lab

Answer = dict[str, float]
SECONDS = {"window": "4s"}
"""The lab scrapes every second."""


def preset(name: str) -> Preset:
    found = shipped(name)
    assert found is not None
    return found


def texts(name: str, signal: str, **parameters: str) -> dict[str, str]:
    """The queries of a signal as a service would get them, `$match` still in them."""
    file = preset(name).file
    values = {key: str(parameter.default) for key, parameter in file.parameters.items()} | parameters
    (one,) = (each for each in file.signals if each.name == signal)
    written = {"expr": one.expr, "volume": one.volume, "freshness": one.freshness}
    return {kind: cut(text).fill(values) for kind, text in written.items() if text}


def asker(prometheus: Prometheus, name: str, signal: str, **parameters: str) -> Callable[..., Answer]:
    """Asks for `expr`, `volume` or `freshness`, of the fleet or of some names, by the preset's label."""
    queries = texts(name, signal, **parameters)
    ((_, label),) = preset(name).file.key.items()

    def ask(what: str = "expr", *names: str) -> Answer:
        matchers = promql.matcher(label, names) if names else ""
        found = prometheus.query(promql.fill(queries[what], matchers))
        assert all(set(sample.labels) <= {label} for sample in found), "grouped by the label and nothing else"
        assert len({sample.labels.get(label) for sample in found}) == len(found), "one row each"
        return {sample.labels.get(label, ""): sample.value for sample in found}

    return ask


def wait(
    ask: Callable[..., Answer], who: str, wanted: float | None, *, rel: float = 0.05, what: str = "expr"
) -> None:
    """Until `who` has about this value; None: until it has no row."""

    def there() -> bool:
        got = ask(what).get(who)
        if got is None or wanted is None:
            return got is wanted
        return math.isclose(got, wanted, rel_tol=rel, abs_tol=1e-6)

    until(there, 25.0, f"{who} has {wanted}; last: {ask(what)}")


def every_query() -> list[Any]:
    found = []
    for name in shipped_names():
        for signal in preset(name).file.signals:
            found += [
                pytest.param(name, signal.name, what, id=f"{name}/{signal.name}/{what}")
                for what in texts(name, signal.name)
            ]
    return found


@pytest.mark.parametrize(("name", "signal", "what"), every_query())
def test_every_query_is_valid_with_and_without_names(
    prometheus: Prometheus, name: str, signal: str, what: str
) -> None:
    window = {"window": "1m"} if "window" in preset(name).file.parameters else {}
    ask = asker(prometheus, name, signal, **window)
    ask(what)
    assert set(ask(what, "checkout-api", "a|b", '"} or {x="')) <= {"checkout-api"}


@pytest.mark.parametrize(
    ("name", "signal", "who", "low", "high"),
    [
        ("otel-http", "errors", "checkout-api", 0, 0),
        ("otel-http", "errors", "legacy-cart", 0, 0),
        ("otel-http", "latency", "checkout-api", 0.05, 0.2),
        ("otel-http", "latency", "legacy-cart", 0.05, 0.2),
        ("otel-http", "traffic", "checkout-api", 0.99, 1.01),
        ("http-client", "errors", "api.stripe.com", 0, 0),
        ("http-client", "latency", "api.stripe.com", 0.3, 0.8),
        ("http-client", "throttled", "api.stripe.com", 0, 0),
        ("up", "down", "apps", 0, 0),
        ("blackbox", "down", "https://shop.example/healthz", 0, 0),
        ("blackbox", "latency", "https://shop.example/healthz", 0.05, 0.1),
        ("postgres", "down", "orders-db:5432", 0, 0),
        ("postgres", "connections", "orders-db:5432", 0.19, 0.21),
        ("postgres", "replication", "orders-db:5432", 0.19, 0.21),
        ("kafka-consumer", "lag", "order-mailer", 11, 13),
        # A fault of an earlier test stays in the window of five minutes; healthy is below AT_RISK.
        ("kafka-consumer", "growth", "order-mailer", -5, 5),
        ("kubernetes-deployment", "unavailable", "checkout-api", 0, 0),
        ("slo-burn", "burn", "checkout-api", 0.09, 0.11),
        ("slo-burn", "burn-6h", "checkout-api", 0.09, 0.11),
        ("slo-burn", "burn-3d", "checkout-api", 0.09, 0.11),
    ],
)
def test_a_healthy_fleet_has_healthy_values_of_now(
    fleet: Fleet, prometheus: Prometheus, name: str, signal: str, who: str, low: float, high: float
) -> None:
    ask = asker(prometheus, name, signal, **SECONDS)
    until(lambda: low <= ask().get(who, -1) <= high, 25.0, f"{who} is healthy; last: {ask()}")
    now = prometheus.value("time()")
    assert now is not None
    assert now - ask("freshness")[who] < 5


def test_errors_are_a_share_of_all_requests(fleet: Fleet, prometheus: Prometheus) -> None:
    ask = asker(prometheus, "otel-http", "errors", **SECONDS)
    wait(ask, "catalog", 0.0)
    fleet.set("catalog", errors=0.25, throttled=0.1)
    fleet.set("legacy-cart", errors=0.5)
    wait(ask, "catalog", 0.25)
    wait(ask, "legacy-cart", 0.5)
    assert ask("expr", "catalog").keys() == {"catalog"}
    assert ask()["auth"] == 0


def test_without_its_total_a_service_has_no_row(fleet: Fleet, prometheus: Prometheus) -> None:
    errors = asker(prometheus, "otel-http", "errors", **SECONDS)
    latency = asker(prometheus, "otel-http", "latency", **SECONDS)
    traffic = asker(prometheus, "otel-http", "traffic")
    fleet.set("fraud-score", hidden=["http_server_request_duration_seconds"])
    for ask in (errors, latency):
        wait(ask, "fraud-score", None)
        wait(ask, "fraud-score", None, what="freshness")
        wait(ask, "fraud-score", None, what="volume")
    assert "fraud-score" not in traffic("freshness")
    assert "auth" in errors()


def test_silence_is_told_from_health_by_its_volume(prometheus: Prometheus) -> None:
    ask = asker(prometheus, "otel-http", "errors", **SECONDS)
    wait(ask, "idle-api", 0.0, what="volume")
    assert math.isnan(ask()["idle-api"])
    wait(ask, "catalog", 200.0, what="volume")


def test_latency_is_in_seconds_under_both_names(fleet: Fleet, prometheus: Prometheus) -> None:
    ask = asker(prometheus, "otel-http", "latency", **SECONDS)
    fleet.set("catalog", latency=2.5)
    fleet.set("legacy-cart", latency=2.5)
    wait(ask, "catalog", 2.5)
    wait(ask, "legacy-cart", 2.5)


def test_lost_traffic_shows_against_the_hour_before(own_fleet: Fleet, own_prometheus: OwnPrometheus) -> None:
    own_fleet.set("idle-api", rate=0.0)
    script = [(-600.0, {"catalog": {"rate": 0.0}, "auth": {"rate": 8.0}})]
    server = own_prometheus(own_fleet.targets, past=own_fleet.history(seconds=4500, script=script))
    server.wait_scraped()
    ask = asker(server, "otel-http", "traffic")
    wait(ask, "catalog", 0.0)
    wait(ask, "auth", 0.1)
    wait(ask, "checkout-api", 1.0)
    wait(ask, "catalog", 200.0, what="volume")
    wait(ask, "idle-api", 0.0, what="volume")


def test_a_new_service_is_compared_with_itself_and_counts_as_no_evidence(prometheus: Prometheus) -> None:
    """The session's server has 15 minutes of past only."""
    ask = asker(prometheus, "otel-http", "traffic")
    wait(ask, "checkout-api", 1.0)
    assert ask("volume")["checkout-api"] == 0


def test_a_provider_fails_throttles_and_is_told_apart(fleet: Fleet, prometheus: Prometheus) -> None:
    errors = asker(prometheus, "http-client", "errors", **SECONDS)
    throttled = asker(prometheus, "http-client", "throttled", **SECONDS)
    fleet.set("api.stripe.com", errors=0.2, throttled=0.3)
    wait(errors, "api.stripe.com", 0.2)
    wait(throttled, "api.stripe.com", 0.3)
    fleet.set("api.stripe.com", hidden=["*"])
    wait(errors, "api.stripe.com", None)
    wait(throttled, "api.stripe.com", None)


def test_a_stopped_target_is_down(own_fleet: Fleet, own_prometheus: OwnPrometheus) -> None:
    server = own_prometheus(own_fleet.targets)
    server.wait_scraped()
    ask = asker(server, "up", "down")
    assert ask() == {"apps": 0, "infrastructure": 0}
    own_fleet.infrastructure.stop()
    wait(ask, "infrastructure", 1.0)
    assert ask()["apps"] == 0


def test_of_a_paused_exporter_the_rate_stays_and_the_freshness_goes(
    fleet: Fleet, prometheus: Prometheus
) -> None:
    ask = asker(prometheus, "otel-http", "errors", window="1m")
    wait(ask, "auth", 80.0, what="volume", rel=0.2)
    fleet.apps.pause()
    wait(ask, "auth", None, what="freshness")
    assert ask()["auth"] == 0
    assert ask("volume")["auth"] > 0.5


def test_probes_databases_queues_and_deployments_show_what_is_injected(
    fleet: Fleet, prometheus: Prometheus
) -> None:
    url = "https://shop.example/healthz"
    fleet.set(url, success=0, duration=9.5)
    fleet.set("orders-db", up=0, connections=98, replication_lag=700)
    fleet.set("order-mailer", lag=9000)
    fleet.set("deployment checkout-api", available=1)
    fleet.set("deployment auth", wanted=0, available=0)
    fleet.set("checkout-requests", burn=14.4)
    for name, signal, who, value in [
        ("blackbox", "down", url, 1.0),
        ("blackbox", "latency", url, 9.5),
        ("postgres", "down", "orders-db:5432", 1.0),
        ("postgres", "connections", "orders-db:5432", 0.98),
        ("postgres", "replication", "orders-db:5432", 700.0),
        ("kafka-consumer", "lag", "order-mailer", 9000.0),
        ("kubernetes-deployment", "unavailable", "checkout-api", 2 / 3),
        ("slo-burn", "burn", "checkout-api", 14.4),
    ]:
        wait(asker(prometheus, name, signal), who, value, rel=0.01)
    scaled_down = asker(prometheus, "kubernetes-deployment", "unavailable")
    wait(scaled_down, "auth", 0.0, what="volume")
    assert (
        asker(prometheus, "slo-burn", "burn")()["checkout-api"]
        > preset("slo-burn").file.signals[0].above["FAILING"]
    )


@pytest.mark.parametrize(
    ("part", "hidden", "name", "signal", "who"),
    [
        ("https://shop.example/healthz", "probe_success", "blackbox", "down", "https://shop.example/healthz"),
        ("orders-db", "pg_up", "postgres", "down", "orders-db:5432"),
        ("orders-db", "pg_settings_max_connections", "postgres", "connections", "orders-db:5432"),
        ("order-mailer", "kafka_consumergroup_lag", "kafka-consumer", "lag", "order-mailer"),
        (
            "deployment auth",
            "kube_deployment_status_replicas_available",
            "kubernetes-deployment",
            "unavailable",
            "auth",
        ),
        ("checkout-requests", "slo:sli_error:ratio_rate5m", "slo-burn", "burn", "checkout-api"),
    ],
)
def test_what_is_not_exported_has_no_row(
    fleet: Fleet, prometheus: Prometheus, part: str, hidden: str, name: str, signal: str, who: str
) -> None:
    ask = asker(prometheus, name, signal)
    until(lambda: who in ask(), 20.0, f"{who} has a row")
    fleet.set(part, hidden=[hidden])
    wait(ask, who, None)


def test_burn_needs_both_windows_and_some_traffic(own_prometheus: OwnPrometheus) -> None:
    sloth = {"sloth_service": "shop", "sloth_slo": "requests"}
    quiet = {"sloth_service": "quiet", "sloth_slo": "requests"}

    def record(name: str, expr: str, **labels: str) -> dict[str, Any]:
        return {"record": name, "expr": expr, "labels": labels}

    rules = [
        record("slo:error_budget:ratio", "vector(0.01)", **sloth),
        record("slo:sli_error:ratio_rate1h", "vector(0.2)", **sloth),
        record("slo:sli_error:ratio_rate5m", "vector(0.05)", **sloth),
        record("slo:error_budget:ratio", "vector(0.01)", **quiet),
        record("slo:sli_error:ratio_rate1h", "vector(0.2)", **quiet),
        record("slo:sli_error:ratio_rate5m", "vector(0) / 0", **quiet),
        record("pyrra_objective", "vector(0.99)", slo="cart"),
        record("http_requests:burnrate1h", "vector(0.15)", slo="cart", job="cart"),
        record("http_requests:burnrate5m", "vector(0.3)", slo="cart", job="cart"),
    ]
    server = own_prometheus(rules=[{"name": "slo", "rules": rules}])
    ask = asker(server, "slo-burn", "burn")
    wait(ask, "shop", 5.0, rel=1e-6)
    wait(ask, "cart", 15.0, rel=1e-6)
    assert math.isnan(ask()["quiet"])
    assert ask("volume") == {"shop": 1, "cart": 1, "quiet": 0}
    assert ask("freshness").keys() == {"shop", "cart", "quiet"}


def test_firing_alerts_count_by_their_severity(own_prometheus: OwnPrometheus) -> None:
    def alert(name: str, service: str, severity: str, wait: str = "0s") -> dict[str, Any]:
        labels = {"service": service} | ({"severity": severity} if severity else {})
        return {"alert": name, "expr": "vector(1)", "for": wait, "labels": labels}

    rules = [
        alert("Burning", "checkout", "page"),
        alert("Slow", "checkout", "warning"),
        alert("Odd", "search", "whatever"),
        alert("Unmarked", "mail", ""),
        alert("ForTheRecord", "export", "info"),
        alert("Watchdog", "dog", "none"),
        alert("NotYet", "cart", "critical", "1h"),
    ]
    ask = asker(own_prometheus(rules=[{"name": "alerts", "rules": rules}]), "alerts", "alerts")
    until(lambda: len(ask()) == 4, 20.0, "four services have alerts")
    assert ask() == {"checkout": 3, "search": 2, "mail": 2, "export": 1}
    assert ask("expr", "search", "cart") == {"search": 2}
