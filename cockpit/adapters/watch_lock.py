"""Whether a `cockpit watch` of this record runs on this machine: its lock says so for as long as it lives."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.owners import RunOwners
from cockpit.core.events import Event, WatchSeen
from cockpit.core.levels import Instant, Seconds
from cockpit.errors import JournalError

WATCH: Final = "watch"
"""The name of its lock, beside those of runs."""
EVERY: Final[Seconds] = 10.0
PATIENCE: Final[Seconds] = 2.0


class WatchLock:
    """A `ports.Source` that asks nobody outside. It makes nothing: a look leaves no trace."""

    name = "watch lock"

    def __init__(self, folder: Folder) -> None:
        """`folder`: that of the journal."""
        self._folder = folder
        self._asked: Instant | None = None

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        if self._asked is not None and abs(at - self._asked) < EVERY:
            return
        self._asked = at
        runs = None
        with suppress(TimeoutError):  # a disk that hangs must not look like a server that cannot be reached
            async with asyncio.timeout(PATIENCE):
                runs = await asyncio.to_thread(self.is_held)
        if runs is not None:
            yield WatchSeen(runs)

    def is_held(self) -> bool | None:
        """None: the folder is not as it should be, so nobody can tell."""
        if not os.path.lexists(self._folder.path / "runs" / f"{WATCH}.lock"):
            return False
        try:
            return bool(RunOwners(self._folder).holder(WATCH))
        except JournalError:
            return None

    async def close(self) -> None:
        """Nothing is held."""
