"""Drills of the past as the drill journal tells them, to hold a new one against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import Json, canonical, finite
from cockpit.core.levels import Instant
from cockpit.core.rehearsal.debrief import Times

FINISHED: Final = "drill.finished"
MOST: Final = 20
"""Of the newest that are compared."""


@dataclass(frozen=True, slots=True)
class Earlier:
    at: Instant
    passed: bool
    times: Times


def finished(document: Mapping[str, Json], actor: str, at: Instant) -> Fact:
    """The result of a drill, as it goes on record."""
    return Fact(FINISHED, at, actor, dict(document))


def earlier(records: Iterable[Recorded], now: Mapping[str, Json]) -> tuple[Earlier, ...]:
    """Newest first: drills of the same scenario and mode that went otherwise than `now`.

    One that went the same in everything is the same drill played again, and no news.
    """
    same_as = _gist(now)
    found: dict[str, Earlier] = {}
    for record in records:
        body = cast("Mapping[str, Any]", record.fact.body)
        if record.fact.kind != FINISHED or not _alike(body, now):
            continue
        gist = _gist(body)
        if gist != same_as:
            found.pop(gist, None)
            found[gist] = Earlier(record.fact.at, body.get("passed") is True, _times(body))
    return tuple(reversed(found.values()))[:MOST]


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("scenario", "runbook", "mode", "target"))


def _gist(document: Mapping[str, Any]) -> str:
    return canonical({name: document.get(name) for name in ("passed", "expect", "times", "runs")})


def _times(body: Mapping[str, Any]) -> Times:
    told = body.get("times")
    told = told if isinstance(told, Mapping) else {}
    return Times(*(finite(told.get(name)) for name in ("detected", "owner", "first_action", "recovered")))
