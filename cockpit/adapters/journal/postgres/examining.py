"""How a record on PostgreSQL is reached and kept, for `doctor`: looked at, and nothing is put there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cockpit.adapters.journal.postgres.connecting import row
from cockpit.adapters.journal.postgres.founding import KNOWN
from cockpit.adapters.journal.postgres.greeting import greet
from cockpit.adapters.journal.postgres.trouble import translated
from cockpit.adapters.journal.postgres.whom import whom
from cockpit.core.levels import Seconds
from cockpit.core.team import Role

if TYPE_CHECKING:
    from psycopg import AsyncConnection

LOOKS: Final = 3
"""At the clock; the quickest counts."""
_CLOCK: Final = "SELECT extract(epoch FROM clock_timestamp())::float8"
# Sessions of others show only that they are there, and whose.
_ROOM: Final = """SELECT current_setting('server_version'),
    (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL),
    current_setting('max_connections')::int,
    current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true), '0')::int,
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on',
    (SELECT seq FROM cockpit.head)"""


@dataclass(frozen=True, slots=True)
class Examined:
    place: str
    person: str
    role: Role
    outside: bool
    """Whether it is on another machine."""
    cipher: str
    """As "TLSv1.3"; empty: it is not encrypted."""
    tells: bool
    notes: tuple[str, ...]
    version: str
    step: int
    answers_in: Seconds
    skew: Seconds
    """Its clock minus ours, wrong by `answers_in` / 2 at most."""
    used: int
    """Connections of everybody, ours among them."""
    room: int
    """How many there may be, without those that are reserved for superusers."""
    is_safe: bool
    """Whether it writes to the disk what it acknowledges, and can mend what a crash tore."""
    records: int


async def examine(dsn: str) -> Examined:
    """Raises JournalError with what to do, where it cannot be used."""
    at = whom(dsn)
    from psycopg import Error

    db, greeting = await greet(at)
    try:
        try:
            skew, answers_in = await _clock(db)
            version, used, most, reserved, is_safe, records = await row(db, _ROOM)
            (cipher,) = await row(
                db,
                "SELECT coalesce((SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), '')",
            )
        except Error as error:
            raise translated(at.place, at.person, error) from None
    finally:
        await db.close()
    return Examined(
        at.place,
        at.person,
        greeting.role,
        at.outside,
        cipher,
        greeting.tells,
        greeting.notes,
        version.split()[0],
        KNOWN,  # or we had not been greeted
        answers_in,
        skew,
        used,
        most - reserved,
        is_safe,
        records,
    )


async def _clock(db: AsyncConnection[Any]) -> tuple[Seconds, Seconds]:
    """How far its clock is ahead of ours, and how long the answer took."""
    looks = []
    for _ in range(LOOKS):
        begun, began = time.time(), time.monotonic()
        (there,) = await row(db, _CLOCK)
        took = time.monotonic() - began
        looks.append((took, there - begun - took / 2))
    took, skew = min(looks)
    return skew, took
