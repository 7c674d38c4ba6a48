"""Roles, schema and migrations of a record on PostgreSQL: numbered, forward only, for any program to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from cockpit.adapters.journal.postgres.connecting import connected, row
from cockpit.adapters.journal.postgres.people import OWNER, ROLES, granted
from cockpit.adapters.journal.postgres.trouble import translated
from cockpit.adapters.journal.postgres.whom import Whom, whom
from cockpit.core.team import Role
from cockpit.errors import AccessRefused, JournalError
from cockpit.text import clean

if TYPE_CHECKING:
    from psycopg import AsyncConnection, Error

KNOWN: Final = 1
"""The number of the newest migration."""
TRIES: Final = 5
"""Roles are the whole cluster's: who founds in another database at the same moment may be in the way."""
BUSY: Final = frozenset({"23505", "42710", "XX000"})
"""What the server says then."""
MAY: Final = "run it as a superuser, or as somebody with CREATEROLE who may create in this database"

BEGIN: Final = """
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL standard_conforming_strings = on;
SET LOCAL client_min_messages = warning;
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = '10s';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
DO $turn$ BEGIN PERFORM pg_advisory_xact_lock(1668984948); END $turn$;
"""
_ROLES: Final = f"""
DO $roles$
DECLARE
    wanted text;
    may boolean := (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user);
BEGIN
    IF current_setting('server_version_num')::int < 130000 THEN
        RAISE EXCEPTION 'PostgreSQL % is too old', current_setting('server_version')
        USING HINT = 'use 13 or newer';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'database % is in %', current_database(), current_setting('server_encoding')
        USING HINT = 'it must be in UTF8: createdb -E UTF8 -T template0 NAME';
    END IF;
    FOREACH wanted IN ARRAY ARRAY['{"', '".join((OWNER, *ROLES))}'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
        IF NOT may THEN
            RAISE EXCEPTION '% may not create roles', current_user USING HINT = '{MAY}';
        END IF;
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END LOOP;
    IF NOT pg_has_role('cockpit_responder', 'cockpit_viewer', 'MEMBER') THEN
        GRANT cockpit_viewer TO cockpit_responder;
    END IF;
    IF NOT pg_has_role('cockpit_approver', 'cockpit_responder', 'MEMBER') THEN
        GRANT cockpit_responder TO cockpit_approver;
    END IF;
END $roles$;
"""
BECOME_OWNER: Final = f"""
DO $owner$
DECLARE
    how text := CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END;
    may boolean := (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user);
BEGIN
    IF NOT pg_has_role(current_user, '{OWNER}', how) THEN
        IF NOT may THEN
            RAISE EXCEPTION '% may not act as {OWNER}', current_user USING HINT = '{MAY}';
        END IF;
        EXECUTE format('GRANT {OWNER} TO %I', current_user);
        PERFORM set_config('cockpit.granted', 'yes', true);
    END IF;
END $owner$;
"""
_SCHEMA: Final = f"""
DO $schema$
DECLARE
    of_whom text := (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'cockpit');
BEGIN
    IF of_whom IS NULL THEN
        IF NOT has_database_privilege(current_database(), 'CREATE') THEN
            RAISE EXCEPTION '% may not create in database %', current_user, current_database()
            USING HINT = format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user);
        END IF;
        CREATE SCHEMA cockpit AUTHORIZATION {OWNER};
    ELSIF of_whom <> '{OWNER}' THEN
        RAISE EXCEPTION 'schema cockpit in database % belongs to %, who could change the record',
            current_database(), of_whom USING HINT = 'take another database';
    END IF;
END $schema$;
SET LOCAL ROLE {OWNER};
SET LOCAL search_path = cockpit, pg_catalog;
CREATE TABLE IF NOT EXISTS cockpit.migration (
    number integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""
END: Final = f"""
RESET ROLE;
SET LOCAL search_path = pg_catalog, pg_temp;
DO $owner$
BEGIN
    IF current_setting('cockpit.granted', true) = 'yes' THEN
        EXECUTE format('REVOKE {OWNER} FROM %I', current_user);
    END IF;
END $owner$;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Founded:
    place: str
    before: int
    """The number of the migration that it had; 0: there was no record."""
    now: int


def script(people: Mapping[str, Role] = {}) -> str:
    """All of it as SQL, in one transaction; what is there already stays as it is.

    `people` get a login where they have none, and that role and no other.
    """
    steps = "".join(map(_step, range(1, KNOWN + 1)))
    logins = "".join(granted(name, role) for name, role in people.items())
    return f"{BEGIN}{_ROLES}{logins}{BECOME_OWNER}{_SCHEMA}{_number()}{steps}{END}"


def _number() -> str:
    return f"""
DO $number$
DECLARE
    found integer := (SELECT coalesce(max(number), 0) FROM cockpit.migration);
BEGIN
    PERFORM set_config('cockpit.before', found::text, false);
    IF found > {KNOWN} THEN
        RAISE EXCEPTION 'the record is of a newer cockpit (step %, this one knows {KNOWN})', found
        USING HINT = 'use that cockpit';
    END IF;
END $number$;
"""


def _step(number: int) -> str:
    return f"""
DO $step$
BEGIN
    IF NOT EXISTS (SELECT FROM cockpit.migration WHERE number = {number}) THEN
        EXECUTE $migration$
{migration(number)}
$migration$;
        INSERT INTO cockpit.migration (number) VALUES ({number});
    END IF;
END $step$;
"""


def migration(number: int) -> str:
    return (files(__package__) / "migrations" / f"{number:04}.sql").read_text("utf-8")


async def found(dsn: str, people: Mapping[str, Role] = {}) -> Founded:
    """Makes it, or brings it up to date. Raises JournalError, and then nothing was changed.

    As somebody who may create roles and, in this database, a schema: nobody who uses the record needs to.
    """
    at = whom(dsn)
    from psycopg import Error

    async with await connected(at) as db:
        for left in reversed(range(TRIES)):
            try:
                return await _founded(db, at, people)
            except Error as error:
                if not left or db.closed or error.sqlstate not in BUSY:
                    raise refused(at, error) from None
                await db.execute("ROLLBACK")
    raise AssertionError("returned or raised before")


async def _founded(db: AsyncConnection[Any], at: Whom, people: Mapping[str, Role]) -> Founded:
    await db.execute(script(people).encode())
    (before,) = await row(db, "SELECT current_setting('cockpit.before')::int")
    return Founded(at.place, before, KNOWN)


def refused(at: Whom, error: Error) -> JournalError:
    """What the server says to somebody who acts as an administrator."""
    told = clean(error.diag.message_primary or str(error))[:300]
    match error.sqlstate:
        case "P0001":
            return JournalError(f"journal {at.place}: {told}", clean(error.diag.message_hint or ""))
        case "42501":
            return AccessRefused(f"journal {at.place}: {at.person} may not do this ({told})", MAY)
        case "55P03":
            hint = "see pg_locks for who"
            return JournalError(
                f"journal {at.place}: kept locked by somebody for 10 s; nothing was done", hint
            )
    return translated(at.place, at.person, error)
