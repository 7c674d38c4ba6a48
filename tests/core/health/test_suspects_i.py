"""Rules I: who is probably the cause, and why one would think so."""

from __future__ import annotations

import math

import pytest

from cockpit.core.health.state import Because
from cockpit.core.model import Degradation
from cockpit.core.poll import Change

from .world import (
    AT_RISK,
    BROKEN,
    DEGRADED,
    DOWN,
    FAILING,
    OK,
    SOFT,
    World,
    any_of,
    level,
    on,
    service,
)

BAD, WORSE, WORST = level(DEGRADED), level(FAILING), level(DOWN)


def chain() -> World:
    """shop needs api needs db; search stands alone."""
    return World.of(service("shop", on("api")), service("api", on("db")), service("db"), service("search"))


def test_the_one_that_explains_the_others_comes_first() -> None:
    world = chain()
    found = world.poll({"db": WORST, "api": WORSE, "shop": BAD}).suspects
    # db: all of A, first of all, nobody above it. api: two of three, wholly explained by db. shop: itself.
    assert [(one.service, one.score, one.explains, one.because) for one in found] == [
        ("db", 0.85, ("api", "shop"), Because(1.0, 1.0, 1.0, 0.0, 1.0)),
        ("api", 0.5208, ("shop",), Because(2 / 3, 1.0, 0.0, 0.0, 0.75)),
        ("shop", 0.3917, (), Because(1 / 3, 1.0, 0.0, 0.0, 0.5)),
    ]


def test_only_services_measured_degraded_are_suspects() -> None:
    world = World.of(service("a", on("b")), service("b", on("c"), signals=[]), service("c"))
    found = world.poll({"a": level(AT_RISK), "c": WORST}).suspects
    assert [(one.service, one.explains) for one in found] == [("c", ())]


def test_a_suspect_explains_through_services_that_nobody_measures() -> None:
    world = World.of(service("a", on("b")), service("b", on("c"), signals=[]), service("c"))
    assert world.poll({"a": BAD, "c": WORST}).suspects[0].explains == ("a",)


def test_what_is_predicted_at_risk_is_not_explained() -> None:
    world = World.of(service("a", on("b", SOFT)), service("b"))
    assert world.poll({"a": BAD, "b": BAD}).suspects[-1].explains == ()
    assert [one.explains for one in world.poll({"b": WORSE}).suspects if one.service == "b"] == [("a",)]


def test_an_active_fallback_takes_the_blame_away() -> None:
    mode = Degradation("cache", AT_RISK, manual=True)
    world = World.of(service("a", on("b", fallback="cache"), degradations=(mode,)), service("b"))
    blamed = [one.explains for one in world.poll({"a": BAD, "b": WORST}).suspects if one.service == "b"]
    spared = world.poll(modes=[("a", "cache")]).suspects
    assert (blamed, [one.explains for one in spared]) == ([("a",)], [(), ()])


@pytest.mark.parametrize(
    ("late", "precedence"),
    [(0, 1.0), (60, 1.0), (210, 0.75), (360, 0.5), (660, 0.0), (900, 0.0), (-300, 1.0)],
)
def test_precedence_falls_from_one_minute_after_what_it_explains(late: float, precedence: float) -> None:
    world = chain()
    first, second = ({"api": BAD}, {"db": BAD}) if late >= 0 else ({"db": BAD}, {"api": BAD})
    world.poll({**first, **second} if late == 0 else first)
    if late:
        world.poll(second, after=abs(late))
    assert {one.service: one.because.precedence for one in world.health.suspects}["db"] == precedence


def test_unexplained_is_the_share_its_own_dependencies_do_not_account_for() -> None:
    world = World.of(service("a", on("b", SOFT)), service("b"))
    found = {one.service: one.because.unexplained for one in world.poll({"a": WORST, "b": WORST}).suspects}
    assert found == {"a": 0.5, "b": 1.0}


def test_unexplained_looks_at_measured_neighbours_alone() -> None:
    world = World.of(service("a", on("b")), service("b", on("c"), signals=[]), service("c"))
    found = {one.service: one.because.unexplained for one in world.poll({"a": BAD, "c": BAD}).suspects}
    assert found == {"a": 1.0, "c": 1.0}


@pytest.mark.parametrize(
    ("before", "weight"),
    [(0, 1.0), (240, math.exp(-240 / 1800)), (7200, math.exp(-4)), (7201, 0.0), (-1, 0.0)],
)
def test_a_change_weighs_less_the_longer_before_the_onset_it_was(before: float, weight: float) -> None:
    world = chain()
    world.poll()
    change = Change("db", world.at + 10 - before, "release 1.42")
    (suspect,) = world.poll({"db": BAD}, changes=[change, Change("api", world.at, "other")]).suspects
    assert suspect.because.change == pytest.approx(weight)
    assert suspect.change == (change if weight else None)


def test_changes_add_up_and_the_latest_before_the_onset_counts() -> None:
    world = chain()
    old, new = Change("db", world.at - 1800, "old"), Change("db", world.at - 60, "new")
    world.poll(changes=[new])
    world.poll(changes=[old])
    (suspect,) = world.poll({"db": BAD}).suspects
    assert suspect.change == new
    assert suspect.because.change == pytest.approx(math.exp(-90 / 1800))


def test_equal_scores_are_told_by_name() -> None:
    world = World.of(service("b"), service("c"), service("a"))
    found = world.poll({"a": BAD, "b": BAD, "c": BAD}).suspects
    assert [(one.service, one.score) for one in found] == [("a", 0.5917), ("b", 0.5917), ("c", 0.5917)]


def test_a_cycle_makes_each_cover_the_other() -> None:
    world = World.of(service("a", on("b")), service("b", on("a")))
    found = world.poll({"a": BAD, "b": BAD}).suspects
    assert [(one.service, one.explains, one.because.unexplained) for one in found] == [
        ("a", ("b",), 0.0),
        ("b", ("a",), 0.0),
    ]


def test_what_the_first_suspect_touches_and_nobody_sees_is_missing_evidence() -> None:
    world = chain()
    health = world.poll({"db": WORST, "api": BROKEN, "shop": BAD})
    assert (health.suspects[0].service, health.suspects[0].blind_spots) == ("db", ("api",))


def test_an_alternative_that_still_has_its_need_explains_nothing_and_broke_a_boundary() -> None:
    world = World.of(service("a", any_of("b", "c")), service("b"), service("c"))
    health = world.poll({"a": WORSE, "b": WORST})
    assert [(one.service, one.explains) for one in health.suspects] == [("b", ()), ("a", ())]
    assert [(one.service, one.suspect, one.edge_to, one.why) for one in health.broken] == [
        ("a", "b", "b", "any_of")
    ]


def test_with_too_many_failing_only_the_worst_are_explored() -> None:
    world = World.of(*(service(f"s{number:02}", on("root")) for number in range(70)), service("root"))
    says = {f"s{number:02}": BAD for number in range(70)}
    found = world.poll({**says, "root": WORST}).suspects
    assert (found[0].service, len(found[0].explains), found[0].because.coverage) == ("root", 70, 1.0)
    assert {one.because.coverage for one in found[1:]} == {1 / 71}


def test_nobody_is_suspected_when_all_is_well() -> None:
    assert chain().poll({"db": level(OK), "api": level(AT_RISK)}).suspects == ()
