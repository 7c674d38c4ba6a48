"""A journal with somebody at its other end: asked to approve, they think, and do; or nobody is there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.journal import Fact, Recorded, new_uid
from cockpit.core.levels import Seconds
from cockpit.ports import Clock, Journal

THINKS: Final[Seconds] = 6.0
SOMEBODY: Final = "a colleague"


class WithColleague:
    """A `ports.Journal` around another."""

    def __init__(self, inner: Journal, clock: Clock, *, absent: bool = False) -> None:
        """`absent`: nobody answers, however long one waits."""
        self._inner = inner
        self._clock = clock
        self._absent = absent
        self._asked: set[str] = set()
        self._thinking: set[asyncio.Task[None]] = set()

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        recorded = await self._inner.append(facts)
        for each in recorded:
            fact = each.fact
            if fact.kind == "approval.requested" and not self._absent and fact.uid not in self._asked:
                self._asked.add(fact.uid)
                task = asyncio.ensure_future(self._approve(fact))
                self._thinking.add(task)
                task.add_done_callback(self._thinking.discard)
        return recorded

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        return await self._inner.read(after, limit, run=run, kind=kind)

    async def run_ids(self) -> Sequence[str]:
        return await self._inner.run_ids()

    async def latest_checkpoint(self) -> Checkpoint | None:
        return await self._inner.latest_checkpoint()

    async def close(self) -> None:
        for task in self._thinking:
            task.cancel()
        await self._inner.close()

    async def _approve(self, asked: Fact) -> None:
        await self._clock.sleep(THINKS)
        wanted = asked.body.get("from")
        others = [str(each) for each in wanted] if isinstance(wanted, list | tuple) else []
        actor = next((each for each in others if each != asked.actor), SOMEBODY)
        body = {"reason": "seen, go on (simulated)", "digest": asked.body.get("digest"), "enforced": False}
        granted = replace(
            asked, kind="approval.granted", at=self._clock.now(), actor=actor, body=body, uid=new_uid()
        )
        await self._inner.append([granted])
