"""A small configuration, and the command line as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from . import forked

PATIENCE = 240.0

CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: small, title: Small shop}
defaults: {signal: {for: 0s}}
teams: [{name: web, title: Web shop}]
services:
  - name: checkout
    owner: web
    signals: [{name: errors, kind: errors, expr: 'rate(x_total[5m])', above: {FAILING: 0.1}}]
  - name: search
    owner: web
    signals: [{name: errors, kind: errors, expr: 'rate(y_total[5m])', above: {DEGRADED: 0.1}}]
    dependsOn: [{to: checkout, criticality: soft}]
"""


def small(folder: Path, text: str = CONFIG) -> Path:
    config = folder / "config"
    config.mkdir()
    (config / "cockpit.yaml").write_text(text)
    return config


def recording(folder: Path, *values: dict[str, dict[str, object]]) -> Path:
    lines: list[object] = [{"schema": "cockpit.recording/v1"}]
    lines += [{"at": 1_700_000_000.0 + 15 * number, "values": each} for number, each in enumerate(values)]
    file = folder / "incident.ndjson"
    file.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return file


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def cockpit(*arguments: object, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    words, whole = [str(each) for each in arguments], {**environment(cwd), **environ}
    if any(name.startswith(("PYTHON", "LC_")) for name in environ):  # which Python hears of when it starts
        command = [sys.executable, "-m", "cockpit", *words]
        return subprocess.run(
            command,
            cwd=cwd,
            env=whole,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    return forked.run(words, cwd, whole, PATIENCE)
