"""`cockpit journal init`: the record of a team on PostgreSQL, made or brought up to date."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cockpit.cli.output import say
from cockpit.cli.readonly import refuse_where_readonly
from cockpit.cli.settings import Settings
from cockpit.core.team import Role
from cockpit.errors import UsageError
from cockpit.text import clean, join_names

if TYPE_CHECKING:
    from cockpit.adapters.journal.postgres.founding import Founded

NAME: Final = ":DBNAME"
"""What psql puts the name of its database for."""
HERE: Final = f"postgresql:///{NAME}"
"""What is shown where nobody said which database: over the socket of this machine."""
FOR_PSQL: Final = """\
-- Roles, schema and migrations of cockpit's record, for psql, by a superuser or somebody with CREATEROLE.
\\set ON_ERROR_STOP on
\\set QUIET on
"""


def init(settings: Settings, dsn: str, people: Sequence[str], *, only_print: bool) -> int:
    """Raises JournalError, and then nothing was changed."""
    wanted = dict(map(_person, people))
    if only_print:
        return _print(dsn or HERE, wanted)
    refuse_where_readonly(settings)
    from cockpit.adapters.journal.postgres.founding import found

    dsn = dsn or _configured(settings)
    founded = asyncio.run(found(dsn, wanted))
    say([_done(founded), *_next(dsn, wanted)])
    return 0


def _print(dsn: str, people: Mapping[str, Role]) -> int:
    import sys

    from cockpit.adapters.journal.postgres.founding import KNOWN, script

    told = [f"The record in database {NAME} is ready (step {KNOWN}).", *_next(dsn, people)]
    echoes = "".join(f"\\echo {_echoed(line)}\n" for line in told)
    sys.stdout.write(f"{FOR_PSQL}{script(people)}{echoes}")
    return 0


def _echoed(line: str) -> str:
    """As psql says it, which takes all of it as it stands but the name of its database."""
    parts = (part.replace("\\", "\\\\").replace("'", "''") for part in clean(line).split(NAME))
    return NAME.join(f"'{part}'" for part in parts)


def _done(founded: Founded) -> str:
    if founded.before == founded.now:
        return f"The record in {founded.place} is as it should be (step {founded.now})."
    if founded.before:
        return f"The record in {founded.place} is up to date: step {founded.now}, it was {founded.before}."
    return f"The record in {founded.place} is ready (step {founded.now})."


def _next(dsn: str, people: Mapping[str, Role]) -> Iterator[str]:
    address = shlex.quote(dsn)
    for name, role in people.items():
        yield f"{name} is {'an' if role is Role.APPROVER else 'a'} {role}."
    if people:
        name = next(iter(people))
        yield f"A password, needed unless over the socket:  psql {address} -c '\\password {name}'"
    roles = join_names([str(role) for role in Role])
    yield f"More people ({roles}):  createuser --pwprompt --role=cockpit_responder NAME"
    yield f"In the configuration:  journal: {{postgres: {json.dumps(dsn, ensure_ascii=False)}}}"
    yield "Then, as each of them:  cockpit doctor"


def _configured(settings: Settings) -> str:
    from cockpit.adapters.journal.place import database
    from cockpit.cli.loading import load

    dsn = database(load(settings).model.journal)
    if not dsn:
        raise UsageError("the configuration has no journal.postgres", "say which: --postgres DSN")
    return dsn


def _person(given: str) -> tuple[str, Role]:
    from cockpit.adapters.journal.postgres.people import is_name

    name, _, wanted = given.rpartition("=")
    role = next((each for each in Role if str(each) == wanted), None)
    if not name or role is None:
        raise UsageError(
            f"--person {given}: is no NAME=ROLE",
            "as in mara=responder; there are viewer, responder, approver",
        )
    if not is_name(name):
        raise UsageError(f"--person {given}: not a name for a login", "make it with createuser")
    return name, role
