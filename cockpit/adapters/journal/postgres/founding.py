"""Roles, schema and migrations of a record on PostgreSQL: numbered, forward only, for any program to run."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from cockpit.adapters.journal.postgres.trouble import translated
from cockpit.adapters.journal.postgres.whom import whom

KNOWN: Final = 1
"""The number of the newest migration."""
OWNER: Final = "cockpit_owner"
ROLES: Final = ("cockpit_viewer", "cockpit_responder", "cockpit_approver")
"""From least to most; each has what those before it have."""
_ROLES: Final = """
DO $roles$
DECLARE
    wanted text;
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'this database is not in UTF8: make it with createdb -E UTF8 -T template0';
    END IF;
    FOREACH wanted IN ARRAY
        ARRAY['cockpit_owner', 'cockpit_viewer', 'cockpit_responder', 'cockpit_approver']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $roles$;
GRANT cockpit_viewer TO cockpit_responder;
GRANT cockpit_responder TO cockpit_approver;
DO $owner$
BEGIN
    IF NOT pg_has_role(current_user, 'cockpit_owner', 'MEMBER') THEN
        EXECUTE format('GRANT cockpit_owner TO %I', current_user);
    END IF;
END $owner$;
CREATE SCHEMA IF NOT EXISTS cockpit AUTHORIZATION cockpit_owner;
SET LOCAL ROLE cockpit_owner;
SET LOCAL search_path = cockpit, pg_catalog;
CREATE TABLE IF NOT EXISTS cockpit.migration (
    number integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""
_END: Final = """
RESET ROLE;
DO $owner$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('REVOKE cockpit_owner FROM %I', current_user);
    END IF;
END $owner$;
"""


def script() -> str:
    """All of it as SQL, in one transaction; what is there already stays as it is."""
    steps = "".join(map(_step, range(1, KNOWN + 1)))
    return f"BEGIN;\nSELECT pg_advisory_xact_lock(1668984948);\n{_ROLES}{steps}{_END}COMMIT;\n"


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


async def found(dsn: str) -> str:
    """Makes it, or brings it up to date; who it was done as. Raises JournalError.

    As somebody who may create roles and, in this database, a schema: nobody who uses the record needs to.
    """
    from psycopg import AsyncConnection, Error

    at = whom(dsn)
    try:
        db = await AsyncConnection.connect(at.conninfo, autocommit=True)
        async with db:
            await db.execute(script().encode())
    except Error as error:
        raise translated(at.place, at.person, error) from None
    return at.person
