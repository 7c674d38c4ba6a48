"""A secret goes where it is meant to go, and is found nowhere else: no file, no screen, no stream."""

from __future__ import annotations

import base64
import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli import running
from tests.cli.changing import go
from tests.lab.child import until
from tests.tui.terminals import ROOT, tmux

from .secrets import CANARIES, HEADER, environment, guarded, leaks, leaks_in

pytestmark = pytest.mark.timeout(600)  # all that is done with it takes a while
HOLDS = ("say", "shell", "missing", "probe", "http", "tell", "quiet", "flip", "inside", "measure")
ON = [f"--answer=hold:{step}=skip:seen" for step in HOLDS]
COMMANDS = (
    ("trust", "--yes"),
    ("lint",),
    ("plan", "leak"),
    ("plan", "leak", "--json"),
    ("check", "leak"),
    ("print", "leak"),
    ("run", "leak", "--yes", *ON),
    ("run", "leak", "--yes", "--json", *ON),
    ("run", "leak", "--yes"),
    ("resume", "last", "--yes", *ON),
    ("rollback", "last", "--yes"),
    ("resume", "last", "--answer", "hold:inside=abort"),
    ("runs", "--all"),
    ("runs", "--json"),
    ("journal", "tail", "-n", "1000"),
    ("journal", "tail", "-n", "1000", "--json"),
    ("journal", "export"),
    ("journal", "verify"),
    ("flags", "list"),
    ("flags", "kill", "off", "--reason", "it burns", "--yes"),
    ("flags", "restore", "off", "--reason", "over", "--yes"),
    ("status",),
    ("status", "--json"),
    ("doctor",),
    ("lint", "--live"),
    ("record", "recording.ndjson"),
    ("replay", "recording.ndjson", "--json"),
)


