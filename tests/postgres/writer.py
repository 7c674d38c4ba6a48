"""A program that appends until it is killed: `python -m tests.postgres.writer NAME [COUNT]`, for `CONNINFO`.

Before each append it says what it tries, after it what was acknowledged. Where it cannot be told whether
something is on record it says so, and tries the very same again.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from pathlib import Path

from cockpit.adapters.journal.postgres.journal import PostgresJournal
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.postgres.whom import Whom
from cockpit.core.journal import Fact, Recorded
from cockpit.errors import JournalError
from tests.adapters.journal.writer import say

CONNINFO = "WRITER_CONNINFO"
ROOT = Path(__file__).parents[2]


def start(whom: Whom, name: str, log: Path, *count: str) -> subprocess.Popen[bytes]:
    """What it says goes to `log`, where nobody has to listen."""
    command = [sys.executable, "-m", "tests.postgres.writer", name, *count]
    told = json.dumps([whom.place, whom.person, whom.outside, whom.conninfo])
    with log.open("wb") as sink:
        return subprocess.Popen(command, cwd=ROOT, stdout=sink, env={**os.environ, CONNINFO: told})


async def main(name: str, count: int) -> None:
    journal = PostgresJournal(Shared(Whom(*json.loads(os.environ[CONNINFO])), origin=name))
    for number in range(count):
        size = random.choice((1, 1, 1, 2, 5))
        facts = [
            Fact("incident.noted", 1.7e9, name, {"number": number}, incident=f"INC-{number % 3}")
            for _ in range(size)
        ]
        say("try", [fact.uid for fact in facts])
        records = await until_on_record(journal, facts)
        say("ack", [f"{record.fact.uid}={record.seq}={record.hash}" for record in records])
    await journal.close()


async def until_on_record(journal: PostgresJournal, facts: list[Fact]) -> list[Recorded]:
    while True:
        try:
            return list(await journal.append(facts))
        except JournalError as error:
            say(type(error).__name__.lower(), [])
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int((*sys.argv[2:], 10**9)[0])))
