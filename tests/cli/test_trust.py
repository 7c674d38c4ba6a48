"""A command for a secret runs only after a person has seen it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .running import CONFIG, cockpit, small

BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: use, title: Use a secret, services: [checkout], owner: web}
parameters:
  token: {type: secret, default: 'command:FOLDER/secret one'}
steps:
  - id: write
    title: Write it
    run: [./write]
    env: {TOKEN: "${params.token}"}
    on_unknown: ask
    rollback: {none: true, reason: It only writes}
"""
COMMAND = "FOLDER/secret one"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    config = small(tmp_path, CONFIG)
    (config / "runbooks").mkdir()
    (config / "runbooks" / "use.yaml").write_text(BOOK.replace("FOLDER", str(tmp_path)))
    for script, text in (
        (tmp_path / "secret", "echo asked >> asked; echo hunter2"),
        (config / "runbooks" / "write", 'printf %s "$TOKEN" > written'),
    ):
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
    return tmp_path


def go(here: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return cockpit(*arguments, cwd=here, XDG_STATE_HOME=str(here / "state"))


def on_a_terminal(here: Path, typed: str, *arguments: str) -> tuple[int, str]:
    """(exit code, what the terminal shows)"""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit", *arguments],
        cwd=here,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(here),
            "LANG": "C.UTF-8",
            "XDG_STATE_HOME": f"{here}/state",
        },
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    os.write(leader, typed.encode())
    shown = b""
    try:
        while piece := os.read(leader, 4096):
            shown += piece
    except OSError:
        """Linux says so at the end of a terminal."""
    os.close(leader)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def asked(here: Path) -> int:
    return (here / "asked").read_text().count("asked") if (here / "asked").exists() else 0


def test_without_a_terminal_it_is_refused_and_says_how_to_trust_it(here: Path) -> None:
    done = go(here, "run", "use", "--yes")
    assert (done.returncode, done.stderr) == (
        2,
        f"cockpit: the command {here}/secret is not trusted yet, so it was not run. "
        "Run `cockpit trust` in a terminal: it shows the command and asks\n",
    )
    assert asked(here) == 0
    listed = go(here, "trust")
    assert (listed.returncode, f"not trusted: {here}/secret one" in listed.stdout) == (2, True)


def test_on_a_terminal_it_is_asked_once_and_remembered(here: Path) -> None:
    code, shown = on_a_terminal(here, "y\n", "run", "use", "--yes")
    assert code == 0, shown
    assert len(re.findall("runs this for a secret", shown)) == 1
    assert f"config runs this for a secret: {here}/secret one\n" in shown
    assert (here / "config" / "runbooks" / "written").read_text() == "hunter2"
    again = go(here, "run", "use", "--yes")
    assert (again.returncode, asked(here)) == (0, 2)
    assert go(here, "trust").stdout == f"trusted: {here}/secret one\n"


def test_a_no_runs_nothing_and_is_not_remembered(here: Path) -> None:
    code, shown = on_a_terminal(here, "\n", "run", "use", "--yes")
    assert (code, asked(here)) == (2, 0)
    assert "is not trusted yet" in shown
    assert on_a_terminal(here, "y\n", "trust")[0] == 0


def test_a_changed_command_is_asked_about_again(here: Path) -> None:
    assert go(here, "trust", "--yes").returncode == 0
    assert go(here, "run", "use", "--yes").returncode == 0
    book = here / "config" / "runbooks" / "use.yaml"
    book.write_text(book.read_text().replace("secret one", "secret two"))
    done = go(here, "run", "use", "--yes")
    assert (done.returncode, asked(here)) == (2, 1)


def test_what_it_asks_cannot_steer_the_terminal(here: Path) -> None:
    book = here / "config" / "runbooks" / "use.yaml"
    text = book.read_text().replace("'command:", '"command:').replace("secret one'", 'secret \\u202e x"')
    book.write_text(text)
    code, shown = on_a_terminal(here, "y\n", "trust")
    assert (code, asked(here)) == (64, 0)
    assert "text that hides the character U+202E. Delete it" in shown
    assert "\u202e" not in shown


def test_a_planted_configuration_runs_nothing(here: Path) -> None:
    for command in ("status", "lint", "runbooks", "doctor", "print"):
        go(here, command, *(["use"] if command == "print" else []))
    assert asked(here) == 0
