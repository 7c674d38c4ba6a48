"""What a scenario says at a moment: straight lines, gaps in them, and what changes the course of events.

Times are seconds from the start of the scenario; before it everything is well, and after the last point of a
curve its value goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from simpleeval import InvalidExpression, SimpleEval

from cockpit.core.levels import Kind, Seconds
from cockpit.core.model import Scalar, Signal
from cockpit.core.scenario import Point, Reaction, Scenario

Gap: TypeAlias = Literal["absent", "nan", "failed"]


@dataclass(frozen=True, slots=True)
class Played:
    """A curve at a moment. `value` counts where there is no `gap`."""

    value: float
    noise: float
    """Standard deviation."""
    gap: Gap | None = None
    frozen_at: Seconds | None = None
    """Since when the sample has not been renewed; value and noise are of that moment."""


def played(points: Sequence[Point], at: Seconds, healthy: float, noise: float) -> Played:
    """The curve through `points` at `at`; `healthy` and `noise` hold where it says nothing yet."""
    gap, frozen = None, None
    for point in points:
        if point.at > at:
            break
        gap = _gap(point, at) or gap
        if point.frozen_for is not None and at < point.at + point.frozen_for:
            frozen = point.at if frozen is None else frozen
    moment = at if frozen is None else frozen
    value = _line(points, moment, healthy)
    return Played(value, _noise(points, moment, noise), gap, frozen)


def _gap(point: Point, at: Seconds) -> Gap | None:
    lengths: tuple[tuple[Gap, Seconds | None], ...] = (
        ("absent", point.absent_for),
        ("nan", point.nan_for),
        ("failed", point.failed_for),
    )
    return next((gap for gap, length in lengths if length is not None and at < point.at + length), None)


def _line(points: Iterable[Point], at: Seconds, value: float) -> float:
    """Where the line is at `at`. A turn that comes during a ramp starts from where the ramp has got to."""
    ramp: Point | None = None
    start = value
    for point in points:
        if point.at > at:
            break
        goal = _goal(point)
        if goal is None:
            continue
        start = _on_ramp(ramp, start, point.at)
        ramp = point
        if point.ramp_to is None:
            start = goal
    return _on_ramp(ramp, start, at)


def _on_ramp(ramp: Point | None, start: float, at: Seconds) -> float:
    if ramp is None:
        return start
    goal = _goal(ramp)
    assert goal is not None
    if ramp.ramp_to is None or at >= ramp.at + ramp.over:
        return goal
    return start + (goal - start) * (at - ramp.at) / ramp.over


def _goal(point: Point) -> float | None:
    return next((goal for goal in (point.value, point.step_to, point.ramp_to) if goal is not None), None)


def _noise(points: Iterable[Point], at: Seconds, noise: float) -> float:
    for point in points:
        if point.at > at:
            break
        noise = noise if point.noise is None else point.noise
    return noise


def redirected(points: Sequence[Point], at: Seconds, turn: Point) -> tuple[Point, ...]:
    """The curve once a reaction sends it elsewhere at `at`: what was planned for later is off."""
    turn = replace(turn, at=at + turn.at)
    return (*(point for point in points if point.at <= turn.at), turn)


def holds(reaction: Reaction, world: Mapping[str, Scalar], flags: Mapping[str, Scalar]) -> bool:
    """Whether `when` is true of the world and the flags; what they lack makes it false."""
    names = {"world": dict(world), "flags": dict(flags), "true": True, "false": False, "null": None}
    try:
        return bool(SimpleEval(names=names, functions={}).eval(reaction.when))
    except (InvalidExpression, SyntaxError, TypeError, ValueError, ArithmeticError, LookupError):
        return False


def curve_of(scenario: Scenario, owner: str, signal: str) -> tuple[Point, ...]:
    """As planned, oldest first; empty for what the scenario does not name. A capability has one curve."""
    points = scenario.signals.get((owner, signal)) or scenario.measures.get(owner) or ()
    return tuple(sorted(points, key=lambda point: point.at))


@dataclass(frozen=True, slots=True)
class Course:
    """How a scenario has gone so far: what was switched, and which reactions that set off."""

    scenario: Scenario
    world: Mapping[str, Scalar]
    flags: tuple[tuple[Seconds, Mapping[str, Scalar]], ...]
    """(from when, values), oldest first; the first are those of the start."""
    fired: tuple[tuple[int, Seconds], ...] = ()
    """(number of the reaction, when), in the order they fired."""

    def flags_at(self, at: Seconds) -> Mapping[str, Scalar]:
        known = [values for since, values in self.flags if since <= at]
        return known[-1] if known else self.flags[0][1]

    def curve(self, owner: str, signal: str) -> tuple[Point, ...]:
        """Planned, and bent by every reaction that fired."""
        points = curve_of(self.scenario, owner, signal)
        for number, at in self.fired:
            then = self.scenario.reactions[number].then
            turn = then.get(f"{owner}.{signal}") or then.get(owner)
            points = redirected(points, at, turn) if turn else points
        return points


def begin(scenario: Scenario) -> Course:
    return _react(Course(scenario, dict(scenario.world), ((0.0, dict(scenario.flags)),)), 0.0)


def switch(course: Course, key: str, value: Scalar, at: Seconds) -> Course:
    """A flag is set at `at`; every reaction that holds for the first time fires then."""
    flags = {**course.flags[-1][1], key: value}
    return _react(replace(course, flags=(*course.flags, (at, flags))), at)


def alter(course: Course, world: Mapping[str, Scalar], at: Seconds) -> Course:
    """A command has changed the world."""
    return _react(replace(course, world={**course.world, **world}), at)


def _react(course: Course, at: Seconds) -> Course:
    done = {number for number, _ in course.fired}
    flags = course.flags[-1][1]
    new = tuple(
        (number, at)
        for number, reaction in enumerate(course.scenario.reactions)
        if number not in done and holds(reaction, course.world, flags)
    )
    return replace(course, fired=(*course.fired, *new))


_SHARE_OF_THRESHOLD: Mapping[Kind, float] = {
    Kind.ERRORS: 0.1,
    Kind.LATENCY: 0.35,
    Kind.SATURATION: 0.55,
    Kind.INTEGRITY: 0.0,
    Kind.PROBE: 0.0,
}


def healthy(signal: Signal) -> float:
    """A value well inside OK: clear of every threshold and of the dead band around it."""
    limits = signal.thresholds.values()
    if signal.direction == "above":
        lowest = min(limits)
        return lowest * _SHARE_OF_THRESHOLD.get(signal.kind, 0.25) if lowest >= 0 else lowest * 2
    highest = max(limits)
    if signal.kind is Kind.TRAFFIC and 0 < highest < 1:
        return 1.0  # a share of what is usual
    if 0.5 <= highest <= 1:  # a probe, an availability, a share of what is expected: 1 is all there can be
        return 1.0 if highest < 1 or signal.kind is Kind.PROBE else 1.5
    return highest * 2 if highest > 0 else highest / 2 + 1


def jitter(signal: Signal) -> float:
    """Standard deviation of a healthy value: enough to look alive, far too little to cross anything."""
    if signal.kind in (Kind.INTEGRITY, Kind.PROBE):
        return 0.0
    return abs(healthy(signal)) * (0.01 if signal.direction == "below" else 0.06)
