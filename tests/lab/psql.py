"""PostgreSQL's own client: one that runs to its end, and one that goes on."""

import csv
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Self

PSQL = ("psql", "-X", "-q", "-t", "--csv", "-w", "-v", "ON_ERROR_STOP=1", "-f", "-")


def run_psql(text: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Each statement by itself, and none after the first that fails."""
    return subprocess.run(
        PSQL, input=text, capture_output=True, text=True, timeout=120, env=_only(env), check=False
    )


def rows(output: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in csv.reader(output.splitlines(keepends=True))]


class Psql:
    """One connection that takes statements one after the other; killed at the end of `with`."""

    def __init__(self, env: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(PSQL, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=_only(env))

    def say(self, text: str) -> None:
        """Does not wait for an answer."""
        self.say_all([text])

    def say_all(self, texts: Iterable[str]) -> None:
        """Until it has ended; returns earlier than it has heard them all."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            for text in texts:
                self.process.stdin.write(f"{text};\n")
            self.process.stdin.flush()

    def lines(self) -> Iterator[str]:
        """Of rows, as they come, until it has ended."""
        assert self.process.stdout is not None
        return (line.rstrip("\n") for line in self.process.stdout)

    def line(self) -> str | None:
        """The next line of a row; None when it has ended."""
        return next(self.lines(), None)

    def ended(self) -> str:
        """Waits for it; what it had to complain of."""
        assert self.process.stderr is not None
        words = self.process.stderr.read()
        self.process.wait()
        return words

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.process.kill()
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.__exit__(None, None, None)


def _only(env: Mapping[str, str]) -> dict[str, str]:
    """`env`, and nothing of the caller's own PostgreSQL."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | dict(env)
