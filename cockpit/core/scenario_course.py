"""How a scenario goes once people act in it: what they switch and change bends its curves, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simpleeval import InvalidExpression, SimpleEval

from cockpit.core.levels import Seconds
from cockpit.core.model import Scalar
from cockpit.core.scenario import Point, Reaction, Scenario
from cockpit.core.scenario_play import Played, played


@dataclass(frozen=True, slots=True)
class Fired:
    """Reaction number `reaction` has held since `at`; from `ended` on what it did is over again."""

    reaction: int
    at: Seconds
    ended: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What was switched and changed so far, and which reactions that set off."""

    scenario: Scenario
    world: Mapping[str, Scalar]
    flags: tuple[tuple[Seconds, Mapping[str, Scalar]], ...]
    """(from when, values), oldest first; the first are those of the start."""
    fired: tuple[Fired, ...] = ()
    """In the order they fired."""

    def flags_at(self, at: Seconds) -> Mapping[str, Scalar]:
        known = [values for since, values in self.flags if since <= at]
        return known[-1] if known else self.flags[0][1]

    def shown(self, owner: str, signal: str, at: Seconds, healthy: float, noise: float) -> Played:
        """The curve at `at`: as planned, and bent by every reaction that fired."""
        name, bends = f"{owner}.{signal}", []
        for fired in self.fired:
            then = self.scenario.reactions[fired.reaction].then
            if turn := then.get(name) or then.get(owner):
                bends.append((fired, turn))
        points = curve_of(self.scenario, owner, signal)
        if not points and not bends:
            return Played(healthy, noise)
        return _bent(points, bends, at, healthy, noise)

    def resolved(self, alert: str) -> bool:
        """Whether something that holds now has put an end to it."""
        holding = (self.scenario.reactions[each.reaction] for each in self.fired if each.ended is None)
        return any(alert in reaction.resolves for reaction in holding)

    def broken(self, kind: str, at: Seconds) -> bool:
        """Whether a fault of this kind is on at `at`, and nothing that somebody did has mended it by then."""
        planned = any(
            each.kind == kind and each.at <= at < each.at + each.lasts for each in self.scenario.faults
        )
        return planned and not any(
            kind in self.scenario.reactions[each.reaction].mends
            and each.at <= at
            and (each.ended is None or at < each.ended)
            for each in self.fired
        )


def curve_of(scenario: Scenario, owner: str, signal: str) -> tuple[Point, ...]:
    """As planned, oldest first; empty for what the scenario does not name. A capability has one curve."""
    points = scenario.signals.get((owner, signal)) or scenario.measures.get(owner) or ()
    return tuple(sorted(points, key=lambda point: point.at))


def _bent(
    points: Sequence[Point],
    bends: Sequence[tuple[Fired, Point]],
    at: Seconds,
    healthy: float,
    noise: float,
) -> Played:
    """The last bend counts from where the ones before it have led to; once it is over they count again."""
    if not bends:
        return played(points, at, healthy, noise)
    *others, (fired, turn) = bends
    begins, ends = fired.at + turn.at, fired.ended
    straight = _bent(points, others, at, healthy, noise)
    if at < begins or (ends is not None and ends <= begins):
        return straight
    start = _bent(points, others, begins, healthy, noise)
    path = (Point(begins, value=start.value, noise=start.noise), replace(turn, at=begins))
    if ends is None or at < ends:
        return played(path, at, healthy, noise)
    left = played(path, ends, healthy, noise).value
    share = min(1.0, (at - ends) / turn.over) if turn.over else 1.0
    return replace(straight, value=left + (straight.value - left) * share)


def holds(reaction: Reaction, world: Mapping[str, Scalar], flags: Mapping[str, Scalar]) -> bool:
    """Whether `when` is true of the world and the flags; what they lack makes it false."""
    names = {"world": dict(world), "flags": dict(flags), "true": True, "false": False, "null": None}
    try:
        return bool(SimpleEval(names=names, functions={}).eval(reaction.when))
    except (InvalidExpression, SyntaxError, TypeError, ValueError, ArithmeticError, LookupError):
        return False


def begin(scenario: Scenario) -> Course:
    return _react(Course(scenario, dict(scenario.world), ((0.0, dict(scenario.flags)),)), 0.0)


def switch(course: Course, key: str, value: Scalar, at: Seconds) -> Course:
    """A flag is set at `at`; reactions fire that hold now, and end that hold no more."""
    flags = {**course.flags[-1][1], key: value}
    return _react(replace(course, flags=(*course.flags, (at, flags))), at)


def alter(course: Course, world: Mapping[str, Scalar], at: Seconds) -> Course:
    """A command has changed the world."""
    return _react(replace(course, world={**course.world, **world}), at)


def _react(course: Course, at: Seconds) -> Course:
    flags = course.flags[-1][1]
    reactions = course.scenario.reactions
    holding = {number for number, each in enumerate(reactions) if holds(each, course.world, flags)}
    active = {each.reaction for each in course.fired if each.ended is None}
    over = [
        replace(each, ended=at) if each.ended is None and each.reaction not in holding else each
        for each in course.fired
    ]
    new = [Fired(number, at) for number in sorted(holding - active)]
    return replace(course, fired=(*over, *new))
