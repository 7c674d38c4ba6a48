"""A program that appends until it is killed: `python -m tests.adapters.journal.writer FOLDER NAME [COUNT]`.

Before each append it says what it tries, after it what was acknowledged, each at once and in one write.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal import Fact


async def main(folder: Path, name: str, count: int) -> None:
    journal = SqliteJournal(Folder(folder), origin=name)
    for number in range(count):
        size = random.choice((1, 1, 1, 2, 5))
        facts = [Fact("step.spawned", 1.7e9, name, {"number": number}, run="R-1") for _ in range(size)]
        say("try", [fact.uid for fact in facts])
        records = await journal.append(facts)
        say("ack", [f"{record.fact.uid}={record.seq}={record.hash}" for record in records])
    await journal.close()


def say(word: str, parts: list[str]) -> None:
    os.write(1, f"{word} {' '.join(parts)}\n".encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int((*sys.argv[3:], 10**9)[0])))
