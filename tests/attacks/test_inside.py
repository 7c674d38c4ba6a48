"""A runbook inside a runbook is looked at like any other before it begins: its target, needs and secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.changing import changing, go, last_run

OUTER = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: outer, title: Outside, services: [checkout], owner: web}
steps:
  - {id: inside, title: The one inside, runbook: {id: change}}
"""
CHECK = "targets: [{name: here, cwd: ., check: {run: [./get, who]}, env"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    changing(tmp_path)
    (tmp_path / "config" / "runbooks" / "outer.yaml").write_text(OUTER)
    return tmp_path


def effects(here: Path) -> list[dict[str, str]]:
    return [{name: step[name] for name in ("id", "effect")} for step in last_run(here)["steps"]]


def test_on_the_wrong_target_it_does_not_begin(here: Path) -> None:
    file = here / "config" / "cockpit.yaml"
    file.write_text(file.read_text().replace("targets: [{name: here, cwd: ., env", CHECK))
    done = go(here, "run", "outer", "--yes")
    assert done.returncode == 1
    assert "change is not begun: the target is here: exit_code == 0 does not hold" in done.stdout
    assert effects(here) == [{"id": "inside", "effect": "not_applied"}]
    (here / "config" / "who").write_text("ours")
    assert go(here, "resume", "last", "--answer", "hold:inside=retry", "--yes").returncode == 0
    assert (here / "config" / "value").read_text() == "new"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("preconditions: [{title: ready, run: [./get, ready]}]", "ready: exit_code == 0 does not hold"),
        ("needs: [no-such-program-here]", "no-such-program-here is installed: it is not on the PATH"),
        ("needs: [prometheus]", "Prometheus answers: no Prometheus is configured"),
        ("parameters: {x: {type: secret, env: NOWHERE}}", "the environment variable NOWHERE is not set"),
    ],
)
def test_without_what_it_needs_it_does_not_begin(here: Path, line: str, why: str) -> None:
    book = here / "config" / "runbooks" / "change.yaml"
    book.write_text(book.read_text().replace("steps:", f"{line}\nsteps:", 1))
    done = go(here, "run", "outer", "--yes")
    assert (done.returncode, why in done.stdout) == (1, True), done.stdout + done.stderr
    assert effects(here) == [{"id": "inside", "effect": "not_applied"}]
    assert not (here / "config" / "effects").exists()
