"""A record moved between a folder of this machine and a database."""

from __future__ import annotations

import os
import stat
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.adapters.journal.copying import Filling, copy
from cockpit.adapters.journal.filling import filled_folder
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.place import database, place
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal_head import Head
from cockpit.core.model import Model
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.wiring.keeping import Record

ADDRESS: Final = ("postgresql://", "postgres://")


def configured(model: Model) -> str:
    """Where the record of a configuration is, as somebody would type it."""
    return database(model.journal) or str(place(model.name, model.journal).path)


async def copied(source: str, target: str) -> Head:
    """The head of both. Each is a folder or the address of a database. Raises JournalError, UsageError."""
    if source.startswith(ADDRESS) and target.startswith(ADDRESS):
        raise UsageError(
            "from one database into another a record goes in two steps",
            "copy it into a folder as somebody who may look, and from there as who may create roles",
        )
    journal = _source(source)
    try:
        return await copy(journal, _target(target))
    finally:
        await journal.close()


def _source(given: str) -> Record:
    if not given.startswith(ADDRESS):
        return SqliteJournal(_folder(given), create=False)
    from cockpit.adapters.journal.postgres.journal import PostgresJournal
    from cockpit.adapters.journal.postgres.shared import Shared
    from cockpit.adapters.journal.postgres.whom import whom

    return PostgresJournal(Shared(whom(given)))


def _target(given: str) -> AbstractAsyncContextManager[Filling]:
    if not given.startswith(ADDRESS):
        return filled_folder(_folder(given))
    from cockpit.adapters.journal.postgres.filling import filled_database

    return filled_database(given)


def _folder(given: str) -> Folder:
    """One that is shared keeps its group."""
    path = Path(given).expanduser().absolute()
    try:
        found = os.lstat(path)
    except OSError:
        return Folder(path)
    if not (found.st_mode & stat.S_ISGID and found.st_mode & stat.S_IWGRP):
        return Folder(path)
    import grp

    try:
        return Folder(path, grp.getgrgid(found.st_gid).gr_name)
    except KeyError:
        return Folder(path)
