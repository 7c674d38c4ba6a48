"""An flock on a file, held for moments by whoever writes."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.trouble import translated
from cockpit.core.levels import Seconds
from cockpit.errors import JournalError

PATIENCE: Final[Seconds] = 2.0
"""Shorter than that of the lane of decisions: who waits there should learn that nothing was done."""
SHORTEST: Final[Seconds] = 0.0002
LONGEST: Final[Seconds] = 0.004


class FileLock:
    """One holder on the machine, also between two in one program. Not for several threads."""

    def __init__(self, folder: Folder, name: str, patience: Seconds = PATIENCE) -> None:
        self._folder = folder
        self._name = name
        self._patience = patience
        self._descriptor = -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises JournalError, which says who has it, when it cannot be had in time."""
        self._take()
        try:
            yield
        finally:
            if self._descriptor >= 0:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self) -> None:
        """A lock on a file that has meanwhile been replaced keeps nobody out, so it is taken anew."""
        deadline = time.monotonic() + self._patience
        while True:
            if self._descriptor < 0:
                self._descriptor = self._folder.open_file(self._name)
            with translated(self._folder.path / self._name):
                self._wait(deadline)
                if self._is_in_place():
                    return
            self.close()

    def _wait(self, deadline: float) -> None:
        # Asked again and again instead of waited for in the kernel: a stopped holder must not stop us.
        pause = SHORTEST
        while not taken(self._descriptor):
            if time.monotonic() > deadline:
                raise self._busy()
            time.sleep(pause)
            pause = min(LONGEST, pause * 1.5)

    def _is_in_place(self) -> bool:
        ours = os.fstat(self._descriptor)
        try:
            there = os.lstat(self._folder.path / self._name)
        except FileNotFoundError:
            return False
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)

    def _busy(self) -> JournalError:
        who = described(pid) if (pid := holder_of(self._descriptor)) else "another program"
        path = self._folder.path / self._name
        return JournalError(
            f"journal {path}: locked by {who} for {self._patience:g} s; nothing was recorded",
            "continue or end that process",
        )


def taken(descriptor: int, how: int = fcntl.LOCK_EX) -> bool:
    """Tries once. Raises OSError where the file system has no locks."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder_of(descriptor: int) -> int:
    """pid of whoever has an flock on that file, from /proc/locks; 0: nobody knows."""
    inode = os.fstat(descriptor).st_ino
    try:
        with open("/proc/locks", encoding="ascii", errors="replace") as table:
            lines = [line.split() for line in table]
    except OSError:
        return 0
    for words in lines:
        if "->" not in words and len(words) > 5 and words[1] == "FLOCK" and words[5].endswith(f":{inode}"):
            return int(words[4]) if words[4].isdigit() else 0
    return 0


def described(pid: int) -> str:
    """A process for people: "pid 4711, stopped"."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            letter = file.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return f"pid {pid}, not to be seen from here"
    states = {"T": "stopped", "t": "stopped by a debugger", "D": "waiting for a device", "Z": "ended"}
    return f"pid {pid}, {states.get(letter, 'running')}"
