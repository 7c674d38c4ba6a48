"""Polls on disk for as long as one command runs: a week of them has no place in memory."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

from cockpit.core.poll import Poll
from cockpit.errors import RecordingError

MOST: Final = 1024 * 1024 * 1024
"""Bytes; a file without a name, gone with whoever wrote it."""


class Spool:
    """Only this process ever reads what it wrote, so it may be written as it is."""

    def __init__(self, most: int = MOST) -> None:
        """Raises RecordingError where no temporary file can be made."""
        self._most = most
        self._count = 0
        self._full = False
        try:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the command looks
        except OSError as error:
            raise RecordingError(f"no temporary file can be made: {error.strerror}", "set TMPDIR") from None

    def put(self, poll: Poll) -> bool:
        """False: it is full, or the disk is."""
        if self._full:
            return False
        try:
            pickle.dump(poll, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._full = self._file.tell() > self._most
        except OSError:
            self._full = True
        self._count += not self._full
        return not self._full

    def polls(self) -> Iterator[Poll]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
