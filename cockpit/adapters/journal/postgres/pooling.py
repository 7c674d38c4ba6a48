"""Whether what stands before the server keeps one of its connections for us, or lends it to everybody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from cockpit.adapters.journal.postgres.whom import Whom
from cockpit.core.levels import Seconds

if TYPE_CHECKING:
    from psycopg import AsyncConnection

WITHIN: Final[Seconds] = 1.0
"""A pooler that keeps one for each of us may have none left for the test."""
_BACKEND: Final = "SELECT pg_backend_pid()"


async def is_lent(db: AsyncConnection[Any], whom: Whom) -> bool:
    """Whether somebody else who begins a transaction gets the backend that was ours a moment ago."""
    from psycopg import AsyncConnection, Error

    ours = await _backend(db)
    try:
        async with asyncio.timeout(WITHIN):
            other = await AsyncConnection.connect(whom.conninfo, autocommit=True, prepare_threshold=None)
    except (Error, TimeoutError):
        return False
    try:
        async with asyncio.timeout(WITHIN):
            await other.execute("BEGIN")
            return await _backend(other) == ours or await _backend(db) != ours
    except Error:
        return True  # statement by statement it does not even allow a transaction
    except TimeoutError:
        return False
    finally:
        other.pgconn.finish()


async def _backend(db: AsyncConnection[Any]) -> int:
    row = await (await db.execute(_BACKEND)).fetchone()
    assert row is not None
    return int(row[0])
