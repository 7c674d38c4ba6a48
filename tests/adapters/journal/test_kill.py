"""kill -9 at any moment: no acknowledged record is lost, the chain holds, nothing is there twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cockpit.adapters.journal.verify import verify
from cockpit.core.journal import Fact, Recorded
from cockpit.errors import JournalError

from .making import opened

ROOT = Path(__file__).parents[3]


@dataclass
class Told:
    """What writers said before they died."""

    batches: list[list[str]] = field(default_factory=list)
    """uids that went into one append together."""
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)

    def hear(self, output: str) -> None:
        for line in output.splitlines(keepends=True):
            word, *parts = line.split()
            assert line.endswith("\n")
            if word == "try":
                self.batches.append(parts)
            else:
                for uid, seq, digest in (part.split("=") for part in parts):
                    self.acknowledged[uid] = int(seq), digest


def start(folder: Path, name: str, *count: str, **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.adapters.journal.writer", str(folder), name, *count]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **environ}
    )


def killed(folder: Path, writers: int, after: float) -> Told:
    """Several at once, each killed at a moment of its own once all of them write."""
    told = Told()
    processes = [start(folder, f"writer-{number}") for number in range(writers)]
    for process in processes:
        assert process.stdout is not None
        told.hear(process.stdout.readline())
    for process in processes:
        time.sleep(random.uniform(0, after))
        process.send_signal(signal.SIGKILL)
    for process in processes:
        told.hear(process.communicate()[0])
        assert process.returncode == -signal.SIGKILL
    return told


async def everything(folder: Path) -> list[Recorded]:
    async with opened(folder, create=False) as journal:
        assert (await verify(journal)).broken is None
        return list(await journal.read(0, 10**9))


async def check(folder: Path, told: Told) -> None:
    records = await everything(folder)
    there = {record.fact.uid: (record.seq, record.hash) for record in records}
    assert len(there) == len(records)
    lost = {uid: place for uid, place in told.acknowledged.items() if there.get(uid) != place}
    assert lost == {}
    assert [batch for batch in told.batches if len({uid in there for uid in batch}) != 1] == []


async def torture(folder: Path, rounds: int, writers: int, after: float) -> Told:
    told = Told()
    for _ in range(rounds):
        more = killed(folder, writers, after)
        told.batches += more.batches
        told.acknowledged |= more.acknowledged
    await check(folder, told)
    await repeat(folder, told)
    return told


async def repeat(folder: Path, told: Told) -> None:
    """What was not acknowledged may be repeated as it was, whether it arrived or not."""
    doubtful = [batch for batch in told.batches if batch[0] not in told.acknowledged]
    async with opened(folder) as journal:
        for batch in doubtful:
            await journal.append([Fact("step.spawned", 1.7e9, "again", uid=uid) for uid in batch])
    records = await everything(folder)
    assert sorted(record.fact.uid for record in records) == sorted(
        uid for batch in told.batches for uid in batch
    )


async def test_a_dozen_kills_lose_nothing(tmp_path: Path) -> None:
    told = await torture(tmp_path / "shop", rounds=4, writers=3, after=0.1)
    assert told.acknowledged


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_hundreds_of_kills_lose_nothing(tmp_path: Path) -> None:
    told = await torture(tmp_path / "shop", rounds=100, writers=3, after=0.2)
    print(f"{len(told.acknowledged)} acknowledged over 300 kills, 0 lost")


@pytest.mark.parametrize(
    ("point", "arrived"), [("before_append", False), ("in_append", False), ("after_append", True)]
)
async def test_killed_at_a_named_point(tmp_path: Path, point: str, arrived: bool) -> None:
    process = start(tmp_path / "shop", "writer", COCKPIT_DIE_AT=f"{point}:4")
    told = Told()
    told.hear(process.communicate(timeout=60)[0])
    assert process.returncode == -signal.SIGKILL
    assert len(told.batches) == 4
    assert told.batches[-1][0] not in told.acknowledged
    there = {record.fact.uid for record in await everything(tmp_path / "shop")}
    assert [batch[0] in there for batch in told.batches] == [True, True, True, arrived]
    await check(tmp_path / "shop", told)
    await repeat(tmp_path / "shop", told)


async def test_several_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    told = Told()
    processes = [start(tmp_path / "shop", f"writer-{number}", "100") for number in range(4)]
    for process in processes:
        told.hear(process.communicate(timeout=120)[0])
        assert process.returncode == 0
    records = await everything(tmp_path / "shop")
    assert len(records) == len(told.acknowledged)
    assert {record.origin for record in records} == {f"writer-{number}" for number in range(4)}
    await check(tmp_path / "shop", told)


STOPS = """
import asyncio, os, signal, sys
from pathlib import Path
from cockpit.adapters.journal import sqlite
from tests.adapters.journal.writer import main
sqlite.die_at = lambda name: name == "in_append" and os.kill(os.getpid(), signal.SIGSTOP)
asyncio.run(main(Path(sys.argv[1]), "writer", 1))
"""


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A writer in the middle of its only append."""
    command = [sys.executable, "-c", STOPS, str(tmp_path / "shop")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        yield process
        process.kill()


async def test_a_stopped_writer_stops_nobody_for_long(tmp_path: Path, stopped: subprocess.Popen[str]) -> None:
    """It holds the lock: others are told who does, and go on when it does."""
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(JournalError, match=f"locked by pid {stopped.pid}, stopped for 2 s"):
            await journal.append([Fact("run.started", 1.7e9, "alice")])
        stopped.send_signal(signal.SIGCONT)
        stopped.communicate(timeout=60)
        records = await journal.append([Fact("run.started", 1.7e9, "alice")])
        assert [record.seq for record in await journal.read()] == list(range(1, records[0].seq + 1))
