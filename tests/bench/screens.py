"""Many cockpits in one process: `python -m tests.bench.screens DSN COUNT FIRST KIND NAME`.

Each has its connection, its company and a whole engine that asks nobody outside; of KIND "bare" it only
listens and reads what is new. Says "ready" when all have read record FIRST; once it is told the last record
it waits for that, and says for each cockpit which record it had when: {seq: seconds of CLOCK_MONOTONIC}.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from typing import Protocol

from psycopg import AsyncConnection

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.postgres.company import PostgresTeam
from cockpit.adapters.journal.postgres.journal import PostgresJournal
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.postgres.whom import whom
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine import Engine, Outside
from tests.bench.fleet import model

SERVICES = 5
PATIENCE = 60.0
AT_ONCE = 8
"""Cockpits that start at the same moment: what a start costs is not asked here."""


class Reader(Protocol):
    seen: dict[int, float]

    async def run(self) -> None: ...


class Screen(Engine):
    """What a screen draws is `state`: from when on each record is in it."""

    def __init__(self, dsn: str, origin: str) -> None:
        self.seen: dict[int, float] = {}
        self._last = 0
        shared = Shared(whom(dsn), origin=origin)
        clock = SystemClock()
        super().__init__(
            initial(model(SERVICES)),
            lambda _: Outside(),
            clock=clock,
            journal=PostgresJournal(shared),
            team=PostgresTeam(shared, clock),
        )

    @property
    def state(self) -> State:
        return self._newest

    @state.setter
    def state(self, state: State) -> None:
        now, self._newest = time.monotonic(), state
        for seq in range(self._last + 1, state.record.seq + 1):
            self.seen[seq] = now
        self._last = max(self._last, state.record.seq)


class Bare:
    """The least that anybody must do to know: it is told, and fetches rows that nobody looks at."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.seen: dict[int, float] = {}

    async def run(self) -> None:
        db = await AsyncConnection.connect(self._dsn, autocommit=True)
        await db.execute("LISTEN cockpit")
        last = 0
        while True:
            found = await db.execute("SELECT * FROM cockpit.record WHERE seq > %s ORDER BY seq", (last,))
            rows, now = await found.fetchall(), time.monotonic()
            for row in rows:
                self.seen[row[0]], last = now, row[0]
            async for _ in db.notifies(stop_after=1):
                pass


async def has(several: list[Reader], seq: int) -> None:
    """Until all have that record. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not all(seq in each.seen for each in several):
        if time.monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(0.05)


async def start(readers: list[Reader], first: int) -> list[asyncio.Task[None]]:
    tasks = []
    for begin in range(0, len(readers), AT_ONCE):
        several = readers[begin : begin + AT_ONCE]
        tasks += [asyncio.ensure_future(each.run()) for each in several]
        await has(several, first)
    return tasks


async def told() -> int:
    """The number of the last record, from whoever started us."""
    return int(await asyncio.to_thread(sys.stdin.readline))


async def main(readers: list[Reader], first: int) -> None:
    tasks = await start(readers, first)
    gc.freeze()  # nobody else has the objects of forty cockpits in one heap
    print("ready", flush=True)
    last = await told()
    try:
        await has(readers, last)
    except TimeoutError:
        print("not all of it came", file=sys.stderr)
    print(json.dumps([each.seen for each in readers]), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def reader(dsn: str, kind: str, name: str) -> Reader:
    return Bare(dsn) if kind == "bare" else Screen(dsn, name)


if __name__ == "__main__":
    where, count, first_seq, kind, name = sys.argv[1:]
    made = [reader(where, kind, f"{name}-{each}") for each in range(int(count))]
    asyncio.run(main(made, int(first_seq)))
