"""The record in an SQLite file that any number of cockpits on one machine append to."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from cockpit.adapters.failpoints import die_at
from cockpit.adapters.journal import rows
from cockpit.adapters.journal.database import SIDES, connected, missing
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.locks import FileLock
from cockpit.adapters.journal.place import DATABASE, LOCK
from cockpit.adapters.journal.sealing import boot_time, seal, this_boot, this_cockpit
from cockpit.adapters.journal.trouble import translated
from cockpit.adapters.journal.worker import Worker
from cockpit.core.checkpoint import KIND, Checkpoint, checkpoint_of
from cockpit.core.journal import RUN_STARTED, Fact, Recorded, chain_hash
from cockpit.core.journal_head import NOTHING, Head
from cockpit.core.levels import Seconds
from cockpit.errors import JournalError

log = logging.getLogger(__name__)

T = TypeVar("T")
CLOSING: Final[Seconds] = 3.0
EVERYTHING: Final = -(2**63)
"""Below every seq that a row can have, also one that somebody smuggled in."""


class SqliteJournal:
    """Behind `ports.Journal`. The file is opened with the first use, and again after trouble with it.

    SQLite before 3.51.3 can damage the file when two connections write and checkpoint at once, so a lock on
    a file of our own is held around each transaction (its checkpoint included), opening and closing.
    """

    def __init__(self, folder: Folder, *, origin: str = "", create: bool = True) -> None:
        """`create=False` is for those who only read: a missing journal is an error then."""
        self._folder = folder
        self._path = folder.path / DATABASE
        self._names = tuple(f"{self._path}{side}" for side in ("", *SIDES))
        self._origin = origin or this_cockpit()
        self._boot_id = this_boot()
        self._create = create
        self._lock = FileLock(folder, LOCK)
        self._worker = Worker("journal")
        self._db: sqlite3.Connection | None = None
        self._files: tuple[int, ...] = ()
        self._seen = NOTHING

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        return await self._worker.ask(lambda: self._append(facts)) if facts else ()

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        return await self._worker.ask(lambda: self._read(after, limit, run, kind))

    async def head(self) -> Head:
        """The last record, (0, genesis) before the first. Raises JournalError."""
        return await self._worker.ask(lambda: self._reading(_head))

    async def run_ids(self) -> Sequence[str]:
        return await self._worker.ask(lambda: self._reading(_run_ids))

    async def latest_checkpoint(self) -> Checkpoint | None:
        return await self._worker.ask(lambda: self._reading(_latest_checkpoint))

    async def rest(self, within: Seconds) -> None:
        """Nobody tells when others append."""
        await asyncio.sleep(within)

    async def close(self) -> None:
        """Waits a moment; what hangs is left alone, which loses nothing. Never raises."""
        if self._worker.has_begun:
            try:
                async with asyncio.timeout(CLOSING):
                    await self._worker.ask(self._close)
            except TimeoutError:
                log.warning("journal %s: the disk does not answer; left open", self._path)
                return
            except JournalError as error:
                log.warning("%s", error)
                return
        self._worker.stop()

    # From here on everything happens in the worker's thread.

    def _append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        die_at("before_append")
        with self._lock_held(), self._transaction() as db:
            head = _head(db)
            self._check_went_on(head, db)
            records = []
            for fact in facts:
                record = _known(db, fact.uid)
                if record is None:
                    record = self._sealed(fact, head)
                    db.execute(rows.INSERT, rows.row_of(record))
                    head = Head(record.seq, record.hash)
                records.append(record)
            die_at("in_append")
        self._seen = head
        die_at("after_append")
        return records

    def _read(self, after: int, limit: int, run: str, kind: str) -> Sequence[Recorded]:
        wanted = {"seq > ?": after if after > 0 else EVERYTHING, "run = ?": run, "kind = ?": kind}
        asked = {condition: value for condition, value in wanted.items() if value != ""}
        query = f"{rows.SELECT} WHERE {' AND '.join(asked)} ORDER BY seq LIMIT ?"
        found = self._reading(lambda db: db.execute(query, (*asked.values(), limit)).fetchall())
        return [rows.record_of(row) for row in found]

    def _reading(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """Without the lock, unless the file must be opened first: readers hold nobody up."""
        if self._db is None:
            with self._lock_held():
                pass
        with self._watched() as db:
            return look(db)

    @contextmanager
    def _lock_held(self) -> Iterator[None]:
        if self._db is None:
            self._check_folder()
        else:
            self._check_in_place()
        with self._lock.held():
            if self._db is None:
                self._db = connected(self._folder, create=self._create)
                self._files = self._found()
            yield

    def _check_folder(self) -> None:
        if self._create:
            self._folder.make()
        elif not os.path.lexists(self._path):
            raise missing(self._path)
        else:
            self._folder.check()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._watched() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _watched(self) -> Iterator[sqlite3.Connection]:
        self._check_in_place()
        assert self._db is not None
        with translated(self._path):
            yield self._db

    def _check_in_place(self) -> None:
        """Nobody would see what goes to a file that is no longer there."""
        if self._found() != self._files:
            raise JournalError(
                f"journal {self._path}: was moved or replaced while in use; nothing was recorded",
                "put it back, or start cockpit anew",
            )

    def _found(self) -> tuple[int, ...]:
        """What lies there: the database, and its log, without which it is an older one."""
        try:
            return tuple(os.lstat(name).st_ino for name in self._names)
        except OSError:
            return ()

    def _check_went_on(self, head: Head, db: sqlite3.Connection) -> None:
        """A chain that goes on from an older copy would deny what was acknowledged."""
        if self._seen.seq and _hash(db, self._seen.seq) != self._seen.hash:
            raise JournalError(
                f"journal {self._path}: record {self._seen.seq} was there and is not any more "
                f"(it ends at {head.seq} now); nothing was recorded",
                "an older copy was put in its place; put the newer one back, then start cockpit anew",
            )

    def _sealed(self, fact: Fact, head: Head) -> Recorded:
        return seal(fact, head.seq + 1, head.hash, self._origin, self._boot_id, boot_time())

    def _close(self) -> None:
        if self._db is None:
            return
        if self._found() != self._files:
            return  # closing would take the log away from the file that lies there now
        with self._lock.held(), translated(self._path):
            self._db.close()
            self._db = None
        self._lock.close()


def _head(db: sqlite3.Connection) -> Head:
    found = db.execute("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*found) if found else NOTHING


def _hash(db: sqlite3.Connection, seq: int) -> object:
    found = db.execute("SELECT hash FROM record WHERE seq = ?", (seq,)).fetchone()
    return found[0] if found else None


def _known(db: sqlite3.Connection, uid: str) -> Recorded | None:
    found = db.execute(f"{rows.SELECT} WHERE uid = ?", (uid,)).fetchone()
    return rows.record_of(found) if found else None


def _run_ids(db: sqlite3.Connection) -> list[str]:
    found = db.execute("SELECT seq, run FROM record WHERE kind = ? ORDER BY seq", (RUN_STARTED,)).fetchall()
    for seq, run in found:
        if not isinstance(run, str):
            raise rows.BrokenRecord(seq, "a column holds something else")
    return [run for _, run in found]


def _latest_checkpoint(db: sqlite3.Connection) -> Checkpoint | None:
    query = f"{rows.SELECT} WHERE kind = '{KIND}' ORDER BY seq DESC LIMIT 1"
    found = db.execute(query).fetchone()
    if not found:
        return None
    record = rows.record_of(found)
    if chain_hash(record.prev, record.fields()) != record.hash:
        raise rows.BrokenRecord(record.seq, "its hash is another")
    return checkpoint_of(record)
