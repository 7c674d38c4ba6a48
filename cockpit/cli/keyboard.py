"""Lines that a person types, one at a time; whoever waits for one can stop, and nothing is left waiting."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from contextlib import suppress
from typing import Final

MOST: Final = 65_536


class Keyboard:
    """No thread reads: one could not be stopped, would take the next line and keep us from ending."""

    def __init__(self) -> None:
        self._typed = b""
        """What came behind the last line that was taken."""

    async def line(self, prompt: str) -> str | None:
        """Without its end; None at the end of input. When nobody waits any more, what was begun is lost."""
        sys.stdout.write(prompt)
        sys.stdout.flush()
        if not sys.stdin.isatty():
            return _without_end(sys.stdin.readline())
        try:
            return _without_end((await self._whole()).decode(errors="replace"))
        except asyncio.CancelledError:
            self._forget()
            raise

    async def _whole(self) -> bytes:
        """Up to and with its end; without one when input ended before."""
        while b"\n" not in self._typed:
            await self._ready()
            more = os.read(sys.stdin.fileno(), MOST)
            if not more:
                break
            self._typed += more
        line, end, self._typed = self._typed.partition(b"\n")
        return line + end

    async def _ready(self) -> None:
        loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()
        ready = asyncio.Event()
        loop.add_reader(fd, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(fd)

    def _forget(self) -> None:
        """What was typed for a question that is gone must not answer the next one."""
        self._typed = b""
        with suppress(termios.error):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        sys.stdout.write("\n")
        sys.stdout.flush()


def _without_end(text: str) -> str | None:
    return text.rstrip("\n") if text else None
