"""A file that CI appends changes to, one JSON object a line, followed as it grows."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cockpit.core.change_line import LineError, change_of
from cockpit.core.events import ChangesSeen, Event, SourceAnswered, SourceFailed
from cockpit.core.levels import Instant
from cockpit.core.poll import Change
from cockpit.errors import sentence
from cockpit.text import clean, plural

MOST: Final = 8 * 1024 * 1024
"""Bytes read in one poll; of a longer file, at first only the end."""
LONGEST_LINE: Final = 64 * 1024


class ChangeFile:
    """Bad lines are skipped and named, each once; a file that was replaced is read from its beginning."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._file: tuple[int, int] | None = None
        self._offset = 0
        self._line = 0
        self._bad: list[str] = []

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        try:
            # In a thread: the file may lie on a network share that hangs.
            changes = await asyncio.to_thread(lambda: tuple(self._news()))
        except FileNotFoundError:
            yield SourceAnswered(self.name, at, note=f"{self._path} does not exist yet")
        except OSError as error:
            why = f"{self._path}: {error.strerror or error}"
            yield SourceFailed(self.name, at, why, "check path and rights")
        else:
            yield SourceAnswered(self.name, at, note=self._note())
            if changes:
                yield ChangesSeen(changes)

    async def close(self) -> None:
        """Nothing is held open between polls."""

    def _note(self) -> str:
        if not self._bad:
            return ""
        more = f" ({plural(len(self._bad), 'bad line')})" if len(self._bad) > 1 else ""
        return f"{self._path.name}:{self._bad[-1]}; skipped{more}"

    def _news(self) -> Iterator[Change]:
        """Changes of whole lines that were appended since the last poll. Raises OSError."""
        with self._path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise OSError(None, "is not a file")
            self._find_place(file, (found.st_dev, found.st_ino), found.st_size)
            appended = file.read(MOST)
        whole = appended.rfind(b"\n") + 1
        if not whole and len(appended) == MOST:
            whole = MOST  # one line without an end: given up piece by piece, as a line that is too long
        self._offset += whole
        for line in appended[:whole].splitlines():
            self._line += 1
            change = self._change(line)
            if change:
                yield change

    def _find_place(self, file: BinaryIO, identity: tuple[int, int], size: int) -> None:
        if identity != self._file or size < self._offset:
            self._file, self._offset, self._line, self._bad = identity, 0, 0, []
            if size > MOST:
                self._skip_to_end(file, size)
        file.seek(self._offset)

    def _skip_to_end(self, file: BinaryIO, size: int) -> None:
        """Old changes explain nothing; their lines are counted so that complaints name the right one."""
        goal = size - MOST
        while self._offset < goal and (line := file.readline(MOST)):
            self._offset += len(line)
            self._line += line.endswith(b"\n")

    def _change(self, line: bytes) -> Change | None:
        if not line.strip():
            return None
        try:
            if len(line) > LONGEST_LINE:
                raise LineError(f"is longer than {LONGEST_LINE // 1024} KiB")
            return change_of(json.loads(line))
        except LineError as error:
            self._complain(sentence(str(error), error.hint))
        except (ValueError, RecursionError):
            self._complain("is not JSON")
        return None

    def _complain(self, what: str) -> None:
        self._bad.append(f"{self._line}: {clean(what)}")
        del self._bad[:-1000]
