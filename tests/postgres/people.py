"""People at a record on PostgreSQL, in one process: each with a connection, leases and company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.postgres import founding
from cockpit.adapters.journal.postgres.company import PostgresTeam
from cockpit.adapters.journal.postgres.journal import PostgresJournal
from cockpit.adapters.journal.postgres.leases import Leases
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.postgres.whom import OURS, Whom
from tests.lab.cluster import Person
from tests.lab.database import Database


@dataclass(frozen=True)
class Colleague:
    shared: Shared
    journal: PostgresJournal
    leases: Leases
    team: PostgresTeam

    async def leave(self) -> None:
        await self.leases.close()
        await self.journal.close()


def found(database: Database) -> None:
    """As an administrator does it, by psql."""
    database.sql(founding.script())


def whom_of(database: Database, person: Person) -> Whom:
    conninfo = make_conninfo(database.dsn, **OURS, user=person.name, password=person.password)
    return Whom(f"{database.dsn.partition('//')[2]}", person.name, False, conninfo)


def colleague(database: Database, person: Person, origin: str = "") -> Colleague:
    shared = Shared(whom_of(database, person), origin=origin)
    return Colleague(shared, PostgresJournal(shared), Leases(shared), PostgresTeam(shared, SystemClock()))


@asynccontextmanager
async def at_work(database: Database, person: Person, origin: str = "") -> AsyncIterator[Colleague]:
    one = colleague(database, person, origin)
    try:
        yield one
    finally:
        await one.leave()
