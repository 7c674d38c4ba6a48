"""What an incident cost each capability, by rules K over what is on record and in the history."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from cockpit.core.health.impact import SILENCE, WORST_LAST, Throughput, loss_per_minute
from cockpit.core.health.state import Loss
from cockpit.core.levels import Instant, Seconds, Shown
from cockpit.core.model import Audience, Capability
from cockpit.text import money, percent
from cockpit.views.export.courses import Course, is_hurt
from cockpit.views.export.series import TORN, Series, usual_step
from cockpit.views.export.times import lasted


@dataclass(frozen=True, slots=True)
class Hurt:
    """What one capability went through."""

    name: str
    title: str
    audience: Audience
    worst: Shown
    since: Instant | None
    """When it was first worse than agreed, or nobody could see; None: it was at risk and no more."""
    until: Instant | None
    """When it was well again for good; None: not within this incident."""
    levels: Mapping[Shown, Seconds]
    """How long it was at each, the worst first."""
    loss: Loss | None
    """None: it was never worse than agreed, so nothing was lost."""
    workaround: str = ""

    @property
    def hurt_for(self) -> Seconds:
        return sum(seconds for level, seconds in self.levels.items() if is_hurt(level))

    @property
    def unseen_for(self) -> Seconds:
        return self.levels.get(Shown.UNKNOWN, 0.0)

    @property
    def tag(self) -> str:
        """ "measured", "estimated", "in part not known", "not known" or "none": no number without it."""
        if self.loss is None:
            return "none"
        if self.loss.kind == "unknown":
            return "in part not known" if self.loss.low and self.loss.unit == "money" else "not known"
        return self.loss.kind


def hurt(capability: Capability, course: Course, flow: Series | None, start: Instant, end: Instant) -> Hurt:
    spans = course.hurt(start, end)
    over = spans[-1][2] if spans else None
    return Hurt(
        capability.name,
        capability.title or capability.name,
        capability.audience,
        course.worst,
        spans[0][1] if spans else None,
        None if over is None or over >= end else over,
        course.lasted(start, end),
        lost(capability, course, flow, start, end) if spans else None,
        capability.workaround.what if capability.workaround else "",
    )


def lost(
    capability: Capability, course: Course, flow: Series | None, start: Instant, end: Instant
) -> Loss | None:
    """All that was lost while it was hurt; money where it is worth some, else the share that was missing.

    `flow`: its measure over time. Where it is None, or tells nothing, the level estimates.
    """
    total: Loss | None = None
    spent, patience = 0.0, _patience(flow)
    for level, rate_of, begun, ended in _pieces(course, flow, start, end):
        rate = loss_per_minute(capability, level, rate_of)
        minutes = (ended - begun) / 60.0
        if ended - begun > patience and rate_of.actual is not None:
            rate = replace(rate, kind="unknown", low=0.0)
        total = _added(total, rate, minutes, spent)
        spent += minutes
    known = total is None or total.kind == "unknown" or math.isfinite(total.high)
    if total is not None and not (known and math.isfinite(total.low)):
        # A measure gone wild, or an instant of a damaged record: no number that anybody could stand for.
        return replace(total, kind="unknown", low=0.0, high=0.0)
    return total


def _pieces(
    course: Course, flow: Series | None, start: Instant, end: Instant
) -> Iterator[tuple[Shown, Throughput, Instant, Instant]]:
    """Stretches of one level and one rate, while it was hurt."""
    samples, patience = _samples(flow, start, end), _patience(flow)
    for level, begun, ended in course.hurt(start, end):
        cuts = [begun, *(at for at, _ in samples if begun < at < ended), ended]
        for one, other in pairwise(cuts):
            yield level, _flow_at(samples, one, patience), one, other


def _samples(flow: Series | None, start: Instant, end: Instant) -> list[tuple[Instant, Throughput]]:
    if flow is None or len(flow.expected) != len(flow.points):
        return []
    found = []
    for (at, ratio), expected in zip(flow.points, flow.expected, strict=True):
        if expected is None or not math.isfinite(expected):
            found.append((at, Throughput(None, None)))
        elif ratio is None or not math.isfinite(ratio):
            found.append((at, Throughput(None, expected)))
        else:
            found.append((at, Throughput(ratio * expected, expected)))
    return [each for each in found if start - _patience(flow) <= each[0] <= end]


def _patience(flow: Series | None) -> Seconds:
    """How long a sample speaks for what comes after it: a history may be coarser than polls are."""
    return SILENCE if flow is None else max(SILENCE, TORN * usual_step(flow))


def _flow_at(samples: list[tuple[Instant, Throughput]], at: Instant, patience: Seconds) -> Throughput:
    """Of the last sample; nothing where it is too old to speak for this moment."""
    known = Throughput(None, None)
    for seen, flow in samples:
        if seen > at:
            break
        known = flow if at - seen <= patience else Throughput(None, None)
    return known


def _added(total: Loss | None, rate: Loss, minutes: float, spent: float) -> Loss:
    """Money adds up, shares are averaged over time; of two tags the worse one stays."""
    if total is None:
        return rate if rate.unit == "%" else replace(rate, low=rate.low * minutes, high=rate.high * minutes)
    kind = max(total.kind, rate.kind, key=WORST_LAST.index)
    if total.unit != rate.unit:  # a part of it has no price, so what it was all in all is not known
        priced = (
            total
            if total.unit == "money"
            else replace(rate, low=rate.low * minutes, high=rate.high * minutes)
        )
        return replace(priced, kind="unknown")
    if rate.unit == "money":
        return replace(
            total, kind=kind, low=total.low + rate.low * minutes, high=total.high + rate.high * minutes
        )
    whole = spent + minutes
    low, high = (
        (one * spent + other * minutes) / whole
        for one, other in ((total.low, rate.low), (total.high, rate.high))
    )
    return replace(total, kind=kind, low=low, high=high)


def said(loss: Loss | None) -> str:
    """ "€17,230", "between €2,100 and €17,400", "at least €1,240", "not known"; its tag stands beside it."""
    if loss is None:
        return "nothing"
    if loss.kind == "unknown":
        return f"at least {_amount(loss, loss.low)}" if loss.low and loss.unit == "money" else "not known"
    if abs(loss.high - loss.low) < 1e-9:
        return _amount(loss, loss.high)
    return f"between {_amount(loss, loss.low)} and {_amount(loss, loss.high)}"


def tagged(one: Hurt) -> str:
    """ "€17,230 (measured)"; what is not known says so once."""
    amount = said(one.loss)
    return amount if one.tag in ("none", amount) else f"{amount} ({one.tag})"


def why(one: Hurt) -> str:
    """What the number rests on, worded as what it is."""
    if one.loss is None:
        return "it was never worse than agreed"
    of = "" if one.loss.unit == "money" else "of what was expected, on average; "
    match one.loss.kind:
        case "measured":
            return f"{of}what was done, against what was expected at that time"
        case "estimated":
            return f"{of}estimated from how bad it was, not measured"
    unseen = (
        f"for {lasted(one.unseen_for)} nobody could see it"
        if one.unseen_for
        else "its measure cannot be read"
    )
    more = "how much more is not known: " if one.loss.low and one.loss.unit == "money" else ""
    return f"{more}{unseen}"


def _amount(loss: Loss, value: float) -> str:
    if loss.unit == "%":
        return percent(value / 100)
    return money(round(value) if value >= 10 else value, loss.currency)
