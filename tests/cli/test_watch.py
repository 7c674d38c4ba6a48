"""`cockpit watch` as a service manager runs it, and what commands see while Prometheus is gone."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .running import cockpit, environment

CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: small, title: Small shop}
prometheus: [{name: eu, url: "http://127.0.0.1:9"}]
defaults: {poll: 1s}
teams: [{name: web}]
services:
  - name: checkout
    owner: web
    signals: [{name: errors, kind: errors, expr: 'rate(x_total[5m])', above: {FAILING: 0.1}}]
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "cockpit.yaml").write_text(CONFIG)
    return tmp_path


def until(look: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 120
    while not look():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def watching(here: Path) -> subprocess.Popen[bytes]:
    with (here / "out").open("wb") as out, (here / "err").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "cockpit", "watch"],
            cwd=here,
            env={**environment(here), "XDG_STATE_HOME": str(here / "state")},
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
        )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_leaves_in_order_when_it_is_told_to(here: Path, number: signal.Signals, code: int) -> None:
    watch = watching(here)
    try:
        ring = here / "state" / "cockpit" / "small" / "ring"
        until(lambda: b"unreachable" in (here / "out").read_bytes(), "it reminds")
        until(lambda: [each for each in ring.glob("*.ndjson") if each.stat().st_size], "it records")
        watch.send_signal(number)
        assert watch.wait(120) == code
    finally:
        watch.kill()
        watch.wait()
    first, *others = (here / "out").read_text().splitlines()
    assert first == (
        "watching Small shop: 1 service; reminders stand only here: incident.notify names no channel"
    )
    assert [line[5:] for line in others if "unreachable" in line] == [
        " UTC Prometheus eu unreachable (127.0.0.1:9 refuses connections)"
    ]
    assert (here / "err").read_text() == ""
    (segment,) = ring.glob("*.ndjson")
    replayed = cockpit("replay", segment, "--json", cwd=here)
    assert replayed.returncode == 0, replayed.stderr
    levels = {json.loads(line)["services"]["checkout"]["level"] for line in replayed.stdout.splitlines()}
    assert levels == {"UNKNOWN"}


def test_wrong_usage_is_said_in_a_line(here: Path) -> None:
    def refused(*words: str) -> tuple[int, str]:
        done = cockpit(*words, cwd=here, XDG_STATE_HOME=str(here / "state"))
        assert done.stdout == ""
        return done.returncode, done.stderr

    assert refused("watch", "--again", "soon")[0] == 64
    assert refused("watch", "--again", "1s") == (
        64,
        "cockpit: --again: 1s is too often. Write 10s or more\n",
    )
    assert refused("--readonly", "watch") == (
        2,
        "cockpit: this cockpit is read-only, so it can neither remind anybody nor record\n",
    )
    assert not (here / "state").exists()


def test_status_says_what_is_seen_from_here_and_calls_nothing_fine(here: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        config = here / "config" / "cockpit.yaml"
        config.write_text(CONFIG + f'checks: [{{service: checkout, tcp: "127.0.0.1:{port}"}}]\n')
        done = cockpit("status", "--json", cwd=here)
        text = cockpit("status", cwd=here)
    assert done.returncode == text.returncode == 3
    found = json.loads(done.stdout)["services"]["checkout"]
    (look,) = found["seen_from_here"]
    assert (found["level"], look["what"], look["good"], look["text"]) == (
        "UNKNOWN",
        f"tcp 127.0.0.1:{port}",
        True,
        "takes connections",
    )
    assert "Seen from here: checkout takes connections." in " ".join(text.stdout.split())
