"""A runbook with two real commands that change files, and what can be asked about it afterwards."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .running import cockpit, small

BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: change, title: Change the value, services: [checkout], owner: web, target: here}
steps:
  - id: write
    title: Write the new value
    run: [./set, value, new]
    capture: {was: {run: [./get, value], when: before}}
    reconcile: {run: [./get, value], applied_when: stdout == "new", not_applied_when: stdout == "old"}
    rollback: {run: [./set, value, "${captures.was}"]}
  - id: second
    title: Write another
    run: [./set, other, new]
    capture: {before: {run: [./get, other], when: before}}
    reconcile: {run: [./get, other], applied_when: stdout == "new", not_applied_when: stdout == "old"}
    rollback: {run: [./set, other, "${captures.before}"]}
"""
SET = """#!/bin/sh
echo "$1=$2" >> effects
[ -e "slow-$1" ] && sleep 3
[ -e "lies-$1" ] && { printf %s "$2" > "$1"; exit 1; }
[ -e "fails-$1" ] && exit 1
printf %s "$2" > "$1"
"""
GET = '#!/bin/sh\ncat "$1"\n'
TARGETS = "targets: [{name: here, cwd: ., env: {KUBECONFIG: /etc/ours}}]\n"


def changing(folder: Path) -> Path:
    config = small(folder)
    text = (config / "cockpit.yaml").read_text()
    (config / "cockpit.yaml").write_text(text.replace("teams:", f"{TARGETS}teams:"))
    (config / "runbooks").mkdir()
    (config / "runbooks" / "change.yaml").write_text(BOOK)
    for name, script in (("set", SET), ("get", GET)):
        (config / name).write_text(script)
        (config / name).chmod(0o755)
    (config / "value").write_text("old")
    (config / "other").write_text("old")
    return folder


def go(here: Path, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    return cockpit(*arguments, cwd=here, XDG_STATE_HOME=str(here / "state"), **environ)


def value(here: Path, name: str = "value") -> str:
    return (here / "config" / name).read_text()


def effects(here: Path) -> list[str]:
    file = here / "config" / "effects"
    return file.read_text().split() if file.exists() else []


def last_run(here: Path) -> dict[str, Any]:
    return json.loads(go(here, "runs", "--json").stdout)["runs"][0]  # type: ignore[no-any-return]


def last_run_or_none(here: Path) -> dict[str, Any] | None:
    done = go(here, "runs", "--json")
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)["runs"]
    return runs[0] if runs else None
