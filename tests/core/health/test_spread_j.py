"""Rules J: contained or spreading, each branch in the order in which they match."""

from __future__ import annotations

import pytest

from cockpit.core.health.state import Spread
from cockpit.core.levels import Verdict
from cockpit.core.model import Capability

from .world import (
    AT_RISK,
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    NONE,
    OK,
    TOO_FEW,
    World,
    level,
    on,
    service,
    signal,
)

WELL, BAD, WORSE, WORST = level(OK), level(DEGRADED), level(FAILING), level(DOWN)


def shop() -> World:
    return World.of(
        service("a", on("b"), owner="sales", system="shop"),
        service("b", owner="sales", system="shop"),
        service("c", on("b"), owner="logistics", system="warehouse"),
        capabilities=(Capability("ship", requires=(on("c"),)),),
    )


def verdict(world: World) -> str:
    return world.health.spread.verdict.value


def test_nothing_failing_and_never_was_is_clear() -> None:
    world = shop()
    assert world.poll().spread == Spread(Verdict.CLEAR, coverage=1.0)


def test_too_little_is_seen_to_tell() -> None:
    world = shop()
    health = world.poll({"b": BAD, "a": BROKEN})
    assert (verdict(world), round(health.spread.coverage, 4)) == ("CANNOT_TELL", 0.6667)


def test_seven_in_ten_are_enough() -> None:
    world = World.of(*(service(f"s{number}") for number in range(10)))
    world.poll({f"s{number}": BROKEN for number in range(3)})
    assert (verdict(world), world.health.spread.coverage) == ("CLEAR", 0.7)


def test_with_nobody_to_look_at_nobody_can_tell() -> None:
    assert World.of(service("a", signals=[])).poll().spread == Spread(Verdict.CANNOT_TELL, coverage=0.0)


def test_coverage_looks_at_both_sides_of_the_failing_over_any_edge_and_no_further() -> None:
    world = World.of(
        service("up", on("bad", NONE)),
        service("bad", on("down")),
        service("down", on("far")),
        service("far"),
        service("unmeasured", on("bad"), signals=[]),
    )
    health = world.poll({"bad": BAD, "far": BROKEN})
    assert health.spread.coverage == 1.0
    assert round(world.poll({"up": BROKEN}, after=100).spread.coverage, 4) == 0.6667


def test_an_idle_service_neither_helps_nor_hinders_sight() -> None:
    world = World.of(service("a"), service("b", signals=[signal(min_volume=5.0)]))
    assert world.poll({"b": TOO_FEW}).spread == Spread(Verdict.CLEAR, coverage=1.0)


def test_just_fallen_is_too_early_and_says_when_it_settles() -> None:
    world = shop()
    world.poll()
    world.poll({"b": BAD})
    fell = world.at
    world.poll(after=120)
    assert (verdict(world), world.health.spread.settles_at) == ("TOO_EARLY", fell + 600)


def test_it_is_contained_after_a_window_in_which_nothing_new_fell() -> None:
    world = shop()
    world.poll({"b": BAD})
    fell = world.at
    world.polls({}, every=60, seconds=540)
    assert (verdict(world), world.health.spread.settles_at) == ("TOO_EARLY", fell + 600)
    world.poll(after=60)
    assert (world.at, verdict(world), world.health.spread.settles_at) == (fell + 600, "CONTAINED", None)


def test_what_falls_within_a_minute_falls_together() -> None:
    world = shop()
    world.poll({"b": BAD})
    world.poll({"c": BAD}, after=60)
    assert (verdict(world), world.health.spread.new) == ("TOO_EARLY", ())


def test_who_falls_later_is_named_with_the_boundary_that_was_crossed() -> None:
    world = shop()
    world.poll({"b": BAD})
    found = world.poll({"c": BAD}, after=61).spread
    assert (found.verdict, found.new, found.next_to_fall) == (Verdict.SPREADING, ("c",), ("a",))
    assert found.crossed == ("capability ship", "system warehouse", "team logistics")


