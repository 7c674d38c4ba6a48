"""Starting with many runbooks and a long history: what `cockpit runs` and a start have to read."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.fleet import write_configuration
from tests.bench.table import Row, in_turn

BOOKS = 500
SERVICES = 500
BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: book-ID, title: Restart number ID, services: [s0], owner: team-0, status: draft}
steps:
  - id: restart
    use: kubectl-rollout-restart
    deployment: service-ID
  - id: look
    title: Is it back?
    probe: {promql: 'sum(up{service="ID"})'}
"""


def listed(folder: Path) -> None:
    """`cockpit runbooks`, as somebody starts it."""
    command = [sys.executable, "-m", "cockpit", "--config", str(folder), "runbooks"]
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True, cwd=folder)


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few", Path(name) / "many"
        for folder, count in ((few, 1), (many, BOOKS)):
            (folder / "runbooks").mkdir(parents=True)
            write_configuration(folder, SERVICES)
            for number in range(count):
                text = BOOK.replace("ID", f"{number:03}")
                (folder / "runbooks" / f"book-{number:03}.yaml").write_text(text)
        ours, theirs = in_turn(lambda: listed(many), lambda: listed(few), 3)
    return [Row(f"`cockpit runbooks` with {BOOKS:,} of them", ours, theirs, "ms", "with one")]
