"""Appending against bare SQLite with synchronous=FULL in the same run, and starting with a long history.

`python -m tests.bench.journal` prints the rows.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.adapters.journal.verify import verify
from cockpit.core.checkpoint import EVERY, checkpoint, fact_of
from cockpit.core.journal import Fact, Recorded
from cockpit.core.state import Record
from tests.bench.table import Row, percentile, show

APPENDS = 400
HISTORY = 100_000
BODY = {
    "argv": ["kubectl", "rollout", "undo", "deployment/checkout"],
    "start_by": 123456789,
    "digest": "ab" * 32,
}
CREATE = "CREATE TABLE record (seq INTEGER PRIMARY KEY, uid TEXT UNIQUE, at INTEGER, body TEXT)"


def fact(number: int) -> Fact:
    return Fact("step.intent", 1.7e9 + number, "alice", BODY, "INC-1", "R-1", "restart", 1, 1)


class Bare:
    """What a durable append costs at least: one row, one commit, the same pragmas, no chain and no lock."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(CREATE)

    def append(self, one: Fact) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        row = (one.uid, int(one.at * 1e6), json.dumps(one.body))
        self._db.execute("INSERT INTO record (uid, at, body) VALUES (?, ?, ?)", row)
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


async def appends(folder: Path) -> list[Row]:
    """In turn, one of ours and one bare, so that a slow moment of the disk hits both."""
    journal, bare = SqliteJournal(Folder(folder / "ours")), Bare(folder / "bare.sqlite3")
    await journal.append([fact(0)])
    ours, theirs = [], []
    for number in range(APPENDS):
        start = time.perf_counter()
        await journal.append([fact(number)])
        middle = time.perf_counter()
        bare.append(fact(number))
        ours.append((middle - start) * 1000)
        theirs.append((time.perf_counter() - middle) * 1000)
    start = time.perf_counter()
    for _ in range(20):
        await journal.append([fact(number) for number in range(50)])
    batched = (time.perf_counter() - start) * 1000 / 1000
    await journal.close()
    bare.close()
    against = "bare sqlite3, WAL, FULL"
    return [
        Row("append, median", percentile(ours, 0.5), percentile(theirs, 0.5), "ms", against),
        Row("append, p99", percentile(ours, 0.99), percentile(theirs, 0.99), "ms", against),
        Row("a record in an append of 50", batched, percentile(theirs, 0.5), "ms", "one bare append"),
    ]


async def long_history(folder: Path) -> None:
    """With a checkpoint every 10,000 records, and half of that after the last one."""
    journal = SqliteJournal(Folder(folder))
    for block in range(0, HISTORY, 5_000):
        if block and block % EVERY == 0:
            made = checkpoint(Record(seq=(await journal.head()).seq))
            await journal.append([fact_of(made, 1.7e9, "cockpit")])
        await journal.append([fact(number) for number in range(block, block + 5_000)])
    await journal.close()


async def started(folder: Path, *, checkpointed: bool = True) -> float:
    """Milliseconds until everything a start needs has been read from a journal that nobody has open."""
    start = time.perf_counter()
    journal = SqliteJournal(Folder(folder), create=False)
    checkpoint = await journal.latest_checkpoint() if checkpointed else None
    after = checkpoint.seq if checkpoint else 0
    records: list[Recorded] = []
    while page := await journal.read(records[-1].seq if records else after):
        records += page
    took = (time.perf_counter() - start) * 1000
    await journal.close()
    return took


async def verified(folder: Path) -> float:
    journal = SqliteJournal(Folder(folder), create=False)
    start = time.perf_counter()
    assert (await verify(journal)).broken is None
    took = (time.perf_counter() - start) * 1000
    await journal.close()
    return took


def together(folder: Path, writers: int = 4, count: int = 300) -> float:
    """Records a second that several processes put on record at once."""
    command = [sys.executable, "-m", "tests.adapters.journal.writer", str(folder)]
    processes = [
        subprocess.Popen([*command, f"w{number}", str(count)], stdout=subprocess.PIPE, text=True)
        for number in range(writers)
    ]
    begun, acknowledged = time.perf_counter(), 0
    for process in processes:
        lines = process.communicate()[0].splitlines()
        acknowledged += sum(line.count("=") // 2 for line in lines if line.startswith("ack"))
    return acknowledged / (time.perf_counter() - begun)


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = asyncio.run(appends(folder))
        rate = together(folder / "together")
        found.append(Row("4 writers together, with their start", rate, None, "records/s"))
        asyncio.run(long_history(folder / "long"))
        with_it = sorted(asyncio.run(started(folder / "long")) for _ in range(3))[1]
        without = asyncio.run(started(folder / "long", checkpointed=False))
        against = "reading from the first"
        found.append(Row("start with 100,000 records", with_it, without, "ms", against))
        found.append(Row("verify 100,000 records", asyncio.run(verified(folder / "long")), None, "ms"))
    return found


if __name__ == "__main__":
    show("Journal", rows())
