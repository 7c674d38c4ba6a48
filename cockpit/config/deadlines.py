"""Times of day by which something matters: "23:00 Europe/Berlin" as the coming instants in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cockpit.config.suggest import nearest
from cockpit.core.levels import Instant

PATTERN: Final = r"^([01][0-9]|2[0-3]):([0-5][0-9]) [A-Za-z][A-Za-z0-9_+/-]*$"
HINT: Final = 'write the time of day and the time zone, as in "23:00 Europe/Berlin"'
DAYS: Final = 60
"""How many coming deadlines a load knows; a cockpit that runs longer reads its configuration again."""


def problem(text: str) -> tuple[str, str] | None:
    """What is wrong with `text` and what to write instead; None when nothing is."""
    if not re.fullmatch(PATTERN, text):
        return "is not a deadline", HINT
    zone = text.split(" ")[1]
    if _zone(zone) is not None:
        return None
    near = nearest(zone, available_timezones())
    return f"names the time zone '{zone}', which is not known", f"did you mean {near}?" if near else HINT


def coming(text: str, now: Instant, days: int = DAYS) -> tuple[Instant, ...]:
    """The next `days` instants at that time of day, earliest first; `text` has no `problem`."""
    at, name = text.split(" ")
    zone = _zone(name) or UTC
    clock = time(int(at[:2]), int(at[3:]))
    today = datetime.fromtimestamp(now, zone).date()
    instants = (
        datetime.combine(today + timedelta(days=day), clock, zone).timestamp() for day in range(days + 2)
    )
    return tuple(instant for instant in instants if instant > now)[:days]


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # also names that are folders of the database
        return None
