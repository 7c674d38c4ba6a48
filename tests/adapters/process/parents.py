"""Cockpits in processes of their own, to be killed in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from cockpit.core.runbook.work import Job

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "tests.adapters.process.parent"]
WITH_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@contextmanager
def parent(*, die_at: str = "", terminal: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """One that waits for its job; in the foreground of `terminal` where one is given."""
    before = [sys.executable, "-c", WITH_TERMINAL] if terminal is not None else []
    with subprocess.Popen(
        [*before, *COMMAND],
        cwd=ROOT,
        env={**os.environ, "COCKPIT_DIE_AT": die_at},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def give(process: subprocess.Popen[str], job: Job) -> None:
    given = {each.name: getattr(job, each.name) for each in fields(job) if each.name != "purpose"}
    assert process.stdin
    process.stdin.write(json.dumps({**given, "env": dict(job.env)}) + "\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    """The next line; empty: it is gone."""
    assert process.stdout
    return process.stdout.readline()
