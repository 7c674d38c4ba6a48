"""A block of chat that somebody pastes: each line keeps its time and who said it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cockpit.core.levels import Instant

DAY: Final = 86_400.0
SLACK: Final[float] = 300.0
"""Clocks of chats may be this far ahead of ours, in seconds."""
_DATE: Final = r"(?P<date>\d{4}-\d\d-\d\d)[T ]"
_TIME: Final = r"(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_ZONE: Final = r"\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
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


def parsed(block: str, now: Instant) -> tuple[Line, ...]:
    """Messages in their order; text without a time goes with the message before it.

    A time without a date is the last such moment that is not in the future; without a zone it is UTC. Where
    no line has a time the whole block is one message.
    """
    found: list[Line] = []
    for line in block.splitlines():
        head = _head(line.strip(), now)
        if head is not None:
            found.append(head)
        elif found:
            last = found[-1]
            found[-1] = Line(f"{last.text}\n{line}" if last.text else line, last.at, last.who)
        else:
            found.append(Line(line))
    trimmed = (Line(each.text.strip(), each.at, each.who) for each in found)
    return tuple(_days(each for each in trimmed if each.text))


def _head(line: str, now: Instant) -> Line | None:
    """The beginning of a message; None: the line goes on with the one before."""
    if match := _NAMED.match(line):
        at = _instant(match, now)
        return None if at is None else Line("", at, match["who"].strip())
    match = _STAMPED.match(line)
    at = _instant(match, now) if match else None
    if match is None or at is None:
        return None
    rest = match["rest"]
    who = _WHO.match(rest)
    return Line(who["rest"], at, (who["a"] or who["b"]).strip()) if who else Line(rest, at)


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
    except (ValueError, OverflowError, OSError):
        return None
    moment = day.replace(hour=hour, minute=minute, second=second, microsecond=0, tzinfo=UTC)
    moment -= _offset(match["zone"])
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


def _days(lines: Iterator[Line]) -> list[Line]:
    """Over midnight: a block is in order, so what seems later than its end was the day before."""
    found = list(lines)
    latest: Instant | None = None
    for place in reversed(range(len(found))):
        line = found[place]
        if line.at is None:
            continue
        at = line.at
        while latest is not None and at > latest + SLACK:
            at -= DAY
        found[place] = Line(line.text, at, line.who)
        latest = at
    return found