def test_a_new_one_is_new_for_half_a_window() -> None:
    world = shop()
    world.polls({"b": BAD}, every=60, seconds=600)
    world.poll({"c": BAD})
    seen = []
    for after in (240, 59, 1, 240, 59, 1):
        world.poll(after=after)
        seen.append(verdict(world))
    assert seen == ["SPREADING", "SPREADING", "TOO_EARLY", "TOO_EARLY", "TOO_EARLY", "CONTAINED"]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (BAD, WORSE, "WORSENING"),
        (WORSE, BAD, "RECOVERING"),
        (BAD, BAD, "CONTAINED"),
        (WORST, level(AT_RISK), "RECOVERING"),
    ],
)
def test_the_weight_of_what_fails_tells_worsening_from_recovering(
    before: float, now: float, said: str
) -> None:
    world = shop()
    world.polls({"b": before}, every=60, seconds=720)
    world.poll({"b": now})
    assert verdict(world) == said


def test_worsening_does_not_wait_for_a_whole_window() -> None:
    world = shop()
    world.polls({"b": BAD}, every=60, seconds=360)
    world.poll({"b": WORSE})
    assert verdict(world) == "WORSENING"


def test_recovering_waits_for_a_whole_window() -> None:
    world = shop()
    world.polls({"b": WORSE}, every=60, seconds=360)
    world.poll({"b": BAD})
    assert verdict(world) == "TOO_EARLY"


@pytest.mark.parametrize(("then", "said"), [(WORSE, "CONTAINED"), (WORST, "WORSENING")])
def test_a_tenth_more_is_not_yet_worsening(then: float, said: str) -> None:
    """Five of tier 1 at DEGRADED weigh 80; one at FAILING makes 88, at DOWN 96."""
    world = World.of(*(service(f"s{number}", tier=1) for number in range(5)))
    world.polls({f"s{number}": BAD for number in range(5)}, every=60, seconds=660)
    world.poll({"s0": then})
    assert verdict(world) == said


def test_a_tenth_less_is_not_yet_recovering() -> None:
    world = World.of(*(service(f"s{number}", tier=1) for number in range(4)), service("x", tier=2))
    # 3 x 16 + 24 + 8 = 80; without `x` 72, which is nine tenths.
    world.polls({f"s{number}": BAD for number in range(4)} | {"s0": WORSE, "x": BAD}, every=60, seconds=660)
    world.poll({"x": WELL})
    assert verdict(world) == "CONTAINED"
    world.poll({"s0": BAD})
    assert verdict(world) == "RECOVERING"


def test_all_up_again_is_recovering_until_a_window_has_passed() -> None:
    world = shop()
    world.poll({"b": BAD})
    world.poll({"b": WELL})
    assert verdict(world) == "RECOVERING"
    world.poll(after=590)
    assert verdict(world) == "RECOVERING"
    world.poll(after=1)
    assert verdict(world) == "CLEAR"


def test_base_is_the_last_poll_however_old_it_is() -> None:
    world = shop()
    world.poll({"b": BAD})
    world.poll({"c": BAD}, after=5000)
    assert (verdict(world), world.health.spread.new) == ("SPREADING", ("c",))
    world.poll(after=5000)
    assert verdict(world) == "CONTAINED"


def test_next_to_fall_stands_although_what_it_needs_has_fallen() -> None:
    world = World.of(
        service("a", on("b")),
        service("b"),
        service("blind", on("b")),
        service("fallen", on("b")),
        service("unmeasured", on("b"), signals=[]),
        capabilities=(Capability("buy", requires=(on("a"),)),),
    )
    found = world.poll({"b": WORST, "blind": BROKEN, "fallen": BAD, "a": level(AT_RISK)}).spread
    # What nobody measures shows its prediction, so it has fallen already as far as anybody can say.
    assert found.next_to_fall == ("a",)
