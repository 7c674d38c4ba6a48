"""Rules G: the one level that is shown, and when measurement and prediction do not add up."""

from __future__ import annotations

import pytest

from cockpit.core.levels import Level
from cockpit.core.model import Capability, Criticality, Degradation

from .world import (
    AT_RISK,
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    NONE,
    OK,
    SOFT,
    World,
    any_of,
    level,
    on,
    service,
    signal,
)


def test_nothing_was_ever_green_before_the_first_poll() -> None:
    world = World.of(service("a"), service("b", on("a"), signals=[]), service("c", signals=[]))
    assert world.levels("a", "b", "c") == ["UNKNOWN", "UNKNOWN", "UNMONITORED"]


@pytest.mark.parametrize("bad", [DEGRADED, FAILING, DOWN])
def test_what_is_measured_outranks_what_is_predicted(bad: Level) -> None:
    world = World.of(service("a", on("b")), service("b"))
    world.poll({"a": level(bad), "b": level(DOWN)})
    assert world.levels("a") == [bad.name]


@pytest.mark.parametrize("mine", [OK, AT_RISK])
def test_measured_fine_below_a_broken_dependency_is_a_contradiction(mine: Level) -> None:
    world = World.of(service("checkout", on("orders-db")), service("orders-db"))
    node = world.poll({"orders-db": level(DOWN), "checkout": level(mine)}).node("checkout")
    assert (node.level.value, node.contradiction) == (
        "AT_RISK",
        "measured fine although orders-db is DOWN: fallback, wrong edge, or blind signal?",
    )


def test_a_soft_edge_puts_at_risk_and_contradicts_nothing() -> None:
    world = World.of(service("a", on("b", SOFT)), service("b"))
    node = world.poll({"b": level(DOWN)}).node("a")
    assert (node.level.value, node.exposure, node.contradiction) == ("AT_RISK", DEGRADED, None)


def test_an_active_fallback_at_risk_explains_the_contradiction_away() -> None:
    mode = Degradation("cache", AT_RISK, auto=True)
    world = World.of(service("a", on("b", fallback="cache"), degradations=(mode,)), service("b"))
    node = world.poll({"b": level(DOWN)}).node("a")
    assert (node.level.value, node.contradiction) == ("AT_RISK", None)


def test_own_unknown_is_unknown_with_its_prediction_beside_it() -> None:
    world = World.of(service("a", on("b")), service("b"))
    node = world.poll({"a": BROKEN, "b": level(DOWN)}).node("a")
    assert (node.level.value, node.exposure, node.contradiction) == ("UNKNOWN", DOWN, None)


def test_a_service_without_signals_shows_what_is_predicted() -> None:
    world = World.of(service("a", on("b"), signals=[]), service("b"))
    seen = []
    for bad in Level:
        world.poll({"b": level(bad)})
        seen += world.levels("a")
    assert seen == ["OK", "OK", "DEGRADED", "FAILING", "DOWN"]


def test_without_signals_and_dependencies_it_is_unmonitored() -> None:
    world = World.of(service("a", signals=[]), service("b", on("a"), signals=[]))
    world.poll()
    assert world.levels("a", "b") == ["UNMONITORED", "UNKNOWN"]


def test_unmeasured_is_known_only_when_all_its_hard_edges_lead_to_known_ones() -> None:
    world = World.of(
        service("both", on("b"), on("c"), signals=[]),
        service("one-of", any_of("b", "c"), signals=[]),
        service("two-of", any_of("b", "c", need=2), signals=[]),
        service("behind", on("one-of"), signals=[]),
        service("b"),
        service("c"),
    )
    world.poll({"c": BROKEN})
    assert world.levels("both", "one-of", "two-of", "behind") == ["UNKNOWN", "OK", "UNKNOWN", "OK"]


def test_a_cycle_of_unmeasured_services_is_unknown() -> None:
    world = World.of(
        service("a", on("b"), signals=[]), service("b", on("a"), on("c"), signals=[]), service("c")
    )
    world.poll()
    assert world.levels("a", "b") == ["UNKNOWN", "UNKNOWN"]


@pytest.mark.parametrize("criticality", [SOFT, NONE])
def test_unmeasured_with_weak_edges_only_is_unknown(criticality: Criticality) -> None:
    world = World.of(service("a", on("b", criticality), signals=[]), service("b"))
    world.poll()
    assert world.levels("a") == ["UNKNOWN"]
    world.poll({"b": level(DOWN)})
    assert world.levels("a") == ["DEGRADED" if criticality is SOFT else "UNKNOWN"]


def test_no_fallback_hides_that_nobody_knows() -> None:
    mode = Degradation("cache", AT_RISK, auto=True)
    world = World.of(service("a", on("b", fallback="cache"), signals=[], degradations=(mode,)), service("b"))
    world.poll({"b": BROKEN})
    assert world.levels("a") == ["UNKNOWN"]


def test_blind_but_measured_bad_enough_is_known() -> None:
    world = World.of(service("a", on("b"), signals=[]), service("b", signals=[signal("x"), signal("y")]))
    world.poll({"b.x": level(DEGRADED), "b.y": BROKEN})
    assert world.levels("a", "b") == ["DEGRADED", "DEGRADED"]


def test_since_is_when_the_shown_level_last_changed() -> None:
    world = World.of(service("a", on("b")), service("b"))
    seen = [
        world.poll(says).node("a").since - world.at
        for says in ({}, {}, {"b": level(DOWN)}, {"a": level(AT_RISK)}, {"a": level(DEGRADED)})
    ]
    assert seen == [0, -10, 0, -10, 0]


def test_a_capability_without_a_measure_shows_what_its_services_predict() -> None:
    buying = Capability("buy", requires=(on("a"), on("b", SOFT)))
    world = World.of(service("a"), service("b"), capabilities=(buying,))
    seen = []
    for says in ({}, {"b": level(DOWN)}, {"a": level(FAILING)}, {"a": BROKEN}):
        world.poll(says, after=100)
        seen += world.levels("buy")
    assert seen == ["OK", "DEGRADED", "FAILING", "DEGRADED"]
    world.poll({"b": level(OK)})
    assert world.levels("buy") == ["UNKNOWN"]