class Echo(BaseHTTPRequestHandler):
    """Says no, and everything that it was told."""

    def answer(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        told = b"".join(f"{name}: {value}\n".encode("latin-1") for name, value in self.headers.items())
        told += self.rfile.read(size)
        self.server.told.append(told)  # type: ignore[attr-defined]
        said = told.decode("utf-8", "replace")
        reads = self.path.startswith("/flags") and self.command == "GET"
        document = {"status": "error", "errorType": "bad_data", "error": said, "value": False}
        body = json.dumps(document, ensure_ascii=False).encode()
        self.send_response(200 if reads else 500 if self.path.startswith("/flags") else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        """To nobody."""


@contextmanager
def echoing() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.told = []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Seen:
    folder: Path
    url: str
    told: list[bytes]
    """What reached the server."""
    said: dict[tuple[str, ...], str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Everything that can be done with it, one after the other, and what each said."""
    with echoing() as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        found = Seen(tmp_path_factory.mktemp("guarded"), url, server.told)  # type: ignore[attr-defined]
        guarded(found.folder, url)
        for command in COMMANDS:
            found.said[command] = recorded(found.folder) if command[0] == "record" else said(found, command)
        yield found


def said(seen: Seen, command: tuple[str, ...]) -> str:
    done = go(seen.folder, *command, **environment())
    assert done.returncode not in (64, 70), (command, done.stderr)
    return done.stdout + done.stderr


def recorded(folder: Path) -> str:
    """`record` goes on until somebody interrupts it."""
    file = folder / "recording.ndjson"
    environ = {**running.environment(folder), "XDG_STATE_HOME": str(folder / "state"), **environment()}
    command = [sys.executable, "-m", "cockpit", "record", str(file)]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        until(lambda: file.exists() and file.read_text().count("\n") > 1)
        child.send_signal(signal.SIGINT)
        return child.communicate(timeout=240)[0]


def test_each_of_them_was_used(seen: Seen) -> None:
    """Else there would be nothing to find."""
    told = b"\n".join(seen.told)
    basic = base64.b64encode(f"cockpit:{HEADER['basic']}".encode())
    for secret in (*(HEADER[name].encode() for name in ("notify", "flags", "metrics", "alerts")), basic):
        assert secret in told
    for name in ("env", "file", "command"):
        assert CANARIES[name].encode() in told or json.dumps(CANARIES[name])[1:-1].encode() in told
    assert seen.said[("run", "leak", "--yes", *ON)].count("[redacted]") > 40


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: " ".join(each)[:30])
def test_no_command_says_one(seen: Seen, command: tuple[str, ...]) -> None:
    assert leaks(seen.said[command].encode()) == []


def test_no_file_holds_one_nor_held_one_while_a_step_ran(seen: Seen) -> None:
    assert list(seen.folder.glob("copied-*/cockpit/guarded/journal.sqlite3-wal"))
    found = leaks_in(seen.folder)
    assert set(found) == {f"secret/{name}" for name in ("alerts", "basic", "command", "file", "metrics")}
    assert b"leak.py" in (seen.folder / "cmdlines").read_bytes()


def test_no_screen_shows_one(seen: Seen, tmp_path: Path) -> None:
    """A run from its plan to its third question, with all that its commands said."""
    given = {**environment(), "XDG_STATE_HOME": str(seen.folder / "state"), "HOME": str(seen.folder)}
    words = " ".join(shlex.quote(f"{name}={value}") for name, value in given.items())
    script = tmp_path / "open"
    script.write_text(f"cd {ROOT}; env {words} {sys.executable} -m cockpit --config {seen.folder}/config\n")
    with tmux(tmp_path, 200, 50) as terminal:
        terminal.type(f"sh {script}")
        screens = []
        for keys, shown in (
            (["Enter"], "r runbooks"),
            (["r"], "Leak inside"),  # of all or of what the cursor is on: both begin so
            (["Down", "Enter"], "By its input"),
            (["R"], "Cancel"),
            (["Down", "Enter"], "enter Say all of them in every way?"),
            (["Enter"], "enter By a shell?"),
            (["Enter"], "Try again"),
            (["o"], "[redacted]"),
        ):
            time.sleep(1.0)  # a question counts once it has been read
            for key in keys:
                terminal.press(key)
            screens.append(terminal.wait_for(shown))
    assert leaks("".join(screens).encode()) == []


def test_a_crash_report_holds_none(seen: Seen) -> None:
    script = """if True:
        import sys
        from cockpit.adapters.process import Commands
        from cockpit.cli.main import run
        def fails(self, job):
            secrets = job.secrets
            raise KeyError("a mistake of ours")
        Commands.run = fails
        sys.exit(run(["run", "leak", "--yes"]))
    """
    environ = {**running.environment(seen.folder), "XDG_STATE_HOME": str(seen.folder / "crashed")}
    environ |= {"COCKPIT_DEBUG": "1", "PYTHONPATH": str(ROOT), **environment()}
    running.cockpit("trust", "--yes", cwd=seen.folder, XDG_STATE_HOME=str(seen.folder / "crashed"))
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=seen.folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (70, True)
    assert leaks((done.stdout + done.stderr).encode()) == []
    assert set(leaks_in(seen.folder / "crashed")) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        "prometheus: [{name: a, url: 'http://x', http_config: {authorization: {credentials: [SECRET]}}}]",
        "prometheus: [{name: a, url: 'http://x', http_config: {basic_auth: {password: SECRET, what: 1}}}]",
        "prometheus: [{name: a, url: 'http://user:SECRET@x:99999'}]",
        "prometheus: SECRET",
        "flags: [{name: f, provider: unleash, url: 'http://x', token: SECRET}]",
        "flags: [{name: f, provider: webhook, set: 'http://x', headers: {Authorization: [SECRET]}}]",
        "incident: {notify: [{name: n, webhook: 'http://x', secret: SECRET}]}",
        "incident: {notify: [{name: n, webhook: 'http://x', secret: {a: SECRET}}]}",
    ],
)
def test_what_is_written_in_the_wrong_place_is_not_repeated(tmp_path: Path, wrong: str) -> None:
    config = guarded(tmp_path, "http://127.0.0.1:9")
    rest = "metadata: {name: guarded}\n" + wrong.replace("SECRET", HEADER["env"].partition("'")[0])
    (config / "cockpit.yaml").write_text(f"apiVersion: cockpit/v1\nkind: Cockpit\n{rest}\n")
    for command in ("lint", "status", "plan leak"):
        done = go(tmp_path, *command.split(), **environment())
        assert done.returncode != 0
        assert leaks((done.stdout + done.stderr).encode()) == []
