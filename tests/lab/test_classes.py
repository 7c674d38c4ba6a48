"""Every way to fail, injected into the fleet, is what the cockpit calls it."""

from pathlib import Path

import pytest

from cockpit import wiring
from cockpit.core.levels import FailureClass, Integrity, Level, Shown
from cockpit.core.state import State

from .cockpits import (
    Part,
    all_are,
    classes,
    configured,
    http,
    levels,
    opened,
    own,
    rate,
    service,
    use,
)
from .conftest import OwnPrometheus
from .fleet import Fleet
from .prometheus import Prometheus

pytestmark = pytest.mark.lab

DOUBLES = own(
    "duplicates",
    "integrity",
    "sum(increase(orders_duplicate_key_total[4s]))",
    requires="orders_created_total",
    above={"FAILING": 0},
)
RETRIES = own(
    "retries",
    "retries",
    f'sum(rate(retries_total{{service_name="fraud-score"}}[4s])) / {rate("fraud-score")}',
    above={"DEGRADED": 0.2, "FAILING": 2},
)
FLEET = (
    service("orders", DOUBLES),
    service("orders-db", use("postgres", instance="orders-db:5432", only=["down"])),
    # One step only: on the way down several of them count as flapping, and are held for ten minutes.
    service("checkout-api", http("checkout-api", errors={"above": {"DOWN": 0.9}})),
    service("fraud-score", RETRIES),
    service("stripe", use("http-client", server_address="api.stripe.com", window="4s"), type="external"),
    service("auth", http("auth")),
    service("catalog", http("catalog")),
    service("order-mailer", use("kafka-consumer", group="order-mailer", only=["lag"])),
    service("legacy-cart", http("legacy-cart")),
)


async def test_each_fault_shows_as_its_own_class_and_goes_with_it(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    server = own_prometheus(own_fleet.targets)
    server.wait_scraped(times=5)
    async with opened(configured(tmp_path, server.url, *FLEET)) as cockpit:
        await cockpit.until(lambda state: set(levels(state).values()) == {"OK"}, what="all is well")
        own_fleet.set("orders_duplicate_key_total", rate=3)
        own_fleet.set("orders-db", up=0)
        own_fleet.set("checkout-api", errors=1.0)
        own_fleet.set("fraud-score", retries=3.0)
        own_fleet.set("api.stripe.com", throttled=0.5)
        own_fleet.set("auth", errors=0.5)
        own_fleet.set("catalog", latency=2.5)
        own_fleet.set("order-mailer", lag=9000)
        own_fleet.set("legacy-cart", hidden=["*"])
        await cockpit.until(lambda state: shown(state) == FAULTS, what=f"{FAULTS}")
        own_fleet.reset()
        well = {name: ("OK", ()) for name in FAULTS} | {"orders": ("AT_RISK", ())}
        await cockpit.until(lambda state: shown(state) == well, what="all is well again")
        # Duplicates do not vanish when the writer stops.
        assert cockpit.state.health.node("orders").integrity is Integrity.BREACHED


FAULTS = {
    "orders": ("FAILING", (FailureClass.CORRUPTION,)),
    "orders-db": ("DOWN", (FailureClass.UNAVAILABLE,)),
    "checkout-api": ("DOWN", (FailureClass.UNAVAILABLE,)),
    "fraud-score": ("FAILING", (FailureClass.RETRY_STORM,)),
    "stripe": ("FAILING", (FailureClass.THROTTLED,)),
    "auth": ("FAILING", (FailureClass.DEGRADATION,)),
    "catalog": ("DEGRADED", (FailureClass.DELAY,)),
    "order-mailer": ("DEGRADED", (FailureClass.DELAY,)),
    "legacy-cart": ("UNKNOWN", (FailureClass.BLIND,)),
}


def shown(state: State) -> dict[str, tuple[str, tuple[FailureClass, ...]]]:
    return {name: (level, classes(state)[name]) for name, level in levels(state).items()}


async def test_of_several_faults_the_most_urgent_is_named_first(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    """One service with everything at once."""
    blind = own("gone", "errors", "no_such_series", above={"DEGRADED": 1})
    stripe = use("http-client", server_address="api.stripe.com", window="4s", only=["throttled"])
    everything = service("fraud-score", http("fraud-score"), RETRIES, DOUBLES, stripe, blind)
    fleet.set("orders_duplicate_key_total", rate=3)
    fleet.set("fraud-score", errors=0.5, latency=2.5, retries=3.0)
    fleet.set("api.stripe.com", throttled=0.5)
    urgency = tuple(failure for failure in FailureClass if failure is not FailureClass.UNAVAILABLE)
    async with opened(configured(tmp_path, prometheus.url, everything)) as cockpit:
        await cockpit.until(lambda state: classes(state)["fraud-score"] == urgency, what=f"{urgency}")
        node = cockpit.state.health.node("fraud-score")
        assert node.failure_class is FailureClass.CORRUPTION
        assert node.own is not None
        assert (node.own.lo, node.own.hi) == (Level.FAILING, Level.DOWN)


async def test_traffic_that_falls_to_nothing_is_a_symptom(
    fleet: Fleet, prometheus: Prometheus, tmp_path: Path
) -> None:
    """Errors and latency have nothing to say then, and nothing to say is not health."""
    calls = own("calls", "traffic", rate("catalog"), below={"DOWN": 0.1})
    both = (service("catalog", http("catalog"), calls), service("quiet", http("catalog")))
    async with opened(configured(tmp_path, prometheus.url, *both)) as cockpit:
        await cockpit.until_levels(catalog="OK", quiet="OK")
        fleet.set("catalog", rate=0.0)
        await cockpit.until_levels(catalog="DOWN", quiet="UNKNOWN")
        assert classes(cockpit.state)["catalog"] == (FailureClass.DEGRADATION,)
        assert cockpit.state.health.node("quiet").idle
        fleet.set("catalog", rate=200.0)
        await cockpit.until_levels(catalog="OK", quiet="OK")


async def test_the_shipped_preset_misses_the_requests_of_an_hour_ago(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path
) -> None:
    script: list[tuple[float, dict[str, Part]]] = [(-600.0, {"catalog": {"rate": 0.0}})]
    past = own_fleet.history(seconds=4500, script=script)
    server = own_prometheus(own_fleet.targets, past=past)
    server.wait_scraped()
    signals = {
        name: use("otel-http", service=name, traffic={"for": "0s"}, only=["traffic"])
        for name in ("catalog", "auth")
    }
    shop = (service(name, signal) for name, signal in signals.items())
    async with opened(configured(tmp_path, server.url, *shop)) as cockpit:
        await cockpit.until_levels(catalog="DEGRADED", auth="OK")
        assert classes(cockpit.state) == {"catalog": (FailureClass.DEGRADATION,), "auth": ()}


async def test_nothing_is_green_before_anybody_has_looked(prometheus: Prometheus, tmp_path: Path) -> None:
    engine = wiring.live(configured(tmp_path, prometheus.url, *FLEET))
    assert all_are(Shown.UNKNOWN)(engine.state)
