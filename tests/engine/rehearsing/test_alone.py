"""While a drill is simulated nothing outside the program is touched: sockets and processes are impossible."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .test_shipped import PLAYED, played
from .test_walks import walk

ROOT = Path(__file__).parents[3]
MAKERS = ("fork", "forkpty", "posix_spawn", "posix_spawnp", "execv", "execve", "system")
WATCHED = """
import os, subprocess, sys
from tests.engine.rehearsing import test_shipped, test_walks

FORBIDDEN = {
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn",
    "socket.__new__", "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo",
    "os.remove", "os.rename", "os.mkdir", "os.chmod", "os.truncate", "sqlite3.connect",
    "_thread.start_new_thread",
}
touched = []

def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    creates = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event in FORBIDDEN or writes or creates:
        touched.append((event, str(arguments)[:200]))

sys.addaudithook(watch)
if sys.argv[1] == "itself":
    subprocess.run(["true"])
else:
    assert test_shipped.played(test_shipped.PLAYED["bad-release"], "good").passed
    assert test_walks.walk("storefront-traffic-shift").passed
print(touched)
"""


def touched(what: str) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, what], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.timeout(300)
def test_a_drill_spawns_sends_and_writes_nothing() -> None:
    assert touched("a drill") == "[]"


def test_the_watch_would_see_it() -> None:
    assert "subprocess.Popen" in touched("itself")


def test_a_drill_needs_neither_sockets_nor_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible(*_: object, **__: object) -> None:
        raise AssertionError("something outside was reached for")

    monkeypatch.setattr(socket, "socket", impossible)
    monkeypatch.setattr(socket, "socketpair", impossible)
    monkeypatch.setattr(subprocess, "Popen", impossible)
    for maker in MAKERS:
        monkeypatch.setattr(os, maker, impossible)
    assert played(PLAYED["bad-release"], "good").passed
    assert walk("stop-the-writer").passed


def test_no_adapter_that_could_reach_out_is_even_imported() -> None:
    program = (
        "import sys\n"
        "from tests.engine.rehearsing.test_walks import walk\n"
        "assert walk('search-restart').passed\n"
        "known = 'process http http_client prometheus prometheus_server alertmanager secrets'.split()\n"
        "print([each for each in known if f'cockpit.adapters.{each}' in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
