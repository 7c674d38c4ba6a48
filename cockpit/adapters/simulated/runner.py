"""Commands that are not started: they take their time, say what the scenario says, and change its world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from cockpit.adapters.simulated.answers import answer_to
from cockpit.adapters.simulated.stage import Stage
from cockpit.core.levels import Seconds
from cockpit.core.runbook.work import (
    Ending,
    Exit,
    Found,
    Heard,
    Identity,
    Job,
    Output,
    Purpose,
    Started,
    Trace,
)
from cockpit.ports import Clock

HOST: Final = "simulation"
USUALLY: Final[Seconds] = 2.0
"""How long a command takes where nothing says otherwise: long enough to be seen."""


class SimulatedRunner:
    """Behind `ports.Runner`."""

    def __init__(self, stage: Stage, clock: Clock) -> None:
        self._stage = stage
        self._clock = clock
        self._results: dict[str, Exit] = {}
        self._cut: dict[str, asyncio.Event] = {}

    async def run(self, job: Job) -> AsyncIterator[Heard]:
        yield Started(Identity(job.nonce, HOST, HOST, HOST, shim_pid=1, shim_start=1, pid=1, start=1))
        purpose = job.purpose
        if purpose.kind not in ("do", "undo") or self._only_looks(purpose):
            text, code = self._looked(purpose)
            yield self._kept(job, Exit(Ending.EXITED, code, text))
            return
        async for heard in self._done(job, self._stage.outcome(purpose)):
            yield heard

    async def find(self, folder: str, name: str, nonce: str, identity: Identity | None) -> Found:
        end = self._results.get(nonce)
        return Found(Trace.ENDED, end, HOST) if end else Found(Trace.GONE, where=HOST)

    async def adopt(self, folder: str, name: str, identity: Identity) -> AsyncIterator[Heard]:
        yield self._results.get(identity.nonce) or Exit(Ending.LOST)

    async def interrupt(self, identity: Identity) -> bool:
        cut = self._cut.get(identity.nonce)
        if cut is None:
            return False
        cut.set()
        return True

    def _only_looks(self, purpose: Purpose) -> bool:
        step = self._stage.step(purpose)
        return purpose.kind == "do" and step is not None and step.reach == "read"

    def _looked(self, purpose: Purpose) -> tuple[str, int]:
        step, known = self._stage.step(purpose), self._stage.command(purpose)
        if purpose.kind == "capture":
            return str(step.drill.captures.get(purpose.name, "")) if step else "", 0
        if purpose.kind == "do" and known.stdout:
            return known.stdout, known.exit_code
        return answer_to(purpose, self._stage.truth(purpose)) or ("nothing that could be told", 0)

    async def _done(self, job: Job, outcome: str) -> AsyncIterator[Heard]:
        known, begun = self._stage.command(job.purpose), self._clock.now()
        takes = job.timeout if outcome == "hang" else known.after or USUALLY
        if await self._interrupted(job, takes):
            yield self._kept(job, Exit(Ending.INTERRUPTED, 15, seconds=self._clock.now() - begun))
            return
        seconds = self._clock.now() - begun
        if outcome == "hang":
            yield self._kept(job, Exit(Ending.TIMED_OUT, 9, seconds=seconds, reason="it hung (simulated)"))
            return
        if outcome in ("success", "killed-after-effect") and known.exit_code == 0:
            self._stage.happen(job.purpose)
        if outcome == "killed-after-effect":
            yield Exit(Ending.LOST, reason="killed after its effect (simulated)")
            return
        code = known.exit_code or (1 if outcome in ("failure", "not-applied") else 0)
        for stream, text in (("stdout", known.stdout), ("stderr", known.stderr)):
            if text:
                yield Output(stream, f"{text}\n")  # type: ignore[arg-type]  # one of two
        yield self._kept(job, Exit(Ending.EXITED, code, known.stdout, known.stderr, seconds=seconds))

    async def _interrupted(self, job: Job, takes: Seconds) -> bool:
        """Whether somebody stopped it before its time."""
        cut = self._cut[job.nonce] = asyncio.Event()
        waiting = asyncio.ensure_future(self._clock.sleep(takes))
        stopped = asyncio.ensure_future(cut.wait())
        try:
            await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return cut.is_set() and not waiting.done()
        finally:
            self._cut.pop(job.nonce, None)
            for each in (waiting, stopped):
                each.cancel()
                with suppress(asyncio.CancelledError):
                    await each

    def _kept(self, job: Job, end: Exit) -> Exit:
        if job.folder or job.name:
            self._results[job.nonce] = end
        return end
