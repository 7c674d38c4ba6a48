"""A program on a terminal of its own: when it writes what, and what it costs; Linux only."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
PATIENCE = 60.0
"""Seconds to wait for what must come."""


class Terminal:
    """80 x 24; ends its program with the `with` block."""

    def __init__(self, module: str, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.begun = time.perf_counter()
        self.written = 0
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            command = [sys.executable, "-m", module, *arguments]
            os.execvpe(command[0], command, {**ENV, **(env or {})})
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._master)

    def chunks(self, seconds: float) -> Iterator[bytes]:
        """What is written, as it comes, for that long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self._master], [], [], left)[0]:
                try:
                    chunk = os.read(self._master, 65536)
                except OSError:  # the program has ended
                    return
                self.written += len(chunk)
                yield chunk

    def wait_for(self, text: str, patience: float = PATIENCE) -> float:
        """Seconds since the start at which `text` has been written. Raises TimeoutError."""
        wanted, seen = text.encode(), b""
        for chunk in self.chunks(patience):
            seen += chunk
            if wanted in seen:
                return time.perf_counter() - self.begun
        raise TimeoutError(f"{text!r} never came: {seen[-500:]!r}")

    def drain(self, seconds: float) -> int:
        """Bytes that are written in that time."""
        return sum(len(chunk) for chunk in self.chunks(seconds))

    def press(self, key: str, until: str, patience: float = 2.0) -> float:
        """Seconds from `key` until `until` is written."""
        begun = time.perf_counter()
        self.send(key)
        seen = b""
        for chunk in self.chunks(patience):
            seen = seen[-16:] + chunk
            if until.encode() in seen:
                break
        return time.perf_counter() - begun

    def send(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def memory(self) -> float:
        """Resident, in MB (10^6 bytes)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share_of_cpu(terminal: Terminal, seconds: float) -> float:
    """Per cent of one core over that time."""
    before, begun = terminal.cpu(), time.perf_counter()
    terminal.drain(seconds)
    return 100 * (terminal.cpu() - before) / (time.perf_counter() - begun)
