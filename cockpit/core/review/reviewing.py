"""From journals to a review: medians of what is known, and whether it gets better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from cockpit.core.incident.rules import IncidentRules
from cockpit.core.levels import Instant, Seconds
from cockpit.core.review.gathering import Gathering
from cockpit.core.review.looking import OF_DRILL, drilled, looked_at
from cockpit.core.review.model import TIMES, Looked, Measure, Review, Way

ENOUGH: Final = 2
"""Known times in each half before a trend is told."""
ALIKE: Final = 0.1
"""Medians that differ by no more than this share are the same."""


def review(live: Gathering, drill: Gathering, rules: IncidentRules, since: Instant, now: Instant) -> Review:
    """What was declared, and what was drilled, from `since` on."""
    looked = sorted(_looked(live, drill, rules, since, now), key=lambda each: (each.at, each.id))
    of = {mode: [each for each in looked if each.mode == mode] for mode in ("live", "drill")}
    told = OF_DRILL if drill.drills else TIMES
    return Review(
        since,
        now,
        tuple(looked),
        {name: measure(of["live"], name, since, now) for name in TIMES} if of["live"] else {},
        {name: measure(of["drill"], name, since, now) for name in told} if of["drill"] else {},
    )


def _looked(
    live: Gathering, drill: Gathering, rules: IncidentRules, since: Instant, now: Instant
) -> Iterator[Looked]:
    for incident in live.record.incidents.values():
        if since <= incident.declared_at <= now:
            yield looked_at(incident, live, rules, "live", now)
    results = [fact for fact in drill.drills if since <= fact.at <= now]
    yield from (drilled(fact) for fact in results)
    if not drill.drills:  # one that nobody brought to its end is still told as far as it came
        for incident in drill.record.incidents.values():
            if since <= incident.declared_at <= now:
                yield looked_at(incident, drill, rules, "drill", now)


def measure(looked: Sequence[Looked], name: str, since: Instant, until: Instant) -> Measure:
    middle = since + (until - since) / 2
    known = [(each.at, value) for each in looked if (value := each.times.get(name)) is not None]
    earlier = [value for at, value in known if at < middle]
    later = [value for at, value in known if at >= middle]
    enough = len(earlier) >= ENOUGH and len(later) >= ENOUGH
    return Measure(
        median(value for _, value in known) if known else None,
        len(known),
        len(looked),
        median(earlier) if earlier else None,
        median(later) if later else None,
        _way(median(earlier), median(later)) if enough else "cannot tell",
    )


def _way(earlier: Seconds, later: Seconds) -> Way:
    if abs(later - earlier) <= ALIKE * max(earlier, later):
        return "the same"
    return "faster" if later < earlier else "slower"
