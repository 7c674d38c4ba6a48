"""What people do bends the course of a scenario, and bends it back."""

from __future__ import annotations

import pytest

from cockpit.core.scenario import Fault, Point, Reaction, Scenario
from cockpit.core.scenario_course import Course, Fired, alter, begin, curve_of, holds, switch

SCENARIO = Scenario(
    "test",
    signals={("checkout", "errors"): (Point(60, step_to=0.9), Point(0, value=0.1))},
    measures={"place-order": (Point(0, value=0.4),)},
    flags={"pay-async": False},
    world={"release": "1.42"},
    reactions=(
        Reaction('world.release == "1.41"', {"checkout.errors": Point(0, step_to=0.0)}),
        Reaction('flags["pay-async"] == true', {"place-order": Point(0, ramp_to=0.8, over=10)}),
        Reaction('flags["nobody"] == true or world.nothing > 3', {}),
    ),
)


def test_curves_are_put_in_order() -> None:
    assert [point.at for point in curve_of(SCENARIO, "checkout", "errors")] == [0, 60]
    assert curve_of(SCENARIO, "checkout", "latency") == ()


def at(course: Course, curve: str, *times: float) -> list[float]:
    owner, _, signal = curve.partition(".")
    return [course.shown(owner, signal, time, 0.5, 0.0).value for time in times]


def test_a_reaction_sends_the_curve_elsewhere_and_what_was_planned_is_off() -> None:
    course = alter(begin(SCENARIO), {"release": "1.41"}, 50)
    assert course.fired == (Fired(0, 50),)
    assert at(course, "checkout.errors", 49, 50, 70, 9_999) == [0.1, 0.0, 0.0, 0.0]


def test_a_turn_may_come_later_and_starts_from_where_the_curve_is_then() -> None:
    late = Reaction("world.x == 1", {"a.b": Point(10, ramp_to=1.0, over=10)})
    line = (Point(0, value=0.0), Point(0, ramp_to=10.0, over=100))
    course = alter(begin(Scenario("t", signals={("a", "b"): line}, reactions=(late,))), {"x": 1}, 20)
    assert at(course, "a.b", 20, 30, 35, 40, 99) == [2.0, 3.0, 2.0, 1.0, 1.0]


def test_once_it_holds_no_more_the_curve_goes_back_to_the_plan_and_it_may_fire_again() -> None:
    course = switch(switch(begin(SCENARIO), "pay-async", True, 100), "pay-async", False, 110)
    assert course.fired == (Fired(1, 100, 110),)
    assert at(course, "place-order.measure", 99, 105, 110, 115, 120, 999) == pytest.approx(
        [0.4, 0.6, 0.8, 0.6, 0.4, 0.4]
    )
    course = switch(course, "pay-async", True, 115)
    assert course.fired == (Fired(1, 100, 110), Fired(1, 115))
    assert at(course, "place-order.measure", 115, 120, 125) == pytest.approx([0.6, 0.7, 0.8])


def test_meanwhile_the_plan_went_on() -> None:
    course = alter(alter(begin(SCENARIO), {"release": "1.41"}, 50), {"release": "1.42"}, 70)
    assert at(course, "checkout.errors", 60, 69, 70, 100) == [0.0, 0.0, 0.9, 0.9]


def test_an_alert_is_resolved_only_while_its_reaction_holds() -> None:
    cure = Reaction("world.up == 1", {}, ("Down",))
    course = alter(begin(Scenario("t", reactions=(cure,))), {"up": 1}, 5)
    assert (course.resolved("Down"), course.resolved("Other")) == (True, False)
    assert not alter(course, {"up": 0}, 9).resolved("Down")


def test_a_fault_is_over_once_somebody_has_mended_it_and_was_there_before() -> None:
    cure = Reaction("world.up == 1", {}, mends=("prometheus_down",))
    faults = (Fault(10, "prometheus_down", 90), Fault(10, "flags_down", 90))
    course = alter(begin(Scenario("t", reactions=(cure,), faults=faults)), {"up": 1}, 40)
    course = alter(course, {"up": 0}, 60)
    times = (9, 10, 39, 40, 59, 60, 99, 100)
    assert [course.broken("prometheus_down", at) for at in times] == [0, 1, 1, 0, 0, 1, 1, 0]
    assert [course.broken("flags_down", at) for at in times] == [0, 1, 1, 1, 1, 1, 1, 0]


def test_flags_are_remembered_as_they_were() -> None:
    course = switch(begin(SCENARIO), "pay-async", True, 100)
    assert [course.flags_at(time)["pay-async"] for time in (-900, 0, 99, 100, 200)] == [0, 0, 0, 1, 1]


def test_what_holds_from_the_start_fires_at_the_start() -> None:
    started = Scenario("x", flags={"pay-async": True}, reactions=SCENARIO.reactions)
    assert begin(started).fired == (Fired(1, 0.0),)


@pytest.mark.parametrize(
    "when",
    ["world.release ==", "nonsense", "flags['x'].y", "1/0", "__import__('os')", "world()", "9**9**9**9"],
)
def test_a_condition_that_makes_no_sense_never_holds(when: str) -> None:
    assert not holds(Reaction(when, {}), {"release": "1"}, {"x": True})
