"""Who keeps the record: a file on this machine, or the database of a team."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.exclusive import Exclusive
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.owners import RunOwners
from cockpit.adapters.journal.place import DATABASE, Mode, database, place
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal_head import Head
from cockpit.core.levels import Seconds
from cockpit.core.model import Model
from cockpit.core.team import Role
from cockpit.errors import JournalError
from cockpit.ports import Journal, Owners, Team


class Record(Journal, Protocol):
    """A journal as a whole, for who checks it."""

    async def head(self) -> Head:
        """The last record, (0, genesis) before the first. Raises JournalError."""
        ...

    async def rest(self, within: Seconds) -> None:
        """Until somebody may have appended; where nobody tells, for so long."""
        ...


@dataclass(frozen=True, slots=True)
class Keeper:
    journal: Record
    owners: Owners
    folder: Folder
    """On this machine, for what lies beside the record: output of commands, the last picture."""
    actor: str
    """Who sits here, as the record will say it."""
    part: Callable[[], Awaitable[None]]
    """Lets go of what others can see that we hold; the journal stays open."""
    team: Team | None = None
    role: Callable[[], Role] = lambda: Role.APPROVER


def keeper(model: Model, actor: str) -> Keeper:
    """Opens nothing yet. Raises JournalError for a place that may not be used."""
    folder = place(model.name, model.journal)
    if dsn := database(model.journal):
        return _team(dsn, folder)

    async def part() -> None:
        """A lock ends with the program."""

    return Keeper(SqliteJournal(folder), Exclusive(RunOwners(folder)), folder, actor, part)


def _team(dsn: str, folder: Folder) -> Keeper:
    from cockpit.adapters.journal.postgres.company import PostgresTeam
    from cockpit.adapters.journal.postgres.journal import PostgresJournal
    from cockpit.adapters.journal.postgres.leases import Leases
    from cockpit.adapters.journal.postgres.shared import Shared
    from cockpit.adapters.journal.postgres.whom import whom

    shared = Shared(whom(dsn))
    leases, team = Leases(shared), PostgresTeam(shared, SystemClock())

    async def part() -> None:
        await leases.close()
        with suppress(JournalError):
            await team.gone()

    return Keeper(
        PostgresJournal(shared),
        leases,
        folder,
        shared.whom.person,
        part,
        team,
        lambda: shared.role or Role.APPROVER,
    )


def actor_of(model: Model, account: str) -> str:
    """Who sits here, as the record will say it. Raises JournalError where a database cannot know."""
    if not (dsn := database(model.journal)):
        return account
    from cockpit.adapters.journal.postgres.whom import whom

    return whom(dsn).person


def is_kept(model: Model, mode: Mode = "live") -> bool:
    """Whether there is anything to read; to open it would make it. Raises JournalError."""
    if mode == "live" and database(model.journal):
        return True
    folder = place(model.name, model.journal, mode).path
    try:
        (folder / DATABASE).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise JournalError(f"{folder} cannot be looked into: {error.strerror}", "may you?") from None
    return True


@asynccontextmanager
async def reading(model: Model, mode: Mode = "live") -> AsyncIterator[Record]:
    """The record, only to be read. Raises JournalError when it is used and there is none."""
    journal = _for_reading(model, mode)
    try:
        yield journal
    finally:
        await journal.close()


def _for_reading(model: Model, mode: Mode) -> Record:
    if mode == "live" and (dsn := database(model.journal)):
        from cockpit.adapters.journal.postgres.journal import PostgresJournal
        from cockpit.adapters.journal.postgres.shared import Shared
        from cockpit.adapters.journal.postgres.whom import whom

        return PostgresJournal(Shared(whom(dsn)))
    return SqliteJournal(place(model.name, model.journal, mode), create=False)
