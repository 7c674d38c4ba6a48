"""`lint --live` on runbooks: programs that are not there, queries that find nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cockpit.cli.live_runbooks import books_of, missing_programs, silent_queries
from cockpit.config import load
from tests.cli.running import cockpit, small

RUNBOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: r, owner: web, target: prod}
needs: [prometheus, flags/files, sh, no-such-need]
parameters: {pod: {default: x}}
steps:
  - {title: One, probe: {run: [no-such-program, x]}}
  - {title: Two, probe: {run: [no-such-program, y]}}
  - {title: Three, probe: {run: [./tool]}}
  - {title: Four, probe: {run: [sh, -c, "true"]}}
  - {title: Five, probe: {run: ["${params.pod}"]}}
  - {title: Six, probe: {promql: there}}
  - {title: Seven, probe: {promql: gone}}
  - {title: Eight, probe: {promql: 'gone{pod="${params.pod}"}'}}
"""


class Prometheus(BaseHTTPRequestHandler):
    """Knows one series."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query).get("query", [""])[0]
        series = [{"metric": {}, "values": [[1_700_000_000, "1"]]}] if asked == "there" else []
        body = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": series}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Prometheus) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def shop(folder: Path, url: str) -> Path:
    config = small(folder)
    file = config / "cockpit.yaml"
    more = f"targets: [{{name: prod}}]\nprometheus: [{{name: p, url: '{url}'}}]\n"
    more += "flags: [{name: files, provider: flagd-file, path: f.json}]\n"
    file.write_text(file.read_text() + more)
    (config / "f.json").write_text('{"flags": {}}')
    (folder / "runbooks").mkdir()
    (folder / "runbooks/r.yaml").write_text(RUNBOOK)
    return config


def test_programs_that_are_not_there_are_told_once_each(tmp_path: Path) -> None:
    loaded = load(shop(tmp_path, "http://127.0.0.1:9"), environ={})
    found = list(missing_programs(loaded.model, books_of(loaded)))
    assert [(each.code, each.severity, each.at.line, each.message) for each in found] == [
        ("R18", "warning", 4, "the program 'no-such-need' is not on PATH here"),
        ("R18", "warning", 7, "the program 'no-such-program' is not on PATH here"),
        ("R18", "warning", 9, "the program './tool' is not on PATH here"),
    ]
    tool = tmp_path / "runbooks/tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert [each.at.line for each in missing_programs(loaded.model, books_of(loaded))] == [4, 7]


def test_queries_that_find_nothing_are_told(tmp_path: Path, server: str) -> None:
    loaded = load(shop(tmp_path, server), environ={})
    found = silent_queries(loaded.model, books_of(loaded))
    assert [(each.code, each.severity, each.at.line) for each in found] == [("R17", "warning", 13)]


RECONCILED = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: r, owner: web, target: prod}
steps:
  - title: Set it
    run: [./set, new]
    reconcile: {run: [cat, ./state], applied_when: stdout == "%s", not_applied_when: stdout == "%s"}
    rollback: {run: [./set, old]}
"""


@pytest.mark.parametrize(("applied", "not_applied", "told"), [("old", "new", ["R24"]), ("new", "old", [])])
def test_a_look_that_says_applied_before_the_step_is_told(
    applied: str, not_applied: str, told: list[str], tmp_path: Path, server: str
) -> None:
    config = shop(tmp_path, server)
    (tmp_path / "runbooks/r.yaml").write_text(RECONCILED % (applied, not_applied))
    (tmp_path / "runbooks/state").write_text("old\n")
    done = cockpit("lint", "--live", "--json", "--config", config, cwd=tmp_path)
    found = [each for each in json.loads(done.stdout)["findings"] if each["code"][0] == "R"]
    assert [each["code"] for each in found] == ["R14", "R16", "R18", *told], done.stderr
    assert all(each["severity"] == "warning" for each in found)


def test_what_is_known_without_the_server_is_said_when_it_is_gone(tmp_path: Path) -> None:
    done = cockpit("lint", "--live", "--config", shop(tmp_path, "http://127.0.0.1:9"), cwd=tmp_path)
    assert done.returncode == 1
    assert "the program 'no-such-program' is not on PATH here" in done.stdout
    assert "cannot be reached" in done.stderr
