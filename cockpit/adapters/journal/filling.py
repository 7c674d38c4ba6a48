"""An SQLite journal that is filled from another, in one transaction and under its lock."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

from cockpit.adapters.journal import rows
from cockpit.adapters.journal.database import SIDES, connected
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.locks import FileLock
from cockpit.adapters.journal.place import DATABASE, LOCK
from cockpit.adapters.journal.trouble import translated
from cockpit.core.journal import Recorded
from cockpit.errors import JournalError


class SqliteFilling:
    """Behind `copying.Filling`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    async def put(self, records: Sequence[Recorded]) -> None:
        self._db.executemany(rows.INSERT, map(rows.row_of, records))

    async def read(self, after: int = 0, limit: int = 10_000) -> Sequence[Recorded]:
        query = f"{rows.SELECT} WHERE seq > ? ORDER BY seq LIMIT ?"
        return [rows.record_of(row) for row in self._db.execute(query, (after, limit))]


@asynccontextmanager
async def filled_folder(folder: Folder) -> AsyncIterator[SqliteFilling]:
    """Raises JournalError, also where it is not empty; what was made for it is then taken away."""
    with _filled(folder) as filling:
        yield filling


@contextmanager
def _filled(folder: Folder) -> Iterator[SqliteFilling]:
    is_new = not os.path.lexists(folder.path)
    folder.make()
    lock = FileLock(folder, LOCK)
    try:
        with lock.held(), _whole_or_gone(folder), translated(folder.path / DATABASE):
            db = connected(folder, create=True)
            try:
                db.execute("BEGIN IMMEDIATE")
                if db.execute("SELECT EXISTS (SELECT 1 FROM record)").fetchone() != (0,):
                    raise JournalError(f"journal {folder.path}: is not empty", "name another folder")
                yield SqliteFilling(db)
                db.execute("COMMIT")
            finally:
                db.close()
    except BaseException:
        if is_new:
            with suppress(OSError):
                (folder.path / LOCK).unlink()
                folder.path.rmdir()
        raise
    finally:
        lock.close()


@contextmanager
def _whole_or_gone(folder: Folder) -> Iterator[None]:
    is_new = folder.check_file(DATABASE) is None
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                for side in ("", *SIDES):
                    (folder.path / f"{DATABASE}{side}").unlink(missing_ok=True)
        raise
