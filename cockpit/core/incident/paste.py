"""A block of chat that somebody pastes: each line keeps its time and who said it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from cockpit.core.levels import Instant

DAY: Final = 86_400.0
SLACK: Final[float] = 300.0
"""Clocks of chats may be this far ahead of ours, in seconds."""
# Blanks are counted: a pattern that may share many of them out in many ways takes hours over a hostile line.
_DATE: Final = r"(?P<date>\d{4}-\d\d-\d\d)[T ]"
_TIME: Final = r"(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,]\d+)?)?\s{0,4}(?P<half>[AaPp]\.?[Mm]\.?)?"
_ZONE: Final = r"\s{0,4}(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
_STAMPED: Final = re.compile(rf"^[\[(<]?(?:{_DATE})?{_TIME}{_ZONE}[\])>]?[\s,-]*(?P<rest>.*)$")
"""02:14 mara: text; [2026-11-28T02:14:03Z] <mara> text."""
_NAMED: Final = re.compile(
    rf"^(?P<who>[^\s:<>\[\]][^:<>\[\]\n]{{0,60}}?)\s{{1,4}}[\[(]?(?:{_DATE})?{_TIME}{_ZONE}[\])]?$"
)
"""mara  2:14 AM, with what she said on the lines below."""
_WHO: Final = re.compile(r"^(?:<(?P<a>[^>\n]{1,60})>|(?P<b>[^\s:][^:\n]{0,40}):)\s+(?P<rest>.*)$")
_NUMBERS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    at: Instant | None = None
    """None: no time stands there."""
    who: str = ""
    dated: bool = field(default=False, compare=False, repr=False)
    """Whether its day stands there, too."""


def parsed(block: str, now: Instant) -> tuple[Line, ...]:
    """Messages in their order; text without a time goes with the message before it.

    A time without a date is the last such moment that is not in the future; without a zone it is UTC. Where
    no line has a time the whole block is one message.
    """
    found: list[tuple[Line, list[str]]] = []
    for line in block.splitlines():
        head = _head(line.strip(), now)
        if head is not None:
            found.append((head, [head.text] if head.text else []))
        elif found:
            found[-1][1].append(line)
        else:
            found.append((Line(""), [line]))
    whole = (replace(head, text="\n".join(texts).strip()) for head, texts in found)
    return tuple(_days(each for each in whole if each.text))


def _head(line: str, now: Instant) -> Line | None:
    """The beginning of a message; None: the line goes on with the one before."""
    if match := _NAMED.match(line):
        at = _instant(match, now)
        return None if at is None else Line("", at, match["who"].strip(), bool(match["date"]))
    match = _STAMPED.match(line)
    at = _instant(match, now) if match else None
    if match is None or at is None:
        return None
    rest, dated = match["rest"], bool(match["date"])
    who = _WHO.match(rest)
    return Line(who["rest"], at, (who["a"] or who["b"]).strip(), dated) if who else Line(rest, at, "", dated)


def _instant(match: re.Match[str], now: Instant) -> Instant | None:
    hour, minute, second = int(match["h"]), int(match["m"]), int(match["s"] or 0)
    if half := match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    try:
        day = datetime.fromisoformat(match["date"]) if match["date"] else datetime.fromtimestamp(now, UTC)
        moment = day.replace(hour=hour, minute=minute, second=second, microsecond=0, tzinfo=UTC)
        moment -= _offset(match["zone"])
    except (ValueError, OverflowError, OSError):
        return None
    if not match["date"]:
        while moment.timestamp() > now + SLACK:
            moment -= timedelta(days=1)
    return moment.timestamp()


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in ("Z", "UTC"):
        return timedelta()
    digits = "".join(_NUMBERS.findall(zone))
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -span if zone[0] == "-" else span


def _days(lines: Iterable[Line]) -> list[Line]:
    """Over midnight: a block is in order, so what seems later than its end was the day before.

    A day that stands there is left as it is.
    """
    found = list(lines)
    latest: Instant | None = None
    for place in reversed(range(len(found))):
        line = found[place]
        if line.at is None:
            continue
        at = line.at
        if latest is not None and at > latest + SLACK and not line.dated:
            at -= DAY * math.ceil((at - latest - SLACK) / DAY)
        found[place] = replace(line, at=at)
        latest = at
    return found
