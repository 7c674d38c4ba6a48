"""`cockpit watch` as it runs for months: Prometheus dies, people are told once, and a picture is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cockpit.config import Loaded
from cockpit.core.levels import Shown
from cockpit.views.firstline import firstline
from cockpit.views.lines import text_of
from cockpit.views.service import service as shown

from .child import Child, until
from .cockpits import configured, http, is_up_to_date, opened, service
from .conftest import OwnPrometheus
from .fleet import Fleet

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]


class Chat:
    """A webhook receiver; `heard` are the texts in the order in which they came."""

    def __init__(self) -> None:
        heard = self.heard = list[str]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append(json.loads(body)["text"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def unreachable(self) -> list[str]:
        """After a minute it is also said that nothing can be seen; that is not counted here."""
        return [text for text in self.heard if "unreachable" in text]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def chat() -> Iterator[Chat]:
    found = Chat()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def shop(folder: Path, url: str, chat: Chat, **more: Any) -> Loaded:
    channel = {"name": "chat", "webhook": chat.url}
    services = (service("auth", http("auth")), service("checkout-api", http("checkout-api")))
    return configured(folder, url, *services, incident={"notify": [channel]}, **more)


def watching(folder: Path) -> Child:
    argv = [sys.executable, "-m", "cockpit", "--config", str(folder / "cockpit.yaml"), "watch"]
    return Child(argv, folder / "watch.log", env={"PYTHONDONTWRITEBYTECODE": "1"})


def said(folder: Path) -> str:
    return (folder / "watch.log").read_text()


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cockpit", "--config", str(folder / "cockpit.yaml"), *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, env=os.environ)


def lines_of(folder: Path) -> int:
    """Polls in the ring."""
    ring = folder / "state" / "cockpit" / "lab" / "ring"
    return sum(file.read_bytes().count(b"\n") - 1 for file in ring.glob("*.ndjson"))


def more_polls(folder: Path, count: int) -> None:
    begun = lines_of(folder)
    until(lambda: lines_of(folder) >= begun + count, 120, f"{count} more polls in the ring")


def test_prometheus_dies_and_people_are_told_once_whatever_happens_to_the_watch(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path, chat: Chat
) -> None:
    server = own_prometheus(own_fleet.targets)
    server.wait_scraped(times=5)
    shop(tmp_path, server.url, chat)
    watch = watching(tmp_path)
    until(lambda: "watching lab: 2 services; reminders go to chat" in said(tmp_path), 120, "it greets")
    more_polls(tmp_path, 5)
    assert chat.heard == []

    second = run(tmp_path, "watch")
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr.startswith("cockpit: a watch runs already (pid ")

    server.kill()
    until(chat.unreachable, 120, "people are told")
    more_polls(tmp_path, 6)
    (told,) = chat.unreachable()
    assert told.startswith("lab: Prometheus eu unreachable (127.0.0.1:")
    assert said(tmp_path).count("Prometheus eu unreachable") == 1

    watch.kill()  # as the OOM killer does
    watch = watching(tmp_path)
    more_polls(tmp_path, 6)
    assert chat.unreachable() == [told]
    watch.stop()
    watch = watching(tmp_path)
    more_polls(tmp_path, 6)
    watch.stop()
    assert chat.unreachable() == [told]
    assert said(tmp_path).count("Prometheus eu unreachable") == 1
    assert "Traceback" not in said(tmp_path)
    record = [json.loads(line) for line in run(tmp_path, "journal", "export").stdout.splitlines()]
    about = [each["kind"] for each in record[:-1] if each["body"].get("key") == "source:eu"]
    assert about == ["watch.reminded", "watch.settled"]
    assert run(tmp_path, "journal", "verify").returncode == 0


async def test_opened_while_prometheus_is_down_it_has_the_last_picture_and_nothing_of_it_is_green(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path, chat: Chat
) -> None:
    server = own_prometheus(own_fleet.targets)
    server.wait_scraped(times=5)
    loaded = shop(tmp_path, server.url, chat)
    watch = watching(tmp_path)
    more_polls(tmp_path, 6)
    server.kill()
    more_polls(tmp_path, 8)
    watch.kill()

    async with opened(loaded) as cockpit:
        await cockpit.until(is_up_to_date, what="the ring has been read")
        assert await cockpit.until(lambda state: bool(state.picture.answered), what="a last picture")
        for state in await cockpit.polls(3):
            assert {node.level for node in state.health.services()} == {Shown.UNKNOWN}
        at = cockpit.engine.now()
        view = shown(cockpit.state, "auth", at)
        assert view is not None
        signals = next(each for each in view.sections if each.title == "Signals")
        values = [text_of(row.cells[2]) for row in signals.rows]
        assert values, "auth has signals"
        assert all(value.startswith("was ") for value in values), values
        assert " old" in text_of(firstline(cockpit.state, at, 300))

    once = run(tmp_path, "status", "--json")
    assert once.returncode == 3
    document = json.loads(once.stdout)
    assert {each["level"] for each in document["services"].values()} == {"UNKNOWN"}


async def test_it_is_seen_whether_somebody_is_awake(
    own_fleet: Fleet, own_prometheus: OwnPrometheus, tmp_path: Path, chat: Chat
) -> None:
    server = own_prometheus(own_fleet.targets)
    loaded = shop(tmp_path, server.url, chat)
    async with opened(loaded) as cockpit:
        await cockpit.until(lambda state: state.picture.watched is False, what="nobody is awake")
    assert not (tmp_path / "state").exists(), "a look leaves no trace"
    watch = watching(tmp_path)
    until(lambda: "watching" in said(tmp_path), 120, "it greets")
    async with opened(loaded) as cockpit:
        await cockpit.until(lambda state: state.picture.watched is True, what="somebody is awake")
    watch.stop()
