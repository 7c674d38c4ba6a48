"""A command on a terminal of its own, at which somebody types and reads."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from .running import environment

PATIENCE = 60.0


@dataclass
class Typed:
    process: subprocess.Popen[bytes]
    leader: int
    shown: str = ""

    def type(self, text: str) -> None:
        os.write(self.leader, text.encode())

    def until(self, words: str, times: int = 1) -> str:
        """All that it has shown, once it says `words` so many times."""
        ends = monotonic() + PATIENCE
        while self.shown.count(words) < times:
            if monotonic() > ends or not self._more():
                raise AssertionError(f"never said: {words}\n{self.shown}")
        return self.shown

    def ends(self) -> int:
        """What it exits with, by itself."""
        while self._more():
            pass
        return self.process.wait(PATIENCE)

    def _more(self) -> bool:
        if not select.select([self.leader], [], [], PATIENCE)[0]:
            return False
        try:
            piece = os.read(self.leader, 65_536)
        except OSError:  # Linux says so at the end of a terminal
            return False
        self.shown += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)


@contextmanager
def typed(here: Path, *arguments: str, **environ: str) -> Iterator[Typed]:
    leader, follower = pty.openpty()
    whole = {**environment(here), "XDG_STATE_HOME": str(here / "state"), **environ}
    command = [sys.executable, "-m", "cockpit", *arguments]
    process = subprocess.Popen(
        command, cwd=here, env=whole, stdin=follower, stdout=follower, stderr=follower, start_new_session=True
    )
    os.close(follower)
    try:
        yield Typed(process, leader)
    finally:
        process.kill()
        process.wait()
        os.close(leader)
