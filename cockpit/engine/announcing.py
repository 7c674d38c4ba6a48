"""What is done is told to the chat by itself: once, after it is on record, and nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from cockpit.core.checkpoint import Checkpoint
from cockpit.core.incident.model import Sent
from cockpit.core.incident.rules import Channel
from cockpit.core.incident.story import SENT, told
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.run import Run
from cockpit.engine.lane import taken
from cockpit.engine.outward.sending import post
from cockpit.engine.runs.world import World
from cockpit.ports import Journal

log = logging.getLogger(__name__)
KINDS: Final = frozenset(
    {
        "incident.declared",
        "incident.severity",
        "incident.resolved",
        "incident.reopened",
        "run.started",
        "run.held",
        "run.finished",
        "flag.settled",
        "approval.requested",
        "approval.broken_glass",
    }
)
"""What others want to hear of while it happens; updates are sent on purpose, to whom they are for."""
FAREWELL: Final[Seconds] = 3.0
MOST: Final = 200
"""Announcements that wait; what is older by then is no news."""


class Announcing:
    """A `ports.Journal` around another: what it puts on record is told to `incident.notify`.

    A crash may lose an announcement and never doubles one; the record has everything in any case.
    """

    def __init__(self, inner: Journal, complain: Callable[[str], None] = log.warning) -> None:
        self.complain = complain
        """Told in one line what may not have reached a channel."""
        self._inner = inner
        self._world: World | None = None
        self._runs: dict[str, Run] = {}
        self._waiting: asyncio.Queue[tuple[Channel, str, Fact]] = asyncio.Queue(MOST)
        self._task: asyncio.Task[None] | None = None
        self._told: set[str] = set()
        """Uids of ours that are on record: a try that is repeated is no news."""

    def use(self, world: World) -> None:
        """The channels are those of its model, and requests go out through it."""
        self._world = world

    def __getattr__(self, name: str) -> Any:
        """What one kind of journal can beside the port (its head, for one)."""
        return getattr(self._inner, name)

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        records = await self._inner.append(facts)
        for fact, record in zip(facts, records, strict=True):
            if fact.uid not in self._told and taken(fact, record) is None:
                self._told.add(fact.uid)
                self._announce(record)
        return records

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        return await self._inner.read(after, limit, run=run, kind=kind)

    async def run_ids(self) -> Sequence[str]:
        return await self._inner.run_ids()

    async def latest_checkpoint(self) -> Checkpoint | None:
        return await self._inner.latest_checkpoint()

    async def close(self) -> None:
        await self.flush()
        await self._inner.close()

    async def flush(self) -> None:
        """What waits gets a moment to go out; nothing is announced from then on."""
        task, self._task = self._task, None
        if task is None:
            return
        try:
            async with asyncio.timeout(FAREWELL):
                await self._waiting.join()
        except TimeoutError:
            left = self._waiting.qsize() + 1
            self.complain(f"{left} announcement(s) may not have reached the chat")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def _announce(self, record: Recorded) -> None:
        fact = record.fact
        if fact.run and (run := folded(self._runs.get(fact.run), record)) is not None:
            self._runs[fact.run] = run
        channels = [each for each in self._channels() if each.announce]
        if fact.kind not in KINDS or not channels:
            return
        text = told(fact, self._runs.get(fact.run))
        by_its_parent = "." in fact.run and not fact.kind.startswith("approval.")
        if not text or by_its_parent:
            return
        where = f"[{fact.incident}] " if fact.incident and fact.incident not in text else ""
        for channel in channels:
            if self._waiting.full():
                self.complain(f"{channel.name} may not have heard: {text}")
                continue
            self._waiting.put_nowait((channel, f"{where}{text}", fact))
        if self._task is None:
            self._task = asyncio.ensure_future(self._send_forever())

    def _channels(self) -> tuple[Channel, ...]:
        return self._world.model.incident.notify if self._world else ()

    async def _send_forever(self) -> None:
        while True:
            channel, text, fact = await self._waiting.get()
            try:
                outcome, why = await self._sent(channel, text, fact)
                if outcome != "sent":
                    self.complain(f"{channel.name}: “{text}” {SENT[outcome]}{': ' if why else ''}{why}")
            except Exception as error:
                log.exception("announcing")
                self.complain(f"{channel.name} may not have heard: {text} ({error!r:.100})")
            finally:
                self._waiting.task_done()

    async def _sent(self, channel: Channel, text: str, fact: Fact) -> tuple[Sent, str]:
        assert self._world is not None
        document: dict[str, Json] = {
            "schema": "cockpit.event/v1",
            "uid": fact.uid,
            "kind": fact.kind,
            "at": fact.at,
            "actor": fact.actor,
            "incident": fact.incident,
            "run": fact.run,
            "text": text,
        }
        return await post(self._world, channel, text, document, fact.uid)
