"""The small runbook of the format, for real: a lost `kubectl` is never told as applied by guessing."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .running import cockpit, small

BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: restart-search, title: Restart search, services: [search], owner: web, target: prod-eu}
steps:
  - use: kubectl-rollout-restart
    deployment: search
"""
KUBECTL = """#!/bin/sh
# The least of kubectl that the step needs: a generation that a restart raises.
case "$*" in
  *generation*) cat {folder}/generation ;;
  *"rollout restart"*)
    echo restart >> {folder}/calls
    {lost_before}
    echo $(($(cat {folder}/generation) + 1)) > {folder}/generation
    {lost_after}
    echo deployment.apps/search restarted ;;
  *) echo "unknown: $*" >&2; exit 64 ;;
esac
"""
KILL = 'kill -9 "$PPID" $$'
"""The shim and the command itself: nobody is left who could tell."""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    config = small(tmp_path)
    target = f"targets: [{{name: prod-eu, env: {{PATH: '{tmp_path}:{os.environ['PATH']}'}}}}]\n"
    text = (config / "cockpit.yaml").read_text()
    (config / "cockpit.yaml").write_text(text.replace("teams:", f"{target}teams:"))
    (config / "runbooks").mkdir()
    (config / "runbooks" / "restart-search.yaml").write_text(BOOK)
    (tmp_path / "generation").write_text("41\n")
    return tmp_path


def kubectl(here: Path, lost_before: str = "", lost_after: str = "") -> None:
    script = KUBECTL.format(folder=here, lost_before=lost_before, lost_after=lost_after)
    (here / "kubectl").write_text(script)
    (here / "kubectl").chmod(0o755)


def go(here: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return cockpit(*arguments, cwd=here, XDG_STATE_HOME=str(here / "state"))


def step(here: Path) -> dict[str, Any]:
    (run,) = json.loads(go(here, "runs", "--json").stdout)["runs"]
    return {**run["steps"][0], "run": run["state"]}


def test_it_restarts_and_says_what_has_no_undo(here: Path) -> None:
    kubectl(here)
    assert go(here, "lint", "--config", str(here / "config")).returncode == 0
    plan = go(here, "plan", "restart-search").stdout
    assert "run: kubectl rollout restart deployment/search" in plan
    assert re.search("no undo: .*", plan)
    done = go(here, "run", "restart-search", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (step(here)["state"], step(here)["effect"]) == ("succeeded", "applied")


def test_one_that_is_lost_before_its_effect_is_not_told_as_applied(here: Path) -> None:
    kubectl(here, lost_before=KILL)
    done = go(here, "run", "restart-search", "--yes")
    assert done.returncode != 0
    assert (here / "generation").read_text() == "41\n"
    assert step(here)["effect"] in ("not_applied", "unknown"), step(here)
    assert (here / "calls").read_text() == "restart\n", "nothing is repeated by the program"


def test_one_that_is_lost_after_its_effect_is_found_out_about(here: Path) -> None:
    kubectl(here, lost_after=KILL)
    go(here, "run", "restart-search", "--yes")
    assert (here / "generation").read_text() == "42\n"
    assert step(here)["effect"] == "applied", "by looking, since nobody could say so"
    assert (here / "calls").read_text() == "restart\n"


def test_one_that_cannot_be_looked_at_either_stays_unknown(here: Path) -> None:
    kubectl(here, lost_after=f"mv {here}/generation {here}/hidden; {KILL}")
    done = go(here, "run", "restart-search", "--yes")
    assert done.returncode == 3, done.stdout
    assert step(here)["effect"] == "unknown"
    assert "may or may not have happened" in done.stdout + done.stderr
