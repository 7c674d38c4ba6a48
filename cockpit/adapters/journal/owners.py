"""Who looks after a run: an flock for the owner's life, so that a dead owner holds nothing."""

from __future__ import annotations

import fcntl
import os
import re
import time
from typing import Final

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.locks import described, taken
from cockpit.adapters.journal.trouble import translated
from cockpit.errors import JournalError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
TRIES: Final = 4


class RunOwners:
    """Behind `ports.Owners`: `runs/<RUN>.lock` in the folder of the journal. All may raise JournalError.

    The lock file stays when it is released: whoever opened it meanwhile must find the same one.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def claim(self, run: str) -> bool:
        if run in self._held:
            return True
        descriptor = self._open(run)
        try:
            with translated(self._folder.path / "runs" / f"{run}.lock"):
                won = _won(descriptor)
                if won:
                    _sign(descriptor)
                    self._held[run] = descriptor
        finally:
            if run not in self._held:
                os.close(descriptor)
        return won

    def holder(self, run: str) -> str:
        """As "pid 4711, stopped"; empty: nobody."""
        if run in self._held:
            return described(os.getpid())
        descriptor = self._open(run)
        try:
            with translated(self._folder.path / "runs" / f"{run}.lock"):
                if taken(descriptor, fcntl.LOCK_SH):
                    return ""
                pid = os.pread(descriptor, 32, 0).strip()
        finally:
            os.close(descriptor)
        return described(int(pid)) if pid.isdigit() else "another program"

    def release(self, run: str) -> None:
        descriptor = self._held.pop(run, -1)
        if descriptor >= 0:
            os.close(descriptor)

    def close(self) -> None:
        """Lets go of everything."""
        for run in tuple(self._held):
            self.release(run)

    def _open(self, run: str) -> int:
        if not _NAME.fullmatch(run):
            raise JournalError(f"'{run}' is no name of a run", "they are called R-1, R-2, ...")
        self._folder.make()
        return self._folder.within("runs").open_file(f"{run}.lock")


def _won(descriptor: int) -> bool:
    """More than once: somebody who only asks for the holder has it for a moment."""
    for _ in range(TRIES):
        if taken(descriptor):
            return True
        time.sleep(0.001)
    return False


def _sign(descriptor: int) -> None:
    """Who has it, for people. The lock alone decides."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
