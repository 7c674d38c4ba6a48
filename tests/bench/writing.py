"""A program that appends, one fact after the other: `python -m tests.bench.writing WHERE COUNT [RATE]`.

WHERE is a folder for SQLite or the address of a PostgreSQL. Says "ready", and after each append begins when a
line comes; at its end it says {seq: [begun, acknowledged]} in seconds of CLOCK_MONOTONIC. RATE is in facts a
second, by the clock and not by when the last was done; without one the next begins at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal import Fact
from cockpit.ports import Journal

INCIDENT = "INC-1"
TEXT = "checkout: 42 % of requests fail since the roll-out of 14:02, also in the canary; rolling back now"


def declared() -> Fact:
    body = {"title": "checkout is failing", "severity": "SEV2"}
    return Fact("incident.declared", time.time(), "alice", body, INCIDENT)


def noted(number: int) -> Fact:
    return Fact(
        "incident.noted", time.time(), "alice", {"kind": "note", "text": f"{number}: {TEXT}"}, INCIDENT
    )


def journal(where: str) -> Journal:
    if not where.startswith("postgresql:"):
        return SqliteJournal(Folder(Path(where)))
    from cockpit.adapters.journal.postgres.journal import PostgresJournal
    from cockpit.adapters.journal.postgres.shared import Shared
    from cockpit.adapters.journal.postgres.whom import whom

    return PostgresJournal(Shared(whom(where)))


async def main(where: str, count: int, rate: float) -> None:
    record = journal(where)
    await record.append([declared()])
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    times, start = {}, time.monotonic()
    for number in range(count):
        if rate:
            await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        fact, begun = noted(number), time.monotonic()
        (kept,) = await record.append([fact])
        times[kept.seq] = (begun, time.monotonic())
    print(json.dumps(times), flush=True)
    await record.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float((*sys.argv, "0")[3])))
