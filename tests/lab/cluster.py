"""How a PostgreSQL cluster begins, and who is in it from the start."""

import atexit
import functools
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from .postmaster import as_server, server_account

INSTALLED = Path("/usr/lib/postgresql")


class Person(NamedTuple):
    name: str
    password: str


SUPER = Person("lab", secrets.token_urlsafe(12))
"""Whom every cluster begins with: may do everything, over the socket without a password."""


def require() -> None:
    """Without the real server a run in CI fails; elsewhere the test is skipped."""
    if binaries() and shutil.which("setpriv"):
        return
    missing = "no PostgreSQL here; tests/lab/install gets it"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def binaries() -> Path | None:
    """Of the newest version that is installed."""
    found = [path.parent for path in INSTALLED.glob("*/bin/postgres")]
    return max(found, key=lambda path: float(path.parent.name), default=None)


def program(name: str) -> str:
    newest = binaries()
    assert newest is not None, "no PostgreSQL here"
    return str(newest / name)


@functools.cache
def first_cluster() -> Path:
    """Made once a process; every server begins with a copy. Not synced, as nothing of value is in it yet."""
    folder = Path(tempfile.mkdtemp(prefix="lab-pg-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    password = folder / "password"
    password.write_text(SUPER.password)
    for path in (folder, password):
        os.chown(path, *server_account())
    argv = [program("initdb"), "-D", str(folder / "data"), "-U", SUPER.name, "-A", "scram-sha-256"]
    argv += [f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    done = subprocess.run(as_server(argv), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "data"
