"""Journals to try things on, and what stands in one."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal import Fact

GUARDS = ("not_edited", "not_deleted")


def fact(kind: str = "run.started", **body: str | int) -> Fact:
    return Fact(kind, 1_700_000_000.5, "alice", body, run="R-1")


@asynccontextmanager
async def opened(path: Path, group: str = "", *, create: bool = True) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(Folder(path, group), origin="desk-1", create=create)
    try:
        yield journal
    finally:
        await journal.close()


async def written(path: Path, count: int = 5) -> None:
    async with opened(path) as journal:
        await journal.append([fact(f"kind.{number}", number=number) for number in range(1, count + 1)])


def tamper(path: Path, *statements: str) -> None:
    """As somebody who owns the file and takes its guards away first."""
    db = sqlite3.connect(path / "journal.sqlite3", isolation_level=None)
    for guard in GUARDS:
        db.execute(f"DROP TRIGGER IF EXISTS {guard}")
    for statement in statements:
        db.execute(statement)
    db.close()
