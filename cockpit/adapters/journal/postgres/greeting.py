"""The first words with a server: who we are there, whether it can be trusted to keep and to tell."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cockpit.adapters.journal.postgres.connecting import connected, row
from cockpit.adapters.journal.postgres.founding import KNOWN
from cockpit.adapters.journal.postgres.people import OWNER
from cockpit.adapters.journal.postgres.pooling import is_lent
from cockpit.adapters.journal.postgres.trouble import FOUND, translated
from cockpit.adapters.journal.postgres.whom import Whom
from cockpit.core.journal import new_uid
from cockpit.core.levels import Seconds
from cockpit.core.team import Role
from cockpit.errors import JournalError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

CHANNEL: Final = "cockpit"
ECHO: Final[Seconds] = 1.0
"""How long our own word to ourselves may take to come back."""
MIGHTY: Final = f"{{{OWNER},pg_write_all_data,pg_write_server_files,pg_execute_server_program}}"
"""Roles whose members could change what is on record."""
# Before PostgreSQL 16 whoever had CREATEROLE could make themselves a member of any.
_ABOUT: Final = f"""
SELECT session_user::text, (
        SELECT rolsuper OR rolcreaterole AND current_setting('server_version_num')::int < 160000
        FROM pg_roles WHERE rolname = session_user
    ), EXISTS (
        SELECT FROM unnest('{MIGHTY}'::text[]) AS mighty
        WHERE CASE WHEN to_regrole(mighty) IS NOT NULL THEN pg_has_role(session_user, mighty, 'MEMBER') END
    ),
    to_regclass('cockpit.migration') IS NOT NULL, pg_backend_pid(), current_setting('fsync')
"""
_STATE: Final = "SELECT (SELECT max(number) FROM cockpit.migration), cockpit.role_of(session_user)"


@dataclass(frozen=True, slots=True)
class Greeting:
    role: Role
    tells: bool
    """Whether news come by themselves; else they are looked for."""
    notes: tuple[str, ...] = ()
    """What is odd, one line each."""

    @property
    def note(self) -> str:
        return "; ".join(self.notes)


async def greet(whom: Whom) -> tuple[AsyncConnection[Any], Greeting]:
    """A connection that may be used. Raises JournalError for one that may not."""
    from psycopg import Error

    db = await connected(whom)
    try:
        return db, await _looked_at(db, whom)
    except Error as error:
        db.pgconn.finish()
        raise translated(whom.place, whom.person, error) from None
    except BaseException:
        db.pgconn.finish()
        raise


async def _looked_at(db: AsyncConnection[Any], whom: Whom) -> Greeting:
    person, is_super, is_owner, is_there, backend, fsync = await row(db, _ABOUT)
    if is_super or is_owner:
        raise _refused(whom, f"{person} could change what is on record", "log in as somebody who cannot")
    if person != whom.person:
        raise _refused(whom, f"takes {whom.person} for {person}", "set PGUSER")
    if not db.pgconn.used_password and whom.outside and not _is_proven(db):
        raise _refused(whom, "lets anybody in as anybody", "ask for scram-sha-256 in its pg_hba.conf")
    if db.pgconn.used_password and not db.pgconn.password:
        raise _refused(whom, f"{person} has an empty password", "set one")
    if not is_there:
        raise JournalError(f"journal {whom.place}: holds no record of cockpit", FOUND)
    # What is checked before us has to be what is so when it is our turn.
    await db.execute("SET default_transaction_isolation = 'read committed'")
    number, role = await row(db, _STATE)
    _check_number(whom, number or 0)
    if not role:
        raise _refused(
            whom, f"{person} has no role in it", f"grant cockpit_responder (or viewer, approver) to {person}"
        )
    return await _tested(db, whom, Role(role), backend, fsync)


async def _tested(db: AsyncConnection[Any], whom: Whom, role: Role, backend: int, fsync: str) -> Greeting:
    tells = await _echoes(db)
    pooled = backend != db.pgconn.backend_pid
    if pooled and (not tells or await is_lent(db, whom)):
        raise _refused(
            whom,
            "a pooler in transaction mode stands before it, so nobody is told what others do",
            "connect to the server itself, or set pool_mode = session",
        )
    notes = []
    if not tells:
        notes.append("the database tells no news: looked for twice a second")
    if fsync != "on":
        notes.append("the database keeps nothing through a crash (fsync is off)")
    if not db.pgconn.used_password and not _is_proven(db):
        notes.append(f"the database lets anybody in as {whom.person}")
    return Greeting(role, tells, tuple(notes))


def _is_proven(db: AsyncConnection[Any]) -> bool:
    """Whether something else than a password showed who we are: a socket's peer, a certificate, Kerberos."""
    info = db.info
    socketed = info.host.startswith(("/", "@")) or not info.host
    gss = bool(getattr(db.pgconn, "used_gssapi", False))
    return socketed or gss or bool(info.get_parameters().get("sslcert"))


async def _echoes(db: AsyncConnection[Any]) -> bool:
    """Whether what is told to a channel comes back to who listens to it."""
    word = f"{CHANNEL}_{new_uid()}"
    heard = asyncio.Event()

    def hear(told: Any) -> None:
        if told.channel == word:
            heard.set()

    db.add_notify_handler(hear)
    try:
        await db.execute(f"LISTEN {CHANNEL}")
        await db.execute(f"LISTEN {word}")
        await db.execute("SELECT pg_notify(%s, '')", (word,))
        end = asyncio.get_running_loop().time() + ECHO
        while not heard.is_set() and asyncio.get_running_loop().time() < end:
            await db.execute("SELECT 1")  # what was told comes with the next answer
            if not heard.is_set():
                await asyncio.sleep(0.02)
        await db.execute(f"UNLISTEN {word}")
    finally:
        db.remove_notify_handler(hear)
    return heard.is_set()


def _check_number(whom: Whom, number: int) -> None:
    if number > KNOWN:
        raise _refused(whom, f"is of a newer cockpit (step {number}, this one knows {KNOWN})", "use that")
    if number < KNOWN:
        raise _refused(whom, f"is of an older cockpit (step {number} of {KNOWN})", FOUND)


def _refused(whom: Whom, why: str, hint: str) -> JournalError:
    return JournalError(f"journal {whom.place}: {why}; refused", hint)
