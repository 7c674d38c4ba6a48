"""A journal in memory with somebody at its other end: asked to approve, they think, and do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.journal import Fact, Recorded, new_uid
from cockpit.core.levels import Seconds
from cockpit.ports import Clock

THINKS: Final[Seconds] = 6.0
SOMEBODY: Final = "a colleague"


class WithColleague(MemoryJournal):
    def __init__(self, clock: Clock) -> None:
        super().__init__("simulation")
        self._clock = clock
        self._thinking: set[asyncio.Task[None]] = set()

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        known = len(self.records)
        recorded = await super().append(facts)
        for each in recorded:
            if each.seq > known and each.fact.kind == "approval.requested":
                task = asyncio.ensure_future(self._approve(each.fact))
                self._thinking.add(task)
                task.add_done_callback(self._thinking.discard)
        return recorded

    async def close(self) -> None:
        for task in self._thinking:
            task.cancel()

    async def _approve(self, asked: Fact) -> None:
        await self._clock.sleep(THINKS)
        wanted = asked.body.get("from")
        others = [str(each) for each in wanted] if isinstance(wanted, list | tuple) else []
        actor = next((each for each in others if each != asked.actor), SOMEBODY)
        body = {"reason": "seen, go on (simulated)", "digest": asked.body.get("digest"), "enforced": False}
        granted = replace(
            asked, kind="approval.granted", at=self._clock.now(), actor=actor, body=body, uid=new_uid()
        )
        await super().append([granted])
