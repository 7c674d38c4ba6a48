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
    from cockpit.wiring.keeping import is_kept, reading

    if not is_kept(model, mode):
        return None
    async with reading(model, mode) as journal:
        return await read(journal)
