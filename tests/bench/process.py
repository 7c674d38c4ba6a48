"""What the shim adds to a command, from asking for it until its end is durable, against a bare child."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import uuid
from collections.abc import Callable

from cockpit.adapters.process import Commands
from cockpit.core.runbook.work import Exit, Job, Output, Started
from tests.bench.table import Row, in_turn

FLOOD = 64 * 1024 * 1024
ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def job(*argv: str, folder: str, secrets: tuple[str, ...] = ()) -> Job:
    name = uuid.uuid4().hex
    return Job(nonce=name, argv=argv, env=ENV, folder=folder, name=name, secrets=secrets)


async def to_the_end(given: Job) -> None:
    async for heard in Commands().run(given):
        assert isinstance(heard, Started | Output | Exit)
    assert isinstance(heard, Exit)
    assert heard.code == 0, heard


def under_a_shim(*argv: str, folder: str, secrets: tuple[str, ...] = ()) -> Callable[[], None]:
    return lambda: asyncio.run(to_the_end(job(*argv, folder=folder, secrets=secrets)))


def bare(*argv: str) -> Callable[[], object]:
    return lambda: subprocess.run(argv, env=ENV, capture_output=True, check=True)


def rows() -> list[Row]:
    flood = ("head", "-c", str(FLOOD), "/dev/zero")
    secrets = ("hunter2-hunter2", "x" * 40)
    with tempfile.TemporaryDirectory() as folder:
        return [
            _row("true, a step with its result on disk", ("true",), folder, (), 25),
            _row("true, a look that leaves nothing", ("true",), "", (), 25),
            _row("64 MiB of output, kept on disk", flood, folder, (), 5),
            _row("64 MiB of output, two secrets to be found", flood, folder, secrets, 5),
        ]


def _row(what: str, argv: tuple[str, ...], folder: str, secrets: tuple[str, ...], times: int) -> Row:
    ours, theirs = in_turn(under_a_shim(*argv, folder=folder, secrets=secrets), bare(*argv), times)
    return Row(what, ours, theirs, "ms", "subprocess.run")


if __name__ == "__main__":
    from tests.bench.table import show

    show("Commands", rows())
