"""The lab tells the truth: what is injected is what a real Prometheus says."""

import math
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from .child import until
from .conftest import OwnPrometheus
from .fleet import PACKAGE, ROOT, Changes, Fleet
from .prometheus import Prometheus, require

pytestmark = pytest.mark.lab

REQUESTS = "http_server_request_duration_seconds"


def error_share(service: str, window: str = "3s") -> str:
    of = f'{REQUESTS}_count{{service_name="{service}"'
    return f'sum(rate({of},http_response_status_code="500"}}[{window}])) / sum(rate({of}}}[{window}]))'


def test_the_real_server_sees_the_whole_fleet(prometheus: Prometheus) -> None:
    seen = {sample.labels["__name__"] for sample in prometheus.query('group by (__name__) ({__name__!=""})')}
    assert {
        f"{REQUESTS}_bucket",
        "http_server_duration_milliseconds_bucket",
        "http_requests_total",
        "http_client_request_duration_seconds_count",
        "kafka_consumergroup_lag",
        "pg_up",
        "pg_stat_activity_count",
        "pg_settings_max_connections",
        "pg_replication_lag_seconds",
        "probe_success",
        "probe_duration_seconds",
        "kube_deployment_status_replicas_available",
        "orders_created_total",
        "orders_duplicate_key_total",
        "retries_total",
        "slo:sli_error:ratio_rate1h",
        "traces_service_graph_request_total",
    } <= seen


def test_rates_are_what_they_were_set_to(prometheus: Prometheus) -> None:
    prometheus.wait_value(f'sum(rate({REQUESTS}_count{{service_name="auth"}}[5s]))', 80, rel=0.05)
    prometheus.wait_value('sum(rate(http_requests_total{service="legacy-cart"}[5s]))', 30, rel=0.05)


def test_an_injected_error_share_is_a_ratio_in_promql(fleet: Fleet, prometheus: Prometheus) -> None:
    assert prometheus.value(error_share("gift-cards")) is None, "a code that never happened has no series"
    fleet.set("gift-cards", errors=0.25, throttled=0.1)
    prometheus.wait_value(error_share("gift-cards"), 0.25)


def test_an_injected_latency_is_a_quantile_in_promql(fleet: Fleet, prometheus: Prometheus) -> None:
    fleet.set("fraud-score", latency=2.5)
    by_le = f'sum by (le) (rate({REQUESTS}_bucket{{service_name="fraud-score"}}[3s]))'
    prometheus.wait_value(f"histogram_quantile(0.95, {by_le})", 2.5)


def test_no_traffic_is_nan_and_not_zero(prometheus: Prometheus) -> None:
    prometheus.wait_value(error_share("idle-api"), math.nan)


def test_series_become_absent_and_nan(fleet: Fleet, prometheus: Prometheus) -> None:
    fleet.set("orders-db", hidden=["pg_up"], replication_lag=math.nan)
    until(lambda: prometheus.value("pg_up") is None, what="pg_up is absent")
    prometheus.wait_value("pg_replication_lag_seconds", math.nan)
    prometheus.wait_value("pg_settings_max_connections", 100)


def test_lag_grows_by_the_second(fleet: Fleet, prometheus: Prometheus) -> None:
    fleet.set("order-mailer", growth=300)
    prometheus.wait_value("sum(deriv(kafka_consumergroup_lag[3s]))", 300, rel=0.05)


def test_a_stopped_exporter_keeps_its_rate_plausible_after_its_series_went_stale(
    fleet: Fleet, prometheus: Prometheus
) -> None:
    rate = f'sum(rate({REQUESTS}_count{{service_name="checkout-api"}}[30s]))'
    until(lambda: (prometheus.value(rate) or 0) > 10)
    fleet.apps.pause()
    prometheus.wait_value('up{job="apps"}', 0)
    assert prometheus.query(f"timestamp({REQUESTS}_count)") == []
    assert (prometheus.value(rate) or 0) > 10


def test_a_stopped_collector_keeps_its_rate_plausible_while_timestamps_age(
    fleet: Fleet, prometheus: Prometheus
) -> None:
    """Explicit timestamps switch off staleness markers: only the age tells."""
    series = f'{REQUESTS}_count{{service_name="checkout-api",http_response_status_code="200"}}'
    age = f"time() - timestamp({series})"
    fleet.apps.set("exporter", stamped=True)
    stamped = time.time()
    until(lambda: (prometheus.value(f"timestamp({series})") or 0) > stamped)
    fleet.apps.pause()
    until(lambda: (prometheus.value(age) or 0) > 2.5, what="the series is older than 2.5 s")
    assert prometheus.value('up{job="apps"}') == 0
    assert (prometheus.value(f"rate({series}[30s])") or 0) > 10


