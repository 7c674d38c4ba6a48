"""A record on PostgreSQL that is filled from another journal, in one transaction, as its owner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from cockpit.adapters.journal import rows
from cockpit.adapters.journal.postgres.connecting import connected, row
from cockpit.adapters.journal.postgres.founding import BECOME_OWNER, BEGIN, END, KNOWN, refused
from cockpit.adapters.journal.postgres.people import OWNER
from cockpit.adapters.journal.postgres.trouble import FOUND
from cockpit.adapters.journal.postgres.whom import Whom, whom
from cockpit.core.journal import Recorded
from cockpit.errors import JournalError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# Nobody appends meanwhile: BEGIN takes the turn of all who write, until COMMIT.
_BEGIN: Final = f"{BEGIN}{BECOME_OWNER}SET LOCAL ROLE {OWNER};"
_STATE: Final = """SELECT (SELECT coalesce(max(number), 0) FROM cockpit.migration),
    (SELECT seq FROM cockpit.head) > 0 OR EXISTS (SELECT FROM cockpit.record)"""
_PUT: Final = f"COPY cockpit.record ({rows.COLUMNS}) FROM STDIN"
_READ: Final = f"SELECT {rows.COLUMNS} FROM cockpit.record WHERE seq > %s ORDER BY seq LIMIT %s"


class PostgresFilling:
    """Behind `copying.Filling`."""

    def __init__(self, db: AsyncConnection[Any]) -> None:
        self._db = db

    async def put(self, records: Sequence[Recorded]) -> None:
        async with self._db.cursor() as cursor:
            async with cursor.copy(_PUT) as copy:
                for record in records:
                    await copy.write_row(rows.row_of(record))
            last = records[-1]
            await cursor.execute("UPDATE cockpit.head SET seq = %s, hash = %s", (last.seq, last.hash))

    async def read(self, after: int = 0, limit: int = 10_000) -> Sequence[Recorded]:
        found = await (await self._db.execute(_READ, (after, limit))).fetchall()
        return [rows.record_of(row) for row in found]


@asynccontextmanager
async def filled_database(dsn: str) -> AsyncIterator[PostgresFilling]:
    """Raises JournalError, also where it is not empty, or not of this cockpit."""
    at = whom(dsn)
    from psycopg import Error

    async with await connected(at) as db:
        try:
            await db.execute(_BEGIN.encode())
            await _check(db, at)
            yield PostgresFilling(db)
            await db.execute("SELECT pg_notify('cockpit', 'record')")
        except Error as error:
            raise refused(at, error) from None
        await _end(db, at)


async def _check(db: AsyncConnection[Any], at: Whom) -> None:
    number, is_filled = await row(db, _STATE)
    if number != KNOWN:
        raise JournalError(
            f"journal {at.place}: is of another cockpit (step {number}, this one knows {KNOWN})", FOUND
        )
    if is_filled:
        raise JournalError(f"journal {at.place}: is not empty", "take another database")


async def _end(db: AsyncConnection[Any], at: Whom) -> None:
    from psycopg import Error

    try:
        await db.execute(END.encode())
    except Error as error:
        if not db.broken and not db.closed:
            raise refused(at, error) from None
        why = "broke off at the end; all of it is there, or nothing"
        raise JournalError(f"journal {at.place}: {why}", "`cockpit journal verify` tells which") from None
