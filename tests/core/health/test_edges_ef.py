"""Rules E and F: what a dependent suffers, and how that spreads through the graph."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit.core.levels import Level
from cockpit.core.model import Criticality, Degradation, Dependency, FlagIs

from .world import (
    AT_RISK,
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    HARD,
    NONE,
    OK,
    SOFT,
    World,
    any_of,
    level,
    on,
    service,
)


def exposed(edge: Dependency, **says: Level) -> Level:
    world = World.of(service("a", edge), *(service(name) for name in says))
    return world.poll({name: level(value) for name, value in says.items()}).node("a").exposure


@pytest.mark.parametrize(
    ("criticality", "suffers"),
    [
        (HARD, [OK, OK, DEGRADED, FAILING, DOWN]),
        (SOFT, [OK, OK, AT_RISK, DEGRADED, DEGRADED]),
        (NONE, [OK, OK, OK, OK, OK]),
    ],
)
def test_an_edge_says_what_a_dependent_suffers(criticality: Criticality, suffers: list[Level]) -> None:
    assert [exposed(on("b", criticality), b=value) for value in Level] == suffers


@pytest.mark.parametrize(
    ("need", "levels", "suffers"),
    [
        (1, (OK, OK), OK),
        (1, (OK, AT_RISK), OK),
        (1, (OK, DOWN), AT_RISK),
        (1, (AT_RISK, DEGRADED), AT_RISK),
        (1, (FAILING, DOWN), FAILING),
        (2, (OK, DOWN), DOWN),
        (2, (DEGRADED, OK), DEGRADED),
        (3, (OK, OK), DOWN),
    ],
)
def test_of_alternatives_the_needed_best_counts_and_lost_redundancy_shows(
    need: int, levels: tuple[Level, Level], suffers: Level
) -> None:
    assert exposed(any_of("b", "c", need=need), b=levels[0], c=levels[1]) == suffers


@pytest.mark.parametrize(
    ("criticality", "levels", "suffers"),
    [
        (SOFT, (OK, DOWN), AT_RISK),
        (SOFT, (DEGRADED, DOWN), AT_RISK),
        (SOFT, (DOWN, DOWN), DEGRADED),
        (NONE, (OK, DOWN), OK),
        (NONE, (DOWN, DOWN), OK),
    ],
)
def test_phi_comes_after_picking(
    criticality: Criticality, levels: tuple[Level, Level], suffers: Level
) -> None:
    assert exposed(any_of("b", "c", criticality=criticality), b=levels[0], c=levels[1]) == suffers


def with_mode(**fields: Any) -> World:
    """`a` needs `b`, with a fallback that leaves it DEGRADED."""
    mode = Degradation("plan-b", **{"level": DEGRADED, **fields})
    world = World.of(service("a", on("b", fallback="plan-b"), degradations=(mode,)), service("b"))
    world.poll({"b": level(DOWN)})
    return world


def test_a_fallback_that_is_not_active_helps_nobody() -> None:
    assert with_mode(manual=True).health.node("a").exposure is DOWN


@pytest.mark.parametrize(
    ("declared", "poll"),
    [
        ({"auto": True}, {}),
        ({"manual": True}, {"modes": [("a", "plan-b")]}),
        ({"active_when": "promql"}, {"modes": [("a", "plan-b")]}),
        ({"flag": FlagIs("switch", "blue")}, {"flags": {"switch": "blue"}}),
    ],
    ids=["auto", "manual", "active_when", "flag"],
)
def test_an_active_fallback_caps_what_its_edge_passes_on(
    declared: dict[str, Any], poll: dict[str, Any]
) -> None:
    world = with_mode(**declared)
    node = world.poll(**poll).node("a")
    assert (node.exposure, node.degradation) == (DEGRADED, "plan-b")


@pytest.mark.parametrize("flags", [{}, {"switch": "green"}, {"other": "blue"}], ids=str)
def test_a_flag_with_another_value_or_none_activates_nothing(flags: dict[str, str]) -> None:
    assert with_mode(flag=FlagIs("switch", "blue")).poll(flags=flags).node("a").exposure is DOWN


def test_one_is_not_true() -> None:
    assert with_mode(flag=FlagIs("switch", True)).poll(flags={"switch": 1}).node("a").exposure is DOWN


def test_a_fallback_caps_and_never_raises() -> None:
    world = with_mode(auto=True, level=FAILING)
    assert world.poll({"b": level(DEGRADED)}).node("a").exposure is DEGRADED
    assert world.poll({"b": level(OK)}).node("a").exposure is OK


def test_past_its_time_a_fallback_no_longer_caps() -> None:
    world = with_mode(manual=True, max_duration=60.0)
    on_now = [("a", "plan-b")]
    seen = [world.poll(modes=on_now, after=after).node("a").exposure for after in (10, 59, 1, 1)]
    assert seen == [DEGRADED, DEGRADED, DEGRADED, DOWN]
    world.poll()
    assert world.poll(modes=on_now).node("a").exposure is DEGRADED, "it was switched on anew"


def test_an_automatic_fallback_never_expires() -> None:
    assert with_mode(auto=True, max_duration=60.0).poll(after=1000).node("a").exposure is DEGRADED


def test_a_fallback_may_belong_to_another_service() -> None:
    mode = Degradation("read-only", DEGRADED, manual=True)
    world = World.of(
        service("a", on("b", fallback="read-only", fallback_of="b")), service("b", degradations=(mode,))
    )
    assert world.poll({"b": level(DOWN)}, modes=[("b", "read-only")]).node("a").exposure is DEGRADED


def test_an_unreviewed_edge_raises_nobody_above_at_risk_but_explains() -> None:
    world = World.of(service("a", on("b", reviewed=False)), service("b"))
    health = world.poll({"b": level(DOWN), "a": level(FAILING)})
    assert (health.node("a").exposure, health.suspects[0].explains) == (AT_RISK, ("a",))


def test_exposure_is_the_worst_edge_over_measured_and_predicted() -> None:
    world = World.of(
        service("a", on("b"), on("c", SOFT)),
        service("b", on("d"), signals=[]),
        service("c"),
        service("d"),
    )
    health = world.poll({"d": level(FAILING), "c": level(DOWN)})
    assert {node.name: node.exposure for node in health.nodes} == {
        "a": FAILING,
        "b": FAILING,
        "c": OK,
        "d": OK,
    }


def test_a_cycle_holds_no_level_that_nothing_causes_any_more() -> None:
    world = World.of(service("a", on("b")), service("b", on("a"), on("c")), service("c"))
    assert world.poll({"c": level(DOWN)}).node("a").exposure is DOWN
    health = world.poll({"c": level(OK)})
    assert [node.exposure for node in health.nodes] == [OK, OK, OK]


def test_what_is_unknown_predicts_nothing_beyond_what_is_known_of_it() -> None:
    world = World.of(service("a", on("b")), service("b"))
    assert world.poll({"b": BROKEN}).node("a").exposure is OK
