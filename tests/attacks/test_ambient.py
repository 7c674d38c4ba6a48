"""What happens to be around (a cluster, a profile, an agent) never reaches what acts on a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.changing import go
from tests.cli.running import small

AMBIENT = {
    "KUBECONFIG": "/ambient/kube",
    "HELM_KUBECONTEXT": "ambient",
    "AWS_PROFILE": "ambient",
    "AWS_ACCESS_KEY_ID": "AMBIENT",
    "GOOGLE_APPLICATION_CREDENTIALS": "/ambient/google.json",
    "AZURE_CONFIG_DIR": "/ambient/azure",
    "SSH_AUTH_SOCK": "/ambient/agent",
    "SSH_AGENT_PID": "1",
    "DOCKER_HOST": "tcp://ambient",
    "VAULT_TOKEN": "ambient",
    "PGHOST": "ambient",
    "HTTPS_PROXY": "http://ambient",
    "PYTHONPATH": "/ambient/python",
    "BASH_ENV": "/ambient/bash",
}
BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: look, title: Look around, services: [checkout], owner: web, target: here}
preconditions: [{title: before, run: [./seen, precondition]}]
guard: [{title: always, run: [./seen, guard]}]
steps:
  - id: act
    title: Act
    run: [./seen, do]
    env: {OWN: "yes"}
    capture: {was: {run: [./seen, capture]}}
    reconcile: {run: [./seen, reconcile], applied_when: stdout == "done", not_applied_when: stdout == ""}
    verify: {run: [./seen, verify], success: exit_code == 0, within: 30s}
    preview: {run: [./seen, preview]}
    rollback: {run: [./seen, undo], verify: {run: [./seen, undone], success: exit_code == 0, within: 30s}}
  - id: shell
    title: By a shell
    run: './seen shell'
    shell: true
    on_unknown: ask
    rollback: {none: true, reason: it only looks}
  - id: other
    title: On the other one
    run: [./seen, other]
    target: other
    on_unknown: ask
    rollback: {none: true, reason: it only looks}
"""
TARGETS = """\
targets:
  - {name: here, cwd: ., env: {KUBECONFIG: /ours/kube, AWS_PROFILE: ours}, check: {run: [./seen, check]}}
  - {name: other, cwd: ., env: {KUBECONFIG: /other/kube}, check: {run: [./seen, other-check]}}
"""
TARGET = {"KUBECONFIG": "/ours/kube", "AWS_PROFILE": "ours"}
SEEN = """#!/bin/sh
env > "seen-$1"
[ "$1" = do ] && touch done
[ "$1" = undo ] && rm done
[ "$1" = reconcile ] && [ -e done ] && echo done
true
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    config = small(tmp_path)
    file = config / "cockpit.yaml"
    file.write_text(file.read_text().replace("teams:", f"{TARGETS}teams:"))
    (config / "runbooks").mkdir()
    (config / "runbooks" / "look.yaml").write_text(BOOK)
    (config / "seen").write_text(SEEN)
    (config / "seen").chmod(0o755)
    return tmp_path


def around(here: Path, what: str) -> dict[str, str]:
    text = (here / "config" / f"seen-{what}").read_text()
    return dict(line.split("=", 1) for line in text.splitlines())


def test_nothing_ambient_reaches_any_command_of_a_run(here: Path) -> None:
    assert go(here, "check", "look", **AMBIENT).returncode == 0
    done = go(here, "run", "look", "--yes", **AMBIENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert go(here, "rollback", "last", "--yes", **AMBIENT).returncode == 1  # what only looks has no undo
    by_hand = go(here, "do", "--target", "here", "--", str(here / "config" / "seen"), "by-hand", **AMBIENT)
    assert by_hand.returncode == 0
    kinds = {each.name.removeprefix("seen-") for each in (here / "config").glob("seen-*")}
    assert kinds == {
        *("precondition", "guard", "check", "capture", "reconcile", "do", "verify", "undo", "undone"),
        *("preview", "shell", "other", "other-check", "by-hand"),
    }
    for kind in kinds:
        found = around(here, kind)
        ours = {"KUBECONFIG": "/other/kube"} if kind.startswith("other") else TARGET
        assert {name: found.get(name) for name in ours} == ours, kind
        assert {name: value for name, value in found.items() if name in AMBIENT and name not in ours} == {}
        assert found["HOME"] == str(here)
    assert around(here, "do")["OWN"] == "yes"


def test_a_target_that_is_not_what_it_should_be_refuses_before_anything_else(here: Path) -> None:
    (here / "config" / "seen").write_text('#!/bin/sh\nenv > "seen-$1"\n[ "$1" != check ]\n')
    done = go(here, "run", "look", "--yes", **AMBIENT)
    assert done.returncode == 2
    assert "the target is here is not sure: exit_code == 0 does not hold" in done.stderr
    assert sorted(each.name for each in (here / "config").glob("seen-*")) == [
        "seen-check",
        "seen-other-check",
    ]


def test_the_target_of_a_single_step_is_made_sure_of_too(here: Path) -> None:
    (here / "config" / "seen").write_text(
        '#!/bin/sh\n[ "$1" = do ] && touch canary\n[ "$1" != other-check ]\n'
    )
    done = go(here, "run", "look", "--yes")
    assert done.returncode == 2
    assert "the target is other: exit_code == 0 does not hold" in done.stderr
    assert not (here / "config" / "canary").exists()