def test_a_frozen_exporter_looks_fresh_and_only_its_traffic_tells(
    fleet: Fleet, prometheus: Prometheus
) -> None:
    series = f'{REQUESTS}_count{{service_name="auth",http_response_status_code="200"}}'
    fleet.apps.freeze()
    prometheus.wait_value(f"rate({series}[3s])", 0)
    until(lambda: (prometheus.value(f"time() - timestamp({series})") or math.inf) < 2)


def test_a_held_scrape_times_out_until_it_is_let_go(fleet: Fleet, prometheus: Prometheus) -> None:
    fleet.infrastructure.hold()
    prometheus.wait_value('up{job="infrastructure"}', 0)
    fleet.infrastructure.hold(False)
    prometheus.wait_value('up{job="infrastructure"}', 1)


def test_a_fault_nobody_can_have_is_refused(fleet: Fleet) -> None:
    with pytest.raises(AssertionError, match="chekout-api"):
        fleet.apps.set("chekout-api", errors=0.5)
    with pytest.raises(AssertionError, match="eror"):
        fleet.apps.set("auth", eror=0.5)


def test_a_server_starts_in_the_middle_of_an_incident(
    own_fleet: Fleet, own_prometheus: OwnPrometheus
) -> None:
    began = time.time() - 900
    incident: Changes = {"checkout-api": {"errors": 0.4}, "orders-db": {"connections": 99}}
    own = own_prometheus(own_fleet.targets, past=own_fleet.history(seconds=900, script=[(-600, incident)]))
    share, connections = error_share("checkout-api", "1m"), "pg_stat_activity_count"
    assert own.value(share, at=began + 200) is None
    assert own.value(share, at=began + 500) == pytest.approx(0.4)
    assert [own.value(connections, at=began + 200), own.value(connections)] == [20, 99]
    assert own.value('count_over_time(orders_created_total{job="apps"}[20m])') == 61


def test_the_past_leads_into_the_present_without_a_break(prometheus: Prometheus) -> None:
    series = 'http_requests_total{service="legacy-cart",code="200"}'
    assert (prometheus.value(f"count_over_time({series}[30m])") or 0) > 61
    assert prometheus.value(f"resets({series}[30m])") == 0
    assert prometheus.value(f"rate({series}[10m])") == pytest.approx(30, rel=0.05)


def test_a_killed_server_comes_back_on_its_port_with_its_data(own_prometheus: OwnPrometheus) -> None:
    own = own_prometheus(rules=[{"name": "lab", "rules": [{"record": "lab:one", "expr": "vector(1)"}]}])
    own.wait_value("lab:one", 1)
    url, written = own.url, time.time()
    own.kill()
    with pytest.raises(urllib.error.URLError):
        own.query("1")
    own.restart()
    own.wait_ready()
    assert own.url == url
    assert own.value("lab:one", at=written) == 1


def test_rules_fire_and_change_on_reload(own_prometheus: OwnPrometheus) -> None:
    alert = {"alert": "Burning", "expr": "vector(1)", "labels": {"service": "auth", "severity": "page"}}
    own = own_prometheus(rules=[{"name": "lab", "rules": [alert]}], prefix="/prom")
    until(lambda: own.query('ALERTS{alertstate="firing",service="auth"}'), what="the alert fires")
    own.rules = [{"name": "lab", "rules": [{"record": "lab:two", "expr": "vector(2)"}]}]
    own.reload()
    own.wait_value("lab:two", 2)
    own.rules = [{"name": "lab", "rules": [{"record": "lab:two", "expr": "vector("}]}]
    with pytest.raises(AssertionError, match="reload"):
        own.reload()


def test_a_paused_server_accepts_and_does_not_answer(own_prometheus: OwnPrometheus) -> None:
    own = own_prometheus()
    own.pause()
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(f"{own.url}/-/ready", timeout=0.3)
    own.resume()
    own.wait_ready()


def test_a_server_that_replays_is_healthy_and_not_ready(own_prometheus: OwnPrometheus) -> None:
    own = own_prometheus()
    own.stop()
    own.hold_replay()
    own.start()

    def status(path: str) -> int:
        try:
            with urllib.request.urlopen(f"{own.url}/{path}", timeout=1) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            return 0

    until(lambda: status("-/healthy") == 200, what="it listens")
    assert [status("-/ready"), status("api/v1/query?query=1")] == [503, 503]
    own.finish_replay()
    own.wait_ready()
    assert own.value("1") == 1


def test_children_die_with_a_killed_test_run(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time\n"
        f"from {PACKAGE}.fleet import Exporter\n"
        "print(Exporter('infrastructure', pathlib.Path(sys.argv[1])).address, flush=True)\n"
        "time.sleep(60)\n"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stdout is not None
        url = f"http://{run.stdout.readline().strip()}/metrics"
        urllib.request.urlopen(url, timeout=5).close()
        run.send_signal(signal.SIGKILL)

    def is_refused() -> bool:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            return True
        return False

    until(is_refused, what="the exporter is gone")


def test_a_missing_server_fails_in_ci_and_skips_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="tests/lab/install"):
        require()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="tests/lab/install"):
        require()
