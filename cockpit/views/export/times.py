"""Times as a reader far away needs them: UTC first, then the clock of those who were there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from cockpit.core.levels import Instant
from cockpit.text import UNKNOWN, remaining


@dataclass(frozen=True, slots=True)
class Zone:
    """The local time of whoever reads it. `name` is shown beside every such time."""

    name: str
    info: tzinfo

    @property
    def is_utc(self) -> bool:
        return self.name in ("UTC", "Etc/UTC")


UTC_ZONE: Final = Zone("UTC", UTC)
NO_TIME: Final = "not on record"


def moment(at: Instant | None, zone: Zone = UTC_ZONE) -> datetime | None:
    """None for what is no moment: a record may hold anything."""
    if at is None:
        return None
    try:
        return datetime.fromtimestamp(at, zone.info)
    except (ValueError, OverflowError, OSError):
        return None


def written(at: Instant | None, form: str, zone: Zone = UTC_ZONE) -> str:
    found = moment(at, zone)
    return found.strftime(form) if found else UNKNOWN


def day(at: Instant | None, zone: Zone = UTC_ZONE) -> str:
    """ "2026-03-01"."""
    return written(at, "%Y-%m-%d", zone)


def minute(at: Instant | None, zone: Zone = UTC_ZONE) -> str:
    """ "02:16"."""
    return written(at, "%H:%M", zone)


def second(at: Instant | None, zone: Zone = UTC_ZONE) -> str:
    """ "02:16:07"."""
    return written(at, "%H:%M:%S", zone)


def local(at: Instant, zone: Zone) -> str:
    """ "03:16:07"; with the date where it is another day there."""
    there = second(at, zone)
    return there if day(at, zone) == day(at) else f"{day(at, zone)[5:]} {there}"


def in_full(at: Instant | None, zone: Zone = UTC_ZONE) -> str:
    """ "2026-03-01 02:16 UTC (03:16 Europe/Berlin)"."""
    if moment(at) is None or at is None:
        return NO_TIME
    there = "" if zone.is_utc else f" ({_there(at, zone)} {zone.name})"
    return f"{day(at)} {minute(at)} UTC{there}"


def _there(at: Instant, zone: Zone) -> str:
    same = day(at, zone) == day(at)
    return minute(at, zone) if same else f"{day(at, zone)} {minute(at, zone)}"


def lasted(seconds: float | None) -> str:
    """ "1 h 12 min"; never negative."""
    return UNKNOWN if seconds is None else remaining(max(0.0, seconds))
