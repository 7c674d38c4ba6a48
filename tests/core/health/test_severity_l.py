"""Rules L: how bad it is for the business, suggested."""

from __future__ import annotations

import pytest

from cockpit.core.levels import Level
from cockpit.core.model import Capability

from .world import AT_RISK, BROKEN, DEGRADED, DOWN, FAILING, OK, World, integrity, level, on, service, signal


def suggested(world: World) -> str | None:
    return world.health.severity.value if world.health.severity else None


@pytest.mark.parametrize(
    ("tier", "bad", "said"),
    [
        (1, DOWN, "SEV2"),
        (2, DEGRADED, "SEV2"),
        (3, DOWN, "SEV3"),
        (4, DEGRADED, "SEV3"),
        (1, AT_RISK, None),
        (1, OK, None),
    ],
)
def test_a_service_by_its_tier(tier: int, bad: Level, said: str | None) -> None:
    world = World.of(service("a", tier=tier))
    world.poll({"a": level(bad)})
    assert suggested(world) == said


@pytest.mark.parametrize(
    ("tier", "bad", "said"),
    [(1, FAILING, "SEV1"), (1, DEGRADED, "SEV2"), (2, DOWN, "SEV2"), (3, DOWN, "SEV3")],
)
def test_a_capability_by_its_tier(tier: int, bad: Level, said: str) -> None:
    world = World.of(service("a"), capabilities=(Capability("buy", requires=(on("a"),), tier=tier),))
    world.poll({"a": level(bad)})
    assert suggested(world) == said


def test_breached_data_is_as_bad_as_it_gets_also_after_its_signal_is_quiet() -> None:
    world = World.of(service("a", tier=4, signals=[signal(), integrity()]))
    world.poll({"a.duplicates": level(DEGRADED)})
    assert suggested(world) == "SEV3"
    world.poll({"a.duplicates": level(FAILING)})
    world.poll({"a.duplicates": level(OK)})
    assert (suggested(world), world.levels("a")) == ("SEV1", ["AT_RISK"])
    world.poll(reconciled=["a"])
    assert suggested(world) is None


def test_tainted_readers_alone_raise_nothing_more() -> None:
    world = World.of(service("a", tier=4, signals=[integrity()], feeds=("b",)), service("b", tier=1))
    world.poll({"a": level(DEGRADED)})
    assert suggested(world) == "SEV3"


def test_spreading_raises_what_is_otherwise_small() -> None:
    world = World.of(service("a", tier=4), service("b", tier=4))
    world.poll({"a": level(DEGRADED)})
    assert suggested(world) == "SEV3"
    world.poll({"b": level(DEGRADED)}, after=61)
    assert suggested(world) == "SEV2"


def test_blindness_alone_suggests_nothing() -> None:
    world = World.of(service("a", tier=1), capabilities=(Capability("buy", requires=(on("a"),), tier=1),))
    world.poll({"a": BROKEN})
    assert suggested(world) is None
