"""The audit asks a real Prometheus who calls whom; the gate opens where all is well, and only there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.cli.main import run
from cockpit.config import load
from cockpit.core.rehearsal.evidence import parts
from cockpit.core.rehearsal.evidence_line import line
from tests.core.audit.world import done

from .conftest import OwnPrometheus

pytestmark = pytest.mark.lab

STEP = 15
CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: lab}
prometheus: [{name: lab, url: "URL"}]
defaults: {poll: 5s}
targets: [{name: prod, env: {PATH: /bin}}]
teams: [{name: web, oncall: {phone: "+49 30 1"}}]
services:
  - name: web
    owner: web
    tier: "1"
    signals: [{name: errors, kind: errors, expr: max(web_errors), above: {DEGRADED: 0.1, DOWN: 0.9}, for: 0s}]
    dependsOn: [{to: db, criticality: hard}]
  - name: db
    owner: web
    tier: "1"
    signals: [{name: errors, kind: errors, expr: max(db_errors), above: {DEGRADED: 0.1, DOWN: 0.9}, for: 0s}]
"""
BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: web-fix, title: Mend the web, services: [web], owner: web, target: prod}
steps:
  - id: set
    title: Set it
    run: [set, it]
    on_unknown: ask
    rollback: {run: [set, back]}
"""


def past(now: float, web: float) -> str:
    """Ten minutes, and some to come: the newest sample is read without waiting for a scrape."""
    moments = range(int(now) - 600, int(now) + 180, STEP)
    told = {
        "web_errors": ("", web),
        "db_errors": ("", 0.0),
        "traces_service_graph_request": ('client="db",server="web"', 7.0),
    }
    return "".join(_lines(moments, told)) + "# EOF\n"


def _lines(moments: range, told: dict[str, tuple[str, float]]) -> Iterator[str]:
    for name, (labels, value) in told.items():
        counter = name.startswith("traces")
        yield f"# TYPE {name} {'counter' if counter else 'gauge'}\n"
        for at in moments:
            yield f"{name}{'_total' if counter else ''}{{{labels}}} {value} {at}\n"


def configured(folder: Path, url: str) -> Path:
    config = folder / "config"
    (config / "runbooks").mkdir(parents=True)
    (config / "evidence").mkdir()
    (config / "cockpit.yaml").write_text(CONFIG.replace("URL", url))
    (config / "runbooks" / "web-fix.yaml").write_text(BOOK)
    book = load(config).model.books["web-fix"]
    assert parts(book)
    told = done(book, "mara", "leo", at=time.time() - 86_400)
    (config / "evidence" / "drills.ndjson").write_text(
        "".join(json.dumps(line(each)) + "\n" for each in told)
    )
    return config


@pytest.mark.parametrize(("web", "code"), [(0.0, 0), (0.5, 1)], ids=["well", "hurt"])
def test_the_gate_opens_on_a_world_that_is_well(
    own_prometheus: OwnPrometheus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    web: float,
    code: int,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    server = own_prometheus(past=past(time.time(), web))
    config = str(configured(tmp_path, server.url))
    got = run(["gate", "web", "--json", "--config", config])
    document = json.loads(capsys.readouterr().out)
    assert got == code, document
    assert document["go"] is (code == 0)
    run(["audit", "--live", "--json", "--config", config])
    audit = json.loads(capsys.readouterr().out)
    assert audit["asked_live"] is True
    undeclared = [each["what"] for each in audit["fix_first"] if each["kind"] == "undeclared"]
    assert undeclared == ["db was seen calling web, and nobody declared it"]
