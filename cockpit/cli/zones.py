"""Which local time stands beside UTC: that of this machine, or of a zone that somebody names."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit.core.levels import Instant
from cockpit.errors import UsageError
from cockpit.views.export.times import UTC_ZONE, Zone

LOCALTIME = "/etc/localtime"


def named(name: str | None, now: Instant) -> Zone:
    """`Europe/Berlin`; None: that of this machine. Raises UsageError."""
    if name is None:
        return here(now)
    zone = _known(name)
    if zone is None:
        raise UsageError(f"there is no time zone '{name}'", "write one as in Europe/Berlin, or UTC")
    return zone


def here(now: Instant) -> Zone:
    """By its name where the machine tells it, else by its offset at `now`."""
    for name in (os.environ.get("TZ", "").removeprefix(":"), _linked()):
        if name and (zone := _known(name)):
            return zone
    local = datetime.fromtimestamp(now, UTC).astimezone()
    if local.tzinfo is None or not local.utcoffset():
        return UTC_ZONE
    return Zone(local.tzname() or "local time", local.tzinfo)


def _known(name: str) -> Zone | None:
    try:
        return Zone(name, ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _linked() -> str:
    """As most machines name it: a link into the database of zones."""
    try:
        target = os.path.realpath(LOCALTIME)
    except OSError:
        return ""
    return target.partition("/zoneinfo/")[2]
