"""What `doctor` says of a record that a team shares on PostgreSQL; it only looks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from cockpit.cli.checks import Check
from cockpit.core.model import Model
from cockpit.core.team import Role
from cockpit.errors import CockpitError
from cockpit.text import plural
from cockpit.views.company import SKEW

if TYPE_CHECKING:
    from cockpit.adapters.journal.postgres.examining import Examined

WHAT: Final = "record"
CROWDED: Final = 0.8
"""Of the connections that there may be."""
FSYNC: Final = "set fsync and full_page_writes to on in its postgresql.conf"


def team(model: Model) -> Iterator[Check]:
    """Nothing where the record is on this machine."""
    from cockpit.adapters.journal.place import database

    if not (dsn := database(model.journal)):
        return
    from cockpit.adapters.journal.postgres.examining import examine

    try:
        found = asyncio.run(examine(dsn))
    except CockpitError as error:
        yield Check(False, WHAT, error.message, error.hint)
        return
    yield from _reached(found)
    yield from _kept(found)
    yield from _room(found)


def _reached(found: Examined) -> Iterator[Check]:
    yield Check(True, WHAT, f"{found.place} as {found.person}, {found.role}")
    if found.role is Role.VIEWER:
        hint = f"to decide and run anything ask for: GRANT cockpit_responder TO {found.person}"
        yield Check(None, WHAT, f"{found.person} only looks here", hint)
    if found.cipher:
        checked = ", its certificate is verified" if found.outside else ""
        yield Check(True, WHAT, f"encrypted ({found.cipher}){checked}")
    else:
        yield Check(True, WHAT, "on this machine, not encrypted")
    took = f"{found.answers_in * 1000:.0f} ms"
    yield Check(
        True,
        WHAT,
        f"answers in {took}; {plural(found.records, 'record')}; whether it can be written was not tried",
    )
    off = abs(found.skew) > SKEW
    hint = "set the clock here or there: times of the record are those of each writer" if off else ""
    yield Check(not off, WHAT, f"clocks differ by {abs(found.skew):.1f} s", hint)


def _kept(found: Examined) -> Iterator[Check]:
    yield Check(
        True, WHAT, f"PostgreSQL {found.version}, step {found.step} of the record, as this cockpit knows it"
    )
    safe = "writes to the disk what it acknowledges"
    yield Check(
        found.is_safe,
        WHAT,
        safe if found.is_safe else "may lose records in a crash",
        "" if found.is_safe else FSYNC,
    )
    told = "what others do is told at once" if found.tells else "what others do is looked for twice a second"
    hint = (
        "" if found.tells else "a pooler is between: connect to the server itself, or set pool_mode = session"
    )
    yield Check(True if found.tells else None, WHAT, told, hint)
    for note in found.notes:
        if "fsync" not in note and "no news" not in note:
            yield Check(False, WHAT, note, "mend its pg_hba.conf: scram-sha-256, or peer over the socket")


def _room(found: Examined) -> Iterator[Check]:
    crowded = found.used >= CROWDED * found.room
    hint = (
        "each cockpit takes one: raise max_connections, which needs a restart of the server"
        if crowded
        else ""
    )
    yield Check(not crowded, WHAT, f"{found.used} of {found.room} connections in use", hint)
