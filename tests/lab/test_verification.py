"""A step is verified on a real Prometheus: it helped, it did not, nobody can tell, and nobody answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.metrics import PrometheusMetrics
from cockpit.core.runbook.actions import Look, Promql, SignalLook
from cockpit.core.runbook.model import Check, Verify
from cockpit.core.runbook.run import Execution
from tests.engine.runs.stage import Script, Stage, book, setting

from .cockpits import configured, http, rate, service
from .conftest import OwnPrometheus
from .fleet import Fleet
from .prometheus import Prometheus

pytestmark = pytest.mark.lab
ERRORS = SignalLook("auth", "errors")


async def verified(folder: Path, url: str, ask: Look, *, within: float = 30.0) -> Execution:
    """A step whose success is at most 1 % and whose failure more than 30 %, on the server at `url`."""
    model = configured(folder, url, service("auth", http("auth"))).model
    check = Check(ask, "value <= 0.01", "value > 0.3")
    verify = Verify((check,), within=within, interval=1.0, streak=2, baseline="before")
    stage = Stage(model=model)
    stage.machine.values["value"] = "old"
    metrics = PrometheusMetrics(model)
    try:
        step = setting("value", verify=verify)
        run = await stage.run(book(step, target=""), Script(), metrics=metrics, clock=SystemClock())
    finally:
        await metrics.close()
    return run.executions[0]


def verdict(one: Execution) -> object:
    return one.verified and one.verified["verdict"]


async def test_it_helped(fleet: Fleet, prometheus: Prometheus, tmp_path: Path) -> None:
    one = await verified(tmp_path, prometheus.url, ERRORS)
    assert (verdict(one), one.effect, one.state) == ("succeeded", "applied", "succeeded")
    assert one.verified
    assert one.verified["streak"] == 2


async def test_it_did_not(fleet: Fleet, prometheus: Prometheus, tmp_path: Path) -> None:
    fleet.set("auth", errors=0.8)
    prometheus.wait_value(
        'sum(rate(http_server_request_duration_seconds_count{service_name="auth",'
        'http_response_status_code=~"5.."}[4s])) / ' + rate("auth"),
        0.8,
        rel=0.2,
    )
    one = await verified(tmp_path, prometheus.url, ERRORS)
    assert (verdict(one), one.effect, one.state) == ("failed", "applied", "failed")


@pytest.mark.parametrize("query", ["sum(rate(nobody_exports_this[1m]))", "vector(0) / vector(0)"])
async def test_nobody_can_tell(prometheus: Prometheus, tmp_path: Path, query: str) -> None:
    one = await verified(tmp_path, prometheus.url, Promql(query), within=3.0)
    assert (verdict(one), one.effect, one.state) == ("inconclusive", "applied", "inconclusive")


async def test_nobody_answers(own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path) -> None:
    server = own_prometheus(own_fleet.targets)
    server.kill()
    one = await verified(tmp_path, server.url, ERRORS, within=3.0)
    assert (verdict(one), one.effect, one.state) == ("inconclusive", "applied", "inconclusive")
