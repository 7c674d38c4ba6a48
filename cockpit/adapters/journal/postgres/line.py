"""One connection of one cockpit: asked one thing at a time, heard between questions, made anew when lost."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from cockpit.adapters.journal.postgres.greeting import Greeting, greet
from cockpit.adapters.journal.postgres.trouble import translated
from cockpit.adapters.journal.postgres.whom import Whom
from cockpit.core.levels import Seconds
from cockpit.errors import JournalError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

T = TypeVar("T")
PATIENCE: Final[Seconds] = 4.0
"""Shorter than that of the lane of decisions: who waits there should learn what became of it."""
BACK_OFF: Final = (0.0, 0.3, 1.0, 2.0, 5.0)
"""Seconds before the next try to connect, by how many have failed, a third more or less."""


class Lost(JournalError):
    """The connection broke under a question: it may or may not have been dealt with."""


class Line:
    def __init__(self, whom: Whom, heard: Callable[[str], None]) -> None:
        """`heard` is called with what the server tells unasked, and with "" after each new connection."""
        self.whom = whom
        self.greeting: Greeting | None = None
        """What the server said of itself and us when we connected last."""
        self._heard = heard
        self._db: AsyncConnection[Any] | None = None
        self._ear = -1
        self._turn = asyncio.Lock()
        self._under_way: asyncio.Future[Any] | None = None
        self._failed = 0
        self._again_at = 0.0
        self._why: JournalError | None = None

    async def ask(
        self, query: str, parameters: Sequence[object] = (), *, within: Seconds = PATIENCE
    ) -> list[tuple[Any, ...]]:
        """The rows. Raises JournalError; Lost when nobody knows whether it was done."""
        return await self._in_turn(lambda db: _rows(db, query, parameters), within)

    async def close(self) -> None:
        """What is under way is broken off."""
        if self._db is not None and self._under_way is not None:
            await self._hang_up(self._under_way, self._db)
        self._drop()

    async def _in_turn(self, work: Callable[[AsyncConnection[Any]], Awaitable[T]], within: Seconds) -> T:
        end = asyncio.get_running_loop().time() + within
        try:
            async with asyncio.timeout_at(end):
                await self._turn.acquire()
        except TimeoutError:
            raise self._silent(within) from None
        try:
            db = await self._connected(end)
            self._deafen()
            under_way = self._under_way = asyncio.ensure_future(work(db))
            try:
                return await self._finished(under_way, db, end, within)
            finally:
                self._under_way = None
                self._listen()
        finally:
            self._turn.release()

    async def _finished(
        self, work: asyncio.Future[T], db: AsyncConnection[Any], end: float, within: Seconds
    ) -> T:
        from psycopg import Error

        try:
            done, _ = await asyncio.wait({work}, timeout=max(0.0, end - asyncio.get_running_loop().time()))
        except asyncio.CancelledError:
            await self._hang_up(work, db)
            raise
        if not done:
            await self._hang_up(work, db)
            raise Lost(*_parts(self._silent(within)))
        try:
            return work.result()
        except Error as error:
            if not db.closed and not db.broken:
                raise translated(self.whom.place, self.whom.person, error) from None
            self._drop()
            told = translated(self.whom.place, self.whom.person, error)
            raise Lost(*_parts(told)) from None

    async def _hang_up(self, work: asyncio.Future[T], db: AsyncConnection[Any]) -> None:
        """A server that hangs would also hang who politely asks it to stop: the line is cut instead."""
        from psycopg import Error

        try:
            with suppress(OSError, Error), socket.socket(fileno=os.dup(db.fileno())) as cut:
                cut.shutdown(socket.SHUT_RDWR)
            await asyncio.wait({work}, timeout=1.0)
            if work.done() and not work.cancelled():
                work.exception()
        finally:
            work.cancel()
            self._drop()

    async def _connected(self, end: float) -> AsyncConnection[Any]:
        if self._db is not None and not self._db.closed and not self._db.broken:
            return self._db
        self._drop()
        loop = asyncio.get_running_loop()
        if self._why is not None and loop.time() < self._again_at:
            raise self._why
        try:
            async with asyncio.timeout_at(end):
                self._db, self.greeting = await greet(self.whom)
        except TimeoutError:
            self._note(JournalError(f"journal {self.whom.place}: cannot be reached in time"))
        except JournalError as error:
            self._note(error)
        self._failed, self._why = 0, None
        self._db.add_notify_handler(lambda told: self._heard(told.payload))
        self._heard("")
        return self._db

    def _note(self, why: JournalError) -> NoReturn:
        """Raises it, also for who asks again before the next try is due."""
        self._failed += 1
        # Spread, since all cockpits of a team lose a server at the same moment.
        pause = BACK_OFF[min(self._failed, len(BACK_OFF) - 1)] * random.uniform(0.7, 1.3)
        self._again_at = asyncio.get_running_loop().time() + pause
        self._why = why
        raise why

    def _drop(self) -> None:
        db, self._db = self._db, None
        self._deafen()
        if db is not None:
            with suppress(Exception):
                db.pgconn.finish()

    # Between questions

    def _listen(self) -> None:
        """On a descriptor of our own, since the driver watches its own while it waits for an answer."""
        if self._db is None or self._ear >= 0 or self._db.closed:
            return
        with suppress(OSError):
            self._ear = os.dup(self._db.fileno())
            asyncio.get_running_loop().add_reader(self._ear, self._hear)

    def _deafen(self) -> None:
        if self._ear >= 0:
            asyncio.get_running_loop().remove_reader(self._ear)
            os.close(self._ear)
            self._ear = -1

    def _hear(self) -> None:
        """Something came while nobody was asking: news, or the end of the line."""
        from psycopg import Error

        db = self._db
        if db is None:
            return
        try:
            db.pgconn.consume_input()
            while (told := db.pgconn.notifies()) is not None:
                self._heard(told.extra.decode("utf-8", "replace"))
        except Error:
            self._drop()
            self._heard("")  # whoever looks now finds out, and connects anew

    def _silent(self, within: Seconds) -> JournalError:
        return JournalError(
            f"journal {self.whom.place}: no answer for {within:g} s; it may or may not be on record"
        )


async def _rows(db: AsyncConnection[Any], query: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    cursor = await db.execute(query, parameters or None)  # our own texts
    return list(await cursor.fetchall()) if cursor.rownumber is not None else []


def _parts(error: JournalError) -> tuple[str, str]:
    return error.message, error.hint
