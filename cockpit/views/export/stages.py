"""From the beginning to the end: when it began, was noticed, declared, mitigated and resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cockpit.core.checkpoint import COCKPIT
from cockpit.core.incident.model import Incident, Told
from cockpit.core.levels import Instant, Seconds
from cockpit.core.state import State
from cockpit.views.export.courses import Course, is_hurt

OURSELVES: Final = frozenset({"", COCKPIT})
"""Actors that are no people."""
SEEN: Final = frozenset({"level", "spread", "change", "integrity", "source", "journal"})
"""Kinds of lines that nobody said and nobody did."""


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    at: Instant | None
    """None: not on record."""
    what: str
    """What it means, or why it is not known."""
    after: Seconds | None = None
    """Since the stage before it that is known."""


def stages(state: State, incident: Incident, known: Mapping[str, Course], now: Instant) -> tuple[Stage, ...]:
    until = incident.resolved_at if incident.resolved_at is not None else now
    over = mitigated(_that_count(state, known), incident.began_at, until)
    plain = [
        Stage("Began", incident.began_at, "as far as anybody could see when it was declared"),
        Stage("Noticed", noticed(state, incident), "the first word or act of a person on record"),
        Stage("Declared", incident.declared_at, f"by {incident.declared_by}"),
        Stage("Mitigated", over, _how_over(known, over, incident.is_open)),
        Stage("Resolved", incident.resolved_at, _how_resolved(incident)),
    ]
    return tuple(_after(plain))


def _how_over(known: Mapping[str, Course], over: Instant | None, is_open: bool) -> str:
    if not known:
        return "the record holds no change of level"
    if over is None:
        return "not yet" if is_open else "something was not seen to be well when it was resolved"
    return "from then on nothing was seen worse than at risk"


def _how_resolved(incident: Incident) -> str:
    if incident.resolved_at is None:
        return "not yet"
    again = f", after it was reopened {incident.reopened} times" if incident.reopened > 1 else ""
    again = ", after it was reopened" if incident.reopened == 1 else again
    return f"by {incident.resolved_by}{again}"


def _that_count(state: State, known: Mapping[str, Course]) -> list[Course]:
    """What people feel, where any of that was hurt; else all there is."""
    felt = [known[each.name] for each in state.model.capabilities if each.name in known]
    hurt = [each for each in felt if any(is_hurt(level) for _, level in each.turns)]
    return hurt or list(known.values())


def mitigated(known: Iterable[Course], start: Instant, until: Instant) -> Instant | None:
    """Since when nothing was worse than at risk; None: it never was, or not within the incident."""
    ends = [span[2] for course in known for span in course.hurt(start, until)]
    last = max(ends, default=None)
    return None if last is None or last >= until else last


def noticed(state: State, incident: Incident) -> Instant:
    """A note that was pasted counts from when it was said; so does a service that somebody took on before."""
    by_people = (each.at for each in incident.story if _of_a_person(each))
    taken = (
        ack.at
        for name, ack in state.record.acknowledged.items()
        if name in incident.touched and ack.at >= incident.began_at
    )
    return min([incident.declared_at, *by_people, *taken])


def _of_a_person(told: Told) -> bool:
    return told.kind not in SEEN and told.actor not in OURSELVES


def _after(plain: list[Stage]) -> list[Stage]:
    found: list[Stage] = []
    last: Instant | None = None
    for each in plain:
        after = None if each.at is None or last is None else max(0.0, each.at - last)
        found.append(Stage(each.name, each.at, each.what, after))
        last = each.at if each.at is not None else last
    return found
