"""Reading on in the output files of a command that another life of ours has started."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from typing import Final, Literal

from cockpit.adapters.process_folder import open_ours
from cockpit.core.runbook.work import Output

CHUNK: Final = 64 * 1024


class Follower:
    """What is appended from now on; what is there already can be shown from the files themselves."""

    def __init__(self, folder: str, name: str) -> None:
        self._tails = (_Tail(folder, f"{name}.out", "stdout"), _Tail(folder, f"{name}.err", "stderr"))

    def read(self) -> Iterator[Output]:
        for tail in self._tails:
            yield from tail.read()

    def close(self) -> None:
        for tail in self._tails:
            tail.close()


class _Tail:
    """A file that grows, and is replaced by a shorter one now and then; what fell between is left out."""

    def __init__(self, folder: str, file: str, stream: Literal["stdout", "stderr"]) -> None:
        self._folder, self._file = folder, file
        self._stream: Literal["stdout", "stderr"] = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._fd = -1
        self._open(os.SEEK_END)

    def read(self) -> Iterator[Output]:
        if self._fd < 0:
            self._open(os.SEEK_SET)
        yield from self._rest()
        if self._fd >= 0 and self._is_replaced():
            self.close()
            self._open(os.SEEK_END)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    def _open(self, whence: int) -> None:
        try:
            self._fd = open_ours(self._folder, self._file)
        except OSError:
            return  # not there yet, or not ours: there is nothing to show
        os.lseek(self._fd, 0, whence)

    def _rest(self) -> Iterator[Output]:
        while self._fd >= 0 and (data := os.read(self._fd, CHUNK)):
            if text := self._decoder.decode(data):
                yield Output(self._stream, text)

    def _is_replaced(self) -> bool:
        try:
            found = os.stat(os.path.join(self._folder, self._file), follow_symlinks=False)
        except OSError:
            return False
        return found.st_ino != os.fstat(self._fd).st_ino
