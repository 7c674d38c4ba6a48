"""What is on record, for commands that only look: nothing is made where there is none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from cockpit.core.model import Model
    from cockpit.ports import Journal

Read = TypeVar("Read")


async def on_record(
    model: Model, mode: Literal["live", "drill"], read: Callable[[Journal], Awaitable[Read]]
) -> Read | None:
    """What `read` says of the record; None: there is none. Raises JournalError."""
    from cockpit.adapters.journal.place import DATABASE, place
    from cockpit.errors import JournalError

    folder = place(model.name, model.journal, mode)
    try:
        if not (folder.path / DATABASE).exists():
            return None
    except OSError as error:
        raise JournalError(f"{folder.path} cannot be looked into: {error.strerror}", "may you?") from None
    from cockpit.adapters.journal.sqlite import SqliteJournal

    journal = SqliteJournal(folder, create=False)
    try:
        return await read(journal)
    finally:
        await journal.close()
