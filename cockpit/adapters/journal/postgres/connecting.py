"""A connection as every part makes it, each statement its own transaction; and one row of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cockpit.adapters.journal.postgres.trouble import translated
from cockpit.adapters.journal.postgres.whom import Whom

if TYPE_CHECKING:
    from psycopg import AsyncConnection


async def connected(at: Whom) -> AsyncConnection[Any]:
    """Nothing is prepared on the server, since a pooler may stand before it. Raises JournalError."""
    from psycopg import AsyncConnection, Error

    try:
        return await AsyncConnection.connect(at.conninfo, autocommit=True, prepare_threshold=None)
    except Error as error:
        raise translated(at.place, at.person, error) from None


async def row(db: AsyncConnection[Any], query: str) -> tuple[Any, ...]:
    """The first row, where there always is one. Raises what the driver does."""
    found = await (await db.execute(query)).fetchone()
    assert found is not None
    return tuple(found)
