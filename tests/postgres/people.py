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


def administrator(database: Database) -> Person:
    """May create roles, and in this database: from PostgreSQL 16 on only those of their own making."""
    boss = database.add_person("boss", may="CREATEROLE")
    database.sql(f'GRANT CREATE ON DATABASE {database.name} TO "{boss.name}"')
    if int(database.sql("SHOW server_version_num")[0][0]) >= 160000:
        asked = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'cockpit%' AND NOT rolcanlogin"
        for (role,) in database.sql(asked):
            database.sql(f'GRANT {role} TO "{boss.name}" WITH ADMIN TRUE, SET FALSE, INHERIT FALSE')
    return boss
