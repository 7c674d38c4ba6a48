"""Who looks after a run: one at a time, for as long as it lives, and people can see who."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.owners import RunOwners
from cockpit.errors import JournalError

OTHER = """
import sys, time
from pathlib import Path
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.owners import RunOwners
print(RunOwners(Folder(Path(sys.argv[1]))).claim("R-1"), flush=True)
time.sleep(1000)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "shop")


@pytest.fixture
def other(folder: Folder) -> Iterator[subprocess.Popen[str]]:
    """Another cockpit, which owns R-1."""
    command = [sys.executable, "-c", OTHER, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_one_owner_at_a_time(folder: Folder) -> None:
    ours, theirs = RunOwners(folder), RunOwners(folder)
    assert ours.holder("R-1") == ""
    assert [ours.claim("R-1"), ours.claim("R-1"), theirs.claim("R-1")] == [True, True, False]
    assert theirs.holder("R-1") == ours.holder("R-1") == f"pid {os.getpid()}, running"
    assert theirs.claim("R-2")
    ours.release("R-1")
    ours.release("R-1")
    assert theirs.holder("R-1") == ""
    assert theirs.claim("R-1")
    theirs.close()
    assert ours.claim("R-1")
    assert ours.claim("R-2")
    ours.close()


def test_a_dead_owner_holds_nothing(folder: Folder, other: subprocess.Popen[str]) -> None:
    owners = RunOwners(folder)
    assert not owners.claim("R-1")
    other.kill()
    other.wait()
    assert owners.holder("R-1") == ""
    assert owners.claim("R-1")
    owners.close()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_stopped_owner_is_named_as_stopped(folder: Folder, other: subprocess.Popen[str]) -> None:
    owners = RunOwners(folder)
    assert owners.holder("R-1") == f"pid {other.pid}, running"
    other.send_signal(signal.SIGSTOP)
    assert eventually(lambda: owners.holder("R-1") == f"pid {other.pid}, stopped")
    assert not owners.claim("R-1")
    owners.close()


def test_commands_that_were_started_do_not_own_the_run(folder: Folder) -> None:
    owners = RunOwners(folder)
    assert owners.claim("R-1")
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(1000)"], close_fds=False
    ) as command:
        owners.close()
        gone = eventually(lambda: owners.holder("R-1") == "")  # exec closes files a moment after it has begun
        command.kill()
    assert gone


@pytest.mark.parametrize("run", ["", "../R-1", "a/b", ".hidden", "R-1\n", "x" * 65, "R 1"])
def test_a_run_is_never_a_path(folder: Folder, run: str) -> None:
    owners = RunOwners(folder)
    for ask in (owners.claim, owners.holder):
        with pytest.raises(JournalError, match="is no name of a run"):
            ask(run)
    assert not folder.path.exists()


def test_a_planted_lock_is_refused(folder: Folder, tmp_path: Path) -> None:
    folder.make()
    (folder.within("runs").path / "R-1.lock").symlink_to(tmp_path / "target")
    with pytest.raises(JournalError, match="is a symbolic link; refused"):
        RunOwners(folder).claim("R-1")
    assert not (tmp_path / "target").exists()
