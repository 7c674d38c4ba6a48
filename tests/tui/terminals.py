"""Real terminals for tests: a private tmux server, and a bare pseudo-terminal that keeps every byte."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOW = [sys.executable, "-m", "tests.tui.show"]
# Pytest's process holds the size of its own terminal.
OURS = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
ENV = {**OURS, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
PATIENCE = 20.0


def require_tmux() -> None:
    """Without tmux a run in CI fails; elsewhere the test is skipped."""
    if shutil.which("tmux"):
        return
    if os.environ.get("CI"):
        pytest.fail("tmux is not installed; run tests/lab/install", pytrace=False)
    pytest.skip("needs tmux; tests/lab/install installs it")


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


class Tmux:
    """A server of its own with one window that runs a shell."""

    def __init__(self, socket: Path, columns: int, rows: int) -> None:
        self._base = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        self.run("new-session", "-d", "-x", str(columns), "-y", str(rows), "sh")
        self.run("set", "-g", "set-clipboard", "on")
        self.run("set", "-g", "allow-rename", "on")
        self.run("set", "-g", "remain-on-exit", "on")

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._base, *words], capture_output=True, text=True, env=ENV, timeout=PATIENCE
        )
        return done.stdout

    def type(self, text: str) -> None:
        self.run("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def ask(self, what: str) -> str:
        return self.run("display-message", "-p", f"#{{{what}}}").strip()

    def wait_for(self, text: str) -> str:
        end = time.monotonic() + PATIENCE
        while text not in (seen := self.screen()):
            assert time.monotonic() < end, f"{text!r} never came:\n{seen}"
            time.sleep(0.05)
        return seen

    def is_sane(self) -> bool:
        """Whether a program has left it as it found it: main screen, no mouse, the cursor in sight."""
        off = ("alternate_on", "mouse_any_flag", "mouse_all_flag", "mouse_sgr_flag", "bracket_paste_flag")
        return self.ask("cursor_flag") == "1" and all(self.ask(flag) in ("0", "") for flag in off)

    def kill(self) -> None:
        self.run("kill-server")


@contextmanager
def tmux(folder: Path, columns: int = 80, rows: int = 24) -> Iterator[Tmux]:
    require_tmux()
    found = Tmux(folder / "tmux", columns, rows)
    try:
        yield found
    finally:
        found.kill()


class Pty:
    """A child on a terminal of its own; everything that it writes is kept."""

    def __init__(self, command: list[str], columns: int = 80, rows: int = 24) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.execvpe(command[0], command, ENV)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = b""

    def read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                return
            try:
                self.written += os.read(self.master, 65536)
            except OSError:  # the child is gone
                return

    def wait_for(self, text: bytes) -> None:
        end = time.monotonic() + PATIENCE
        while text not in self.written:
            assert time.monotonic() < end, self.written[-2000:]
            self.read(0.1)

    def send(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def ended(self) -> int | None:
        """How the child ended, or None when it has not within our patience."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.05)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        return None


OWN = re.compile(
    rb"\x1b\[[0-9;:]*m"  # looks
    rb"|\x1b\[\d*;?\d*[HJK]"  # where to write
    rb"|\x1b\[\?(?:1049|1000|1002|1003|1004|1006|1015|1016|2004|2026|2048|25|7)[hl]"  # modes
    rb"|\x1b\[\?\d+\$p|\x1b\[[><=]?\d*u"  # questions about the terminal, keyboard protocol
    rb"|\x1b\]22;[a-z-]*\x07"  # the shape of the pointer
)


def foreign(written: bytes) -> set[str]:
    """What reached a terminal that is neither text nor one of our own sequences."""
    left = OWN.sub(b"", written).decode()
    return {character for character in left if not character.isprintable()} - {"\r", "\n", "\u200d"}
