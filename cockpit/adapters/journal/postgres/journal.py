"""The record in a PostgreSQL database: appended by its own function, which keeps order and knows who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from cockpit.adapters.journal import rows
from cockpit.adapters.journal.postgres import checkpoints
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.sealing import boot_time, seal, this_boot
from cockpit.core.checkpoint import Checkpoint
from cockpit.core.journal import CHAINED, GENESIS, RUN_STARTED, Fact, Recorded, Unread
from cockpit.core.journal_head import Head
from cockpit.core.json import canonical
from cockpit.core.levels import Seconds
from cockpit.core.runbook.run import run_lock
from cockpit.errors import AccessRefused, JournalError, LeaseLost

_APPEND: Final = (
    f"SELECT {rows.COLUMNS} FROM cockpit.append(%s, %s, %s, %s::text[], %s::bigint[], %s::text[], %s::text[],"
    " %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])"
)
_SELECT: Final = f"SELECT {rows.COLUMNS} FROM cockpit.record"
PAGE: Final = 64 * 1024 * 1024
"""Bytes of bodies after which a page ends, whatever its limit: somebody may have put large ones there."""
FEW: Final = 4
"""Records read before sizes count: mostly there are no more, and adding up sizes takes as long again."""
_FEW: Final = f"{_SELECT} WHERE {{}} ORDER BY seq LIMIT %s"
_BEFORE: Final = "sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before"
_MANY: Final = (
    f"SELECT {rows.COLUMNS} FROM (SELECT *, {_BEFORE}"
    " FROM (SELECT * FROM cockpit.record WHERE {} ORDER BY seq LIMIT %s) AS page) AS sized"
    " WHERE before < %s ORDER BY seq"
)


class PostgresJournal:
    """Behind `ports.Journal`."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._boot_id = this_boot()

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        """An append whose answer was lost is asked for again by its uids, so that it is there once.

        Raises AccessRefused and LeaseLost too; each such refusal is on record.
        """
        if not facts:
            return ()
        kept = await checkpoints.keep(self._shared, [_storable(fact) for fact in facts])
        found = await self._shared.ask_again(_APPEND, self._parameters(kept))
        records = [_record(row) for row in found]
        if [each.fact.uid for each in records] == [fact.uid for fact in facts]:
            return records
        raise self._refusal(records)

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        few = await self._page(_FEW, after, (min(limit, FEW),), run, kind)
        if len(few) < FEW or limit <= FEW:
            return few
        return [*few, *await self._page(_MANY, few[-1].seq, (limit - FEW, PAGE), run, kind)]

    async def _page(self, query: str, after: int, ends: Sequence[int], run: str, kind: str) -> list[Recorded]:
        wanted = {"seq > %s": after, "run = %s": run, "kind = %s": kind}
        asked = {condition: value for condition, value in wanted.items() if value != ""}
        found = await self._shared.ask_again(query.format(" AND ".join(asked)), (*asked.values(), *ends))
        return [_record(row) for row in found]

    async def head(self) -> Head:
        """The last record, (0, genesis) before the first. Raises JournalError."""
        found = await self._shared.ask_again("SELECT seq, hash FROM cockpit.head")
        return Head(*found[0])

    async def run_ids(self) -> Sequence[str]:
        query = "SELECT run FROM cockpit.record WHERE kind = %s ORDER BY seq"
        return [run for (run,) in await self._shared.ask_again(query, (RUN_STARTED,))]

    async def latest_checkpoint(self) -> Checkpoint | None:
        """Our own: what others say the record comes to, nobody has looked at."""
        return await checkpoints.latest(self._shared)

    async def rest(self, within: Seconds) -> None:
        """Until the server tells that there may be more; not for ever, as the line may break."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(within, self._shared.pause)):
                await self._shared.news()

    async def close(self) -> None:
        await self._shared.close()

    def _parameters(self, facts: Sequence[Fact]) -> Sequence[object]:
        tokens = self._shared.tokens
        return (
            self._shared.origin,
            self._boot_id,
            boot_time(),
            [fact.uid for fact in facts],
            [round(fact.at * 1_000_000) for fact in facts],
            [fact.incident for fact in facts],
            [fact.run for fact in facts],
            [fact.step for fact in facts],
            [fact.visit for fact in facts],
            [fact.attempt for fact in facts],
            [fact.kind for fact in facts],
            [canonical(fact.body) for fact in facts],
            [tokens.get(run_lock(fact.run), 0) for fact in facts],
        )

    def _refusal(self, records: Sequence[Recorded]) -> JournalError:
        told = next((each.fact for each in records if each.fact.kind == "access.refused"), None)
        if told is None:
            return JournalError(f"journal {self._shared.place}: what came back is not what was put there")
        why = str(told.body.get("why"))
        if told.body.get("stale"):
            return LeaseLost(
                f"{why}; nothing was recorded", "see who has it, and take it over when it is free"
            )
        return AccessRefused(f"refused by the record: {why}")


def _storable(fact: Fact) -> Fact:
    """Raises JournalError for what no journal could keep."""
    kept = seal(fact, 1, GENESIS, "").fact
    texts = (fact.uid, fact.incident, fact.run, fact.step, fact.kind)
    if any("\0" in text for text in texts) or '\\u0000":' in canonical(fact.body):
        raise JournalError(f"a fact of kind {fact.kind!r:.60} cannot be put on record: a name holds a NUL")
    return kept


def _record(row: tuple[Any, ...]) -> Recorded:
    """A body that no cockpit wrote blinds nobody to the rest."""
    try:
        return rows.record_of(row)
    except rows.BrokenRecord:
        told = dict(zip((*CHAINED, "hash"), row, strict=True))
        text = str(told.pop("body"))
        fact = Fact(
            told["kind"],
            told["at"] / 1_000_000,
            told["actor"],
            {},
            *(told[name] for name in ("incident", "run", "step", "visit", "attempt", "uid")),
        )
        place = {name: told[name] for name in ("origin", "boot_id", "mono_ns", "prev", "hash")}
        return Unread(seq=told["seq"], fact=fact, text=text, **place)
