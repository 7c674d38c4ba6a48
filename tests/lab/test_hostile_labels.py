"""Hostile text by way of a real server: labels, annotations and warnings, to the screen and the streams."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cockpit.text import first_hidden
from tests.cli import running
from tests.tui.payloads import PAYLOADS
from tests.tui.terminals import Pty, foreign, tmux

from .behaviours import with_warnings
from .child import until
from .cockpits import Part, configured, http, own, service
from .conftest import MakeProxy, OwnPrometheus
from .fleet import Fleet
from .prometheus import Prometheus

pytestmark = pytest.mark.lab

SENT = [text for text in PAYLOADS if len(text) < 1000 and not text.isprintable() and "\ud800" not in text]
SENT += ["[@click=app.quit]press me[/]", "[/red] up", "[$x] [bold"]
EVERY = "".join(SENT)
LABELS = {f"l{number}": text for number, text in enumerate(SENT)}
FIRES: Part = {
    "alert": f"Burning {EVERY}",
    "expr": "vector(1)",
    "labels": {"service": "auth", "severity": f"page{EVERY}", **LABELS},
    "annotations": {"summary": f"summary of {EVERY}", "runbook_url": f"javascript:{EVERY}"},
}
MOVED: Part = {
    "record": "moved",
    "expr": "vector(1)",
    "labels": {"service": "auth", "version": EVERY, **LABELS},
}
WARNING = f"store {EVERY} unreachable"


@pytest.fixture
def hostile(own_fleet: Fleet, own_prometheus: OwnPrometheus, make_proxy: MakeProxy) -> str:
    """The address of a server that says all of it."""
    server = own_prometheus(own_fleet.targets, rules=[{"name": "lab", "rules": [FIRES, MOVED]}])
    server.wait_scraped()
    until(lambda: fires(server), what="the alert fires")
    return make_proxy(server.url, with_warnings(WARNING)).url


def fires(server: Prometheus) -> bool:
    firing = [sample.labels for sample in server.query('ALERTS{alertstate="firing"}')]
    return any(labels["l0"] == SENT[0] for labels in firing)


def shop(folder: Path, url: str) -> Any:
    gone = own("gone", "errors", "no_such_series", above={"DEGRADED": 1})
    moves = {"promql": "moved > 0", "label": "service", "what": "deploy"}
    services = (service("auth", http("auth")), service("blind", gone))
    return configured(folder, url, *services, changes=[moves])


async def test_no_command_passes_it_on(hostile: str, tmp_path: Path) -> None:
    shop(tmp_path, hostile)
    for command in (("status",), ("status", "--json"), ("doctor",), ("lint", "--live")):
        done = await asyncio.to_thread(
            running.cockpit, *command, "--config", tmp_path / "cockpit.yaml", cwd=tmp_path
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said
        assert [first_hidden(each) for each in said.split("\n")] == [""] * len(said.split("\n")), command
        if command == ("status", "--json"):
            note = json.loads(done.stdout)["sources"]["eu"]["note"]
            assert note.startswith("answers are partial: store ")
            assert first_hidden(note) == ""


def test_a_blind_cockpit_says_why_and_the_terminal_stays_ours(hostile: str, tmp_path: Path) -> None:
    shop(tmp_path, hostile)
    config = str(tmp_path / "cockpit.yaml")
    with tmux(tmp_path, 100, 30) as terminal:
        terminal.type(f"{sys.executable} -m cockpit --config {config}")
        terminal.press("Enter")
        terminal.wait_for("Prometheus eu: answers are partial: store")
        for key, shown in (("Enter", "Alerts"), ("a", "Burning"), ("1", "answers are partial")):
            terminal.press(key)
            terminal.wait_for(shown)
    child = Pty([sys.executable, "-m", "cockpit", "--config", config], 100, 30)
    child.wait_for(b"answers are partial")
    for keys in (b"\r", b"\x7f", b"2", b"a", b"\r", b"1", b"?", b"q"):
        child.send(keys)
        child.read(0.5)
    child.send(b"q")
    assert child.ended() == 0
    assert foreign(child.written) == set()
