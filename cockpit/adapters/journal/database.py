"""The SQLite file of a journal: made whole or not at all, opened only when it is what it should be."""

from __future__ import annotations

import os
import sqlite3
import uuid
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cockpit.adapters.journal.folders import Folder, sync
from cockpit.adapters.journal.place import DATABASE
from cockpit.adapters.journal.rows import APPLICATION, SCHEMA, VERSION
from cockpit.adapters.journal.trouble import DAMAGED, translated
from cockpit.core.levels import Seconds
from cockpit.errors import JournalError

BUSY: Final[Seconds] = 2.0
"""How long a stranger's lock is waited for; ours are waited for elsewhere."""
SIDES: Final = ("-wal", "-shm")


def connected(folder: Folder, *, create: bool) -> sqlite3.Connection:
    """Under the lock of the journal. Raises JournalError."""
    path = folder.path / DATABASE
    if folder.check_file(DATABASE) is None:
        if not create:
            raise missing(path)
        _make(folder)
    for side in SIDES:
        folder.check_file(DATABASE + side)
    with translated(path):
        return _checked(_connection(path), path)


def missing(path: Path) -> JournalError:
    return JournalError(f"there is no journal {path}", "it begins with the first thing that is put on record")


def _connection(path: Path) -> sqlite3.Connection:
    # mode=rw: a file that vanished since we looked is an error and not an empty journal.
    address = f"file:{quote(str(path))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None)


def _checked(db: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA fullfsync = ON")  # macOS: its fsync alone does not reach the disk
        _check_kind(db, path)
        (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise JournalError(
                f"journal {path}: this file system cannot share memory", "name a folder on a local disk"
            )
    except BaseException:
        db.close()
        raise
    return db


def _check_kind(db: sqlite3.Connection, path: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise JournalError(f"journal {path}: is no journal of cockpit", DAMAGED)
    if version > VERSION:
        raise JournalError(
            f"journal {path}: was written by a newer cockpit (version {version}, this one knows {VERSION})",
            "use the newer cockpit",
        )


def _make(folder: Folder) -> None:
    """Under another name first: an empty file at the right place can then only be a damaged one."""
    path, new = folder.path / DATABASE, f".{DATABASE}.{uuid.uuid4().hex}"
    with translated(path):
        try:
            folder.new_file(new)
            db = _connection(folder.path / new)
            try:
                db.executescript(f"PRAGMA synchronous = FULL; BEGIN; {SCHEMA} COMMIT;")
                db.execute("PRAGMA journal_mode = WAL")
            finally:
                db.close()
            os.rename(folder.path / new, path)
            sync(folder.path)
        finally:
            for rest in (new, f"{new}-journal", *(new + side for side in SIDES)):
                (folder.path / rest).unlink(missing_ok=True)
