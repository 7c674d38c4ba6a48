"""Owners on one machine: locks of files, among which another run of the same program is somebody else."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from typing import Protocol

from cockpit.core.levels import Seconds
from cockpit.core.team import RUN
from cockpit.errors import JournalError


class Locks(Protocol):
    """Locks by the name of a file; each is held for the life of the program."""

    def claim(self, name: str) -> bool: ...

    def holder(self, name: str) -> str: ...

    def release(self, name: str) -> None: ...


class Exclusive:
    """A `ports.Owners`."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._ours: set[str] = set()

    async def claim(self, names: Sequence[str], ttl: Seconds = 30.0) -> str:
        taken: list[str] = []
        try:
            for name in names:
                if name in self._ours or not self._locks.claim(file_name(name)):
                    await self.release(taken)
                    return name
                self._ours.add(name)
                taken.append(name)
        except JournalError:
            await self.release(taken)
            raise
        return ""

    async def holder(self, name: str) -> str:
        return "this cockpit" if name in self._ours else self._locks.holder(file_name(name))

    async def release(self, names: Sequence[str]) -> None:
        for name in names:
            if name in self._ours:
                self._ours.discard(name)
                self._locks.release(file_name(name))

    def fence(self, name: str) -> None:
        """The lock lives as long as this program, so nothing else needs to know."""

    async def lost(self, name: str) -> str:
        await asyncio.Event().wait()
        return ""


def file_name(name: str) -> str:
    """A name as one that a file may have: runs as they are called; different names never share one."""
    if name.startswith(RUN):
        return name.removeprefix(RUN)
    if name.isalpha():
        return name
    readable = re.sub(r"[^A-Za-z0-9]+", "_", name)[:40]
    return f"lock-{readable}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
