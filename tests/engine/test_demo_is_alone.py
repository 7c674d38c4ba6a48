"""While the demo's incident is ended, and botched and taken back, nothing outside the program is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WATCHED = """
import asyncio, os, subprocess, sys
from tests.engine import test_demo

FORBIDDEN = {
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn",
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
    "os.remove", "os.rename", "os.mkdir", "os.chmod", "os.truncate", "sqlite3.connect",
}
touched = []

def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    creates = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event in FORBIDDEN or writes or creates:
        touched.append((event, str(arguments)[:200]))

sys.addaudithook(watch)
what = sys.argv[1]
if what == "itself":
    subprocess.run(["true"])
else:
    asyncio.run(getattr(test_demo, what)())
print(touched)
"""


def touched(what: str) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, what], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.evening
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "what",
    [
        "test_two_runbooks_and_a_switch_end_it",
        "test_a_wrong_runbook_makes_it_worse_and_its_rollback_restores_what_was",
    ],
)
def test_the_demo_spawns_sends_and_writes_nothing(what: str) -> None:
    assert touched(what) == "[]"


def test_the_watch_would_see_it() -> None:
    assert "subprocess.Popen" in touched("itself")
