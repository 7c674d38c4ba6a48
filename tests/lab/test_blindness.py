"""What the cockpit cannot see it never shows green, whatever made it blind."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cockpit.core.levels import FailureClass, Level, Shown
from cockpit.core.state import State

from .behaviours import honest, rewritten, with_warnings
from .child import until
from .cockpits import (
    REQUESTS,
    Cockpit,
    all_are,
    classes,
    configured,
    http,
    is_up_to_date,
    opened,
    own,
    rate,
    service,
    use,
    values,
)
from .conftest import MakeProxy
from .fleet import Fleet
from .prometheus import Prometheus
from .proxies import Asked

pytestmark = pytest.mark.lab

CALLS = own("calls", "traffic", rate("auth", "30s"), below={"DOWN": 1})
GROUPED = own(
    "calls",
    "traffic",
    f"sum by (service_name) (rate({REQUESTS}[30s]))",
    by=["service_name"],
    below={"DOWN": 1},
)
YOUNG = {"max_age": "3s"}
"""Of a sample; a collector that repeats old ones is found out by nothing else."""
LOOKING = (
    service("auth", use("otel-http", service="auth", traffic=False, window="30s", **YOUNG)),
    service("own", {**CALLS, **YOUNG}),
    service("checkout-api", {**GROUPED, **YOUNG}),
)
RED = {Shown.DOWN, Shown.FAILING, Shown.DEGRADED}


async def stays_unknown(cockpit: Cockpit) -> list[State]:
    """The polls after everything has become UNKNOWN; in none of them anything comes back."""
    await cockpit.until(all_are(Shown.UNKNOWN), what="all is unknown")
    after = await cockpit.polls(4)
    assert all(all_are(Shown.UNKNOWN)(state) for state in after)
    return after


async def test_a_stopped_exporter_turns_unknown_though_its_rates_stay_plausible(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    """For presets, for an expression of one's own, and for a grouped one."""
    async with opened(configured(tmp_path, prometheus.url, *LOOKING)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        fleet.apps.pause()
        last = (await stays_unknown(cockpit))[-1]
        assert set(classes(last).values()) == {(FailureClass.BLIND,)}
        assert values(last, "auth")["errors"] == 0
        assert (values(last, "own")["calls"] or 0) > 1
        fleet.apps.resume()
        await cockpit.until(all_are(Shown.OK), what="all is well again")


async def test_a_stopped_collector_turns_unknown_though_its_series_never_go_stale(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    fleet.apps.set("exporter", stamped=True)
    stamped = time.time()
    oldest = f"min(timestamp({REQUESTS}))"
    until(lambda: (prometheus.value(oldest) or 0) > stamped, what="all samples are stamped")
    async with opened(configured(tmp_path, prometheus.url, *LOOKING)) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        fleet.apps.pause()
        last = (await stays_unknown(cockpit))[-1]
        reading = next(last.health.readings("own"))
        assert (reading.value or 0) > 1
        assert (reading.age or 0) > 3
        assert reading.level is None


async def test_series_that_are_gone_are_unknown_and_bad_only_where_that_is_declared(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    pg_up = own("up", "probe", "min(pg_up)", below={"DOWN": 1})
    doubles = own("doubles", "errors", "sum(orders_duplicate_key_total > 1e9)", above={"FAILING": 0})
    shop = (
        service("unknown", pg_up),
        service("breach", {**pg_up, "on_no_data": "breach"}),
        service("fine", {**doubles, "on_no_data": "ok", "requires": "orders_created_total"}),
        service("unproven", {**doubles, "on_no_data": "ok", "requires": "no_such_series"}),
    )
    async with opened(configured(tmp_path, prometheus.url, *shop)) as cockpit:
        await cockpit.until_levels(unknown="OK", breach="OK", fine="OK", unproven="UNKNOWN")
        fleet.set("orders-db", hidden=["pg_up"])
        await cockpit.until_levels(unknown="UNKNOWN", breach="DOWN", fine="OK", unproven="UNKNOWN")
        fleet.set("orders_created_total", hidden=["*"])
        await cockpit.until_levels(unknown="UNKNOWN", breach="DOWN", fine="UNKNOWN", unproven="UNKNOWN")


def without_nan(_: Asked, told: dict[str, Any]) -> dict[str, Any]:
    """As VictoriaMetrics divides 0 by 0: no series at all."""
    data = told.get("data", {})
    if data.get("resultType") == "vector":
        data["result"] = [series for series in data["result"] if series["value"][1] != "NaN"]
    return told


@pytest.mark.parametrize("behaviour", [honest, rewritten(without_nan)], ids=["NaN", "absent"])
async def test_nothing_divided_by_nothing_is_no_data(
    behaviour: Any, fleet: Fleet, prometheus: Prometheus, make_proxy: MakeProxy, tmp_path: Path
) -> None:
    """Prometheus answers NaN, VictoriaMetrics nothing; neither is health."""
    proxy = make_proxy(prometheus.url, behaviour)
    errors = f'sum(rate({REQUESTS}{{service_name="idle-api",http_response_status_code="500"}}[4s]))'
    ratio = own("ratio", "errors", f"{errors} / {rate('idle-api')}", above={"DEGRADED": 0.1})
    busy = service("auth", http("auth"))
    shop = (service("idle-api", http("idle-api")), service("own", ratio), busy)
    async with opened(configured(tmp_path, proxy.url, *shop)) as cockpit:
        await cockpit.until_levels(auth="OK")
        for state in await cockpit.polls(3):
            assert (state.health.node("idle-api").level, state.health.node("own").level) == UNKNOWNS
        assert cockpit.state.health.node("own").classes == (FailureClass.BLIND,)


UNKNOWNS = (Shown.UNKNOWN, Shown.UNKNOWN)


async def test_partial_answers_may_worsen_and_never_improve(
    fleet: Fleet, prometheus: Prometheus, make_proxy: MakeProxy, tmp_path: Path
) -> None:
    proxy = make_proxy(prometheus.url, with_warnings("store eu-2 unreachable"))
    shop = (service("auth", http("auth")), service("catalog", http("catalog")))
    async with opened(configured(tmp_path, proxy.url, *shop)) as cockpit:
        await cockpit.until(is_up_to_date, what="history is read")
        assert never_green(await cockpit.polls(4))
        assert cockpit.source().note == "answers are partial: store eu-2 unreachable"
        fleet.set("catalog", errors=0.5)
        await cockpit.until_levels(auth="UNKNOWN", catalog="FAILING")
        fleet.set("catalog", errors=0.0)
        await cockpit.until(lambda state: values(state, "catalog")["errors"] == 0, what="the fault is over")
        assert never_green(await cockpit.polls(5))
        proxy.behaviour = honest
        await cockpit.until(all_are(Shown.OK), what="whole answers improve it")
        assert cockpit.source().note == ""


def never_green(states: Sequence[State]) -> bool:
    return all(node.level in {Shown.UNKNOWN, *RED} for state in states for node in state.health.services())


async def test_an_exporter_that_repeats_itself_gives_no_evidence(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    """Its samples are fresh and its counters stand still: without traffic nothing is known."""
    async with opened(configured(tmp_path, prometheus.url, service("auth", http("auth")))) as cockpit:
        await cockpit.until(all_are(Shown.OK), what="all is well")
        fleet.apps.freeze()
        await stays_unknown(cockpit)
        node = cockpit.state.health.node("auth")
        assert (node.idle, node.own and node.own.hi) == (True, Level.DOWN)
