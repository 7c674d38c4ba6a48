"""Whether what stands before the server keeps one of its connections for us, or lends it to everybody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from cockpit.adapters.journal.postgres.connecting import connected, row
from cockpit.adapters.journal.postgres.whom import Whom
from cockpit.core.levels import Seconds
from cockpit.errors import JournalError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

WITHIN: Final[Seconds] = 1.0
"""A pooler that keeps one for each of us may have none left for the test."""
_BACKEND: Final = "SELECT pg_backend_pid()"


async def is_lent(db: AsyncConnection[Any], whom: Whom) -> bool:
    """Whether somebody else who begins a transaction gets the backend that was ours a moment ago."""
    from psycopg import Error

    ours = await row(db, _BACKEND)
    try:
        async with asyncio.timeout(WITHIN):
            other = await connected(whom)
    except (JournalError, TimeoutError):
        return False
    try:
        async with asyncio.timeout(WITHIN):
            await other.execute("BEGIN")
            return await row(other, _BACKEND) == ours or await row(db, _BACKEND) != ours
    except Error:
        return True  # statement by statement it does not even allow a transaction
    except TimeoutError:
        return False
    finally:
        other.pgconn.finish()
