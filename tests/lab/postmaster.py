"""A PostgreSQL server's processes: one parent, and children that left its process group."""

import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .child import Child, until


def server_account() -> tuple[int, int]:
    """User and group of servers that refuse to run as root: ours, unless we are root."""
    if os.getuid():
        return os.getuid(), os.getgid()
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return account.pw_uid, account.pw_gid
    raise RuntimeError("no account postgres or nobody here, and PostgreSQL does not run as root")


def as_server(argv: Sequence[str]) -> list[str]:
    """The command as `server_account` runs it; a signal promised before the account changed is forgotten."""
    if os.getuid():
        return [*argv]
    user, group = server_account()
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={group}",
        "--clear-groups",
        "--pdeathsig",
        "KILL",
        *argv,
    ]


class Postmaster(Child):
    """Pausing and killing it means all of its processes; they are known by where they work."""

    def __init__(self, argv: Sequence[str], data: Path, log: Path) -> None:
        self._data = str(data.resolve())
        super().__init__(as_server(argv), log)

    def pause(self) -> None:
        super().pause()
        # The parent has stopped: no more are born.
        family = self.family()
        _tell(family, signal.SIGSTOP)
        until(lambda: all(_state(pid) in "tTXZ" for pid in family), what="all of PostgreSQL has stopped")

    def resume(self) -> None:
        super().resume()
        _tell(self.family(), signal.SIGCONT)

    def stop(self, within: float = 20.0) -> None:
        """As `pg_ctl stop -m fast`: clients are sent away, memory goes to disk; may be repeated."""
        self.resume()
        # SIGTERM would wait for the clients.
        self._signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        self.kill()

    def kill(self) -> None:
        """As a power cut does: nobody has time for a last word; may be repeated."""
        with suppress(ChildProcessError):
            super().pause()
        _tell(self.family(), signal.SIGKILL)
        super().kill()
        until(lambda: not self.family(), what="all of PostgreSQL has ended")

    def family(self) -> list[int]:
        """The pids of all that live, also those that outlived their parent."""
        return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and self._is_ours(entry)]

    def _is_ours(self, pid: str) -> bool:
        try:
            return os.readlink(f"/proc/{pid}/cwd") == self._data
        except OSError:
            return False


def _tell(family: Sequence[int], number: signal.Signals) -> None:
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _state(pid: int) -> str:
    """One letter as `ps` shows it; X when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"
