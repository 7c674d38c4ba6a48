"""What a watch has said already, as the record tells it: after a restart nothing is said twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.levels import Instant

REMINDED: Final = "watch.reminded"
"""Somebody is told of it: on record before it is sent. With `outcome` where there is nobody to send it to."""
SETTLED: Final = "watch.settled"
"""What came of the sending, by channel; without it nobody knows whether it arrived."""
OVER: Final = "watch.over"
"""It is no longer so; when it is so again, it is said again."""


@dataclass(frozen=True, slots=True)
class Said:
    """How often, and when last."""

    count: int
    at: Instant


def folded(known: Mapping[str, Said], fact: Fact) -> Mapping[str, Said]:
    key = str(fact.body.get("key", ""))
    match fact.kind:
        case "watch.reminded":
            count = fact.body.get("count")
            return {**known, key: Said(count if isinstance(count, int) else 1, fact.at)}
        case "watch.over" if key in known:
            return {name: said for name, said in known.items() if name != key}
    return known


def reminded(
    key: str, count: int, text: str, to: list[str], actor: str, at: Instant, incident: str, uid: str
) -> Fact:
    body: dict[str, Json] = {"key": key, "count": count, "text": text, "to": list(to)}
    if not to:
        body["outcome"] = "printed"
    return Fact(REMINDED, at, actor, body, incident, uid=uid)


def settled(
    key: str, count: int, outcomes: Mapping[str, str], actor: str, at: Instant, incident: str
) -> Fact:
    return Fact(SETTLED, at, actor, {"key": key, "count": count, "outcomes": dict(outcomes)}, incident)


def over(key: str, actor: str, at: Instant) -> Fact:
    return Fact(OVER, at, actor, {"key": key})
