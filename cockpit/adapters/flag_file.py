"""A flagd file as a source: what the flags say now, read again only when the file has changed."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from cockpit.core.events import Event, FlagsRead, SourceAnswered, SourceFailed
from cockpit.core.flagd import LONGEST, FlagdError, parse_flagd
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import FlagStore, Scalar

SETTLED: Final[Seconds] = 2.0
"""A file written less than this long ago may change again without a new time; some count seconds."""

_Mark = tuple[int, int, int, int]


class FlagFile:
    def __init__(self, store: FlagStore) -> None:
        self.name = store.name
        self._path = Path(store.path)
        self._known: tuple[_Mark, Mapping[str, Scalar]] | None = None

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        try:
            # In a thread: the file may lie on a network share that hangs.
            values = await asyncio.to_thread(self._read, at)
        except FlagdError as error:
            where = f"{self._path}:{error.line}:{error.column}" if error.line else str(self._path)
            what = (
                f"{where}: flag '{error.flag}' {error.message}" if error.flag else f"{where} {error.message}"
            )
            yield SourceFailed(self.name, at, what, "one invalid flag freezes all of them in flagd")
        except OSError as error:
            yield SourceFailed(
                self.name, at, f"{self._path}: {error.strerror or error}", "check path and rights"
            )
        except UnicodeDecodeError:
            yield SourceFailed(self.name, at, f"{self._path} is not UTF-8")
        else:
            yield SourceAnswered(self.name, at)
            yield FlagsRead(self.name, at, values)

    async def close(self) -> None:
        """Nothing is held open."""

    def _read(self, at: Instant) -> Mapping[str, Scalar]:
        """Values of the flags that have one. Raises OSError, UnicodeDecodeError, FlagdError."""
        with self._path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise FlagdError("is not a file")
            mark = (found.st_mtime_ns, found.st_ino, found.st_dev, found.st_size)
            if self._known and self._known[0] == mark:
                return self._known[1]
            text = file.read(LONGEST + 1).decode()
        flags = parse_flagd(text)
        values = {key: flag.value for key, flag in flags.items() if flag.value is not None}
        self._known = (mark, values) if abs(at - found.st_mtime) > SETTLED else None
        return values
