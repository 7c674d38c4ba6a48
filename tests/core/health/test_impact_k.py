"""Rules K: capabilities, and what a minute of trouble costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.health.state import Loss
from cockpit.core.levels import Kind, Level
from cockpit.core.model import Capability, Query, Signal, Value

from .world import (
    AT_RISK,
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    NAN,
    OK,
    SOFT,
    Answer,
    Said,
    World,
    level,
    on,
    own,
    service,
)

MEASURE = Signal(
    "measure",
    Kind.TRAFFIC,
    Query("orders", volume="usual"),
    "below",
    {DEGRADED: 0.85, FAILING: 0.5, DOWN: 0.1},
    for_=0.0,
    hold=0.0,
    min_volume=20.0,
)
BUY = Capability("buy", requires=(on("a"),), value=Value(48.0, "EUR"))
MEASURED = replace(BUY, measure=MEASURE)


def selling(capability: Capability, **says: Answer) -> World:
    world = World.of(service("a"), capabilities=(capability,))
    world.poll({"buy": Said(1.0, volume=40.0), **says})
    return world


def loss(world: World) -> Loss:
    found = world.health.impacts["buy"].per_minute
    return replace(found, low=round(found.low, 6), high=round(found.high, 6))


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.85, "OK"),
        (0.84, "DEGRADED"),
        (0.5, "DEGRADED"),
        (0.49, "FAILING"),
        (0.1, "FAILING"),
        (0.09, "DOWN"),
    ],
)
def test_the_measure_is_the_capabilitys_own_evidence(share: float, shown: str) -> None:
    assert selling(MEASURED, buy=Said(share, volume=40.0)).levels("buy") == [shown]


def test_a_known_measure_outranks_what_its_services_predict() -> None:
    world = selling(MEASURED, a=level(DOWN), buy=Said(0.8, volume=40.0))
    assert world.levels("buy") == ["DEGRADED"]
    world.poll({"buy": Said(1.0, volume=40.0)})
    node = world.health.node("buy")
    assert (node.level.value, node.exposure, node.contradiction is None) == ("AT_RISK", DOWN, False)


def test_measured_loss_is_one_number() -> None:
    world = selling(MEASURED, buy=Said(0.25, volume=40.0))
    assert loss(world) == Loss("measured", 1440.0, 1440.0, "money", "EUR")
    assert (world.health.impacts["buy"].actual, world.health.impacts["buy"].expected) == (10.0, 40.0)


def test_selling_more_than_usual_is_no_negative_loss() -> None:
    assert loss(selling(MEASURED, buy=Said(1.5, volume=40.0))) == Loss("measured", 0.0, 0.0, "money", "EUR")


def test_without_a_price_the_loss_is_a_share() -> None:
    world = selling(replace(MEASURED, value=None), buy=Said(0.25, volume=40.0))
    assert loss(world) == Loss("measured", 75.0, 75.0, "%")


@pytest.mark.parametrize(
    ("bad", "low", "high"),
    [(OK, 0.0, 0.0), (DEGRADED, 2.0, 20.0), (FAILING, 20.0, 80.0), (DOWN, 80.0, 100.0)],
)
def test_without_a_measure_the_loss_is_a_range_by_level(bad: Level, low: float, high: float) -> None:
    assert loss(selling(BUY, a=level(bad))) == Loss("estimated", low, high, "%")


def test_at_risk_may_cost_two_percent() -> None:
    risky = replace(BUY, requires=(on("a", SOFT),), measure=replace(MEASURE, kind=Kind.PROBE))
    world = selling(risky, a=level(DEGRADED), buy=Said(1.0, volume=40.0))
    assert world.levels("buy") == ["AT_RISK"]
    world.poll({"buy": Said(NAN, volume=40.0)})
    assert loss(world) == Loss("estimated", 0.0, 38.4, "money", "EUR")


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    world = selling(MEASURED, buy=BROKEN)
    assert (world.levels("buy"), loss(world)) == (["UNKNOWN"], Loss("unknown", 0.0, 100.0, "%"))


def test_nothing_sold_in_the_night_is_no_evidence() -> None:
    world = selling(MEASURED, buy=Said(0.0, volume=1.2))
    node = world.health.node("buy")
    assert (node.level.value, own(world.health, "buy"), node.idle) == ("UNKNOWN", ("OK", "DOWN"), True)
    assert loss(world).kind == "unknown"


def test_a_measure_in_its_grace_is_not_measured() -> None:
    world = selling(MEASURED, buy=Said(0.25, volume=40.0))
    world.poll({"buy": BROKEN})
    assert (world.levels("buy"), loss(world)) == (["FAILING"], Loss("estimated", 20.0, 80.0, "%"))


def test_loss_so_far_adds_up_from_the_onset_with_the_tag_of_its_worst_part() -> None:
    world = selling(MEASURED)
    world.poll({"buy": Said(0.5, volume=40.0)}, after=60)
    began = world.at
    world.poll(after=60)
    found = world.health.impacts["buy"]
    assert (found.since, found.so_far) == (began, Loss("measured", 960.0, 960.0, "money", "EUR"))
    world.poll({"buy": Said(NAN, volume=40.0)}, after=60)
    world.poll({"buy": Said(0.5, volume=40.0)}, after=60)
    so_far = world.health.impacts["buy"].so_far
    assert so_far is not None
    # The minute in which nothing was measured counts as DEGRADED: 2 to 20 % of 1920 EUR.
    assert (so_far.kind, round(so_far.low, 6), round(so_far.high, 6)) == ("estimated", 1958.4, 2304.0)


def test_a_minute_in_which_nobody_knows_the_rate_makes_the_sum_unknown() -> None:
    world = selling(MEASURED)
    world.polls({"buy": Said(0.5, volume=40.0)}, every=60, seconds=120)
    world.polls({"buy": BROKEN}, every=60, seconds=120)
    # What could be counted: two minutes at half of 1920 EUR.
    assert world.health.impacts["buy"].so_far == Loss("unknown", 1920.0, 1920.0, "money", "EUR")


def test_what_was_lost_before_the_onset_is_not_counted() -> None:
    world = selling(MEASURED, buy=Said(0.9, volume=40.0))
    world.poll({"buy": Said(0.5, volume=40.0)}, after=60)
    assert world.health.impacts["buy"].so_far is None
    world.poll(after=60)
    assert world.health.impacts["buy"].so_far == Loss("measured", 960.0, 960.0, "money", "EUR")


def test_at_risk_alone_starts_no_loss() -> None:
    world = selling(MEASURED, a=level(DOWN))
    assert (world.levels("buy"), world.health.impacts["buy"].since) == ([AT_RISK.name], None)
