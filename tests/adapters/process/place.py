"""A folder for attempts, commands to run there, and a way to see what became of them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cockpit.adapters.process import Commands
from cockpit.adapters.process_folder import read_identity
from cockpit.adapters.shim import COOKIE, process, processes
from cockpit.core.runbook.work import Exit, Found, Heard, Identity, Job, Output, Started, Trace

PATIENCE = 60.0
"""Seconds; only a broken promise takes that long."""


@dataclass
class Place:
    path: Path
    commands: Commands = field(default_factory=Commands)
    nonces: list[str] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return str(self.path / "runs")

    def job(self, *argv: str, **more: Any) -> Job:
        nonce = uuid.uuid4().hex
        self.nonces.append(nonce)
        given = {"folder": self.folder, "name": "step.1.1.do", "env": {"PATH": os.environ["PATH"]}, **more}
        return Job(nonce=nonce, argv=argv, **given)

    def sh(self, script: str, **more: Any) -> Job:
        return self.job("sh", "-c", script, **more)

    @property
    def root(self) -> Path:
        return Path(self.folder)

    def file(self, kind: str, job: Job) -> Path:
        return Path(job.folder) / f"{job.name}.{kind}"

    async def heard(self, job: Job) -> list[Heard]:
        return [each async for each in self.commands.run(job)]

    async def end(self, job: Job) -> Exit:
        last = (await self.heard(job))[-1]
        assert isinstance(last, Exit)
        return last

    async def left_alone(self, job: Job) -> Identity:
        """Starts it and stops listening."""
        running = self.commands.run(job)
        async for each in running:
            assert isinstance(each, Started), each
            await running.aclose()  # type: ignore[attr-defined]
            return each.identity
        raise AssertionError("nothing was heard")

    async def find(self, job: Job, identity: Identity | None) -> Found:
        return await self.commands.find(job.folder, job.name, job.nonce, identity)

    async def settled(self, job: Job, identity: Identity | None) -> Found:
        """When nothing is alive any more."""
        until = time.monotonic() + PATIENCE
        while True:
            found = await self.find(job, identity)
            if found.trace not in (Trace.RUNNING, Trace.ORPHANED):
                return found
            assert time.monotonic() < until, found
            await asyncio.sleep(0.02)

    def identity(self, job: Job) -> Identity | None:
        return read_identity(job.folder, job.name, job.nonce)

    def clear(self) -> None:
        for nonce in self.nonces:
            for pid in bearers(nonce):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def bearers(nonce: str) -> list[int]:
    """Pids of what was started for an attempt, wherever it went."""
    mark = f"{COOKIE}={nonce}".encode()
    return [each.pid for each in processes() if mark in read(f"/proc/{each.pid}/environ").split(b"\0")]


def read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def children() -> list[int]:
    """Of this process, zombies too."""
    return [each.pid for each in processes() if each.parent == os.getpid()]


def is_alive(pid: int) -> bool:
    found = process(pid)
    return bool(found and found.alive)


async def until(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end, what
        await asyncio.sleep(0.01)
    return found


async def everything(source: AsyncIterator[Heard]) -> list[Heard]:
    return [each async for each in source]


def text_of(heard: list[Heard]) -> str:
    return "".join(each.text for each in heard if isinstance(each, Output))
