"""Programs that get ready, begin when they are told to and say at the end what they saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.bench.terminal import ROOT


class Program:
    """`python -m MODULE WORDS`, which prints "ready", reads one line, and prints one line of JSON."""

    def __init__(self, module: str, *words: object, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **env},
            start_new_session=True,  # as programs of different people: none has to share the turns of another
        )

    def wait_ready(self) -> None:
        """Raises RuntimeError when it ends instead."""
        if self._line() != "ready":
            raise RuntimeError(f"{self._process.args!r} ended: {self._process.wait()}")

    def tell(self, word: object = "") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def saw(self) -> Any:
        """Waits for it."""
        return json.loads(self._line())

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")


@contextmanager
def ready(programs: Sequence[Program]) -> Iterator[None]:
    """All of them; they are ended with the block."""
    try:
        for each in programs:
            each.wait_ready()
        yield
    finally:
        for each in programs:
            each.end()
