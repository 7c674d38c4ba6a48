"""Child processes that never outlive the test run."""

import atexit
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], within: float = 20.0, what: str = "") -> T:
    """The first truthy answer of `look`, asked ten times a second; else AssertionError."""
    deadline = time.monotonic() + within
    while not (answer := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what or 'condition'} (last: {answer!r})")
        time.sleep(0.1)
    return answer


def free_port() -> int:
    """A loopback port nobody listens on, below the range from which outgoing connections take theirs."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Child:
    """One process in a group of its own; it dies with this process, whatever this process dies of."""

    def __init__(
        self,
        argv: Sequence[str],
        log: Path,
        *,
        stdout: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """`log` gets stderr, and stdout too unless `stdout` is `subprocess.PIPE`."""
        # setpriv asks the kernel for the signal and then becomes the program: same pid, no fork in between.
        tied = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [*tied, *argv],
                stdin=subprocess.DEVNULL,
                stdout=sink if stdout is None else stdout,
                stderr=sink,
                env={**os.environ, **(env or {})},
                process_group=0,
            )
        atexit.register(self.kill)

    @property
    def stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None, "started without stdout=PIPE"
        return self._process.stdout

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def pause(self) -> None:
        """SIGSTOP: it keeps its connections and answers nobody; returns when its last thread has stopped."""
        self._signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self, within: float = 10.0) -> None:
        """SIGTERM, and SIGKILL when that is not heard; may be repeated."""
        self._signal(signal.SIGTERM)
        self.resume()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group, also while it is paused; may be repeated."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        atexit.unregister(self.kill)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def _signal(self, number: signal.Signals) -> None:
        # Once the child is reaped, its number may be somebody else's.
        if self.is_alive():
            os.killpg(self._process.pid, number)
