"""A journal that forgets everything with the program: for the demo and for drills."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.journal.sealing import seal
from cockpit.core.checkpoint import Checkpoint, checkpoint_of
from cockpit.core.journal import GENESIS, RUN_STARTED, Fact, Recorded


class MemoryJournal:
    def __init__(self, origin: str = "here") -> None:
        self.records: list[Recorded] = []
        self._origin = origin
        self._by_uid: dict[str, Recorded] = {}

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        new: dict[str, Recorded] = {}
        prev = self.records[-1].hash if self.records else GENESIS
        for fact in facts:
            if fact.uid in self._by_uid or fact.uid in new:
                continue
            record = seal(fact, len(self.records) + len(new) + 1, prev, self._origin)
            new[fact.uid], prev = record, record.hash
        self.records += new.values()
        self._by_uid |= new
        return [self._by_uid[fact.uid] for fact in facts]

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        if not run and not kind:
            return self.records[after : after + limit]
        facts = (each for each in self.records[after:] if run in ("", each.fact.run))
        return [each for each in facts if kind in ("", each.fact.kind)][:limit]

    async def run_ids(self) -> Sequence[str]:
        return [each.fact.run for each in self.records if each.fact.kind == RUN_STARTED]

    async def latest_checkpoint(self) -> Checkpoint | None:
        return next(filter(None, map(checkpoint_of, reversed(self.records))), None)

    async def close(self) -> None:
        """Nothing to let go of."""
