"""What a team costs each who is in it, beside a record on their own machine."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from cockpit.adapters.journal.postgres.journal import PostgresJournal
from cockpit.adapters.journal.postgres.leases import Leases
from cockpit.core.journal import RUN_STARTED, Fact
from cockpit.core.json import Json
from cockpit.ports import Journal
from tests.bench import rest
from tests.bench.table import Row, in_turn
from tests.bench.terminal import ROOT
from tests.bench.writing import journal

SERVICES = 50
RUNS = 1_000
STARTS = 7
BODY: dict[str, Json] = {"runbook": {"steps": [{"id": f"step-{n}", "why": "x" * 500} for n in range(12)]}}
"""As large as what a run begins with: the whole runbook, as it was read."""
IMPORT = "import time; begun = time.perf_counter(); import psycopg; print(time.perf_counter() - begun)"


def rows(where: str, env: Mapping[str, str]) -> list[Row]:
    os.environ.update(env)  # libpq looks there for who we are
    return [*memory(where, env), *commands(where, env), *connections(where), *numbers(where)]


def memory(where: str, env: Mapping[str, str]) -> list[Row]:
    """Of the cockpit on a screen that nobody touches, asking a real Prometheus every five seconds."""
    theirs, their_cpu = rest.at_rest(SERVICES)
    ours, our_cpu = rest.at_rest(SERVICES, f"{{postgres: '{where}'}}", env)
    return [
        Row(f"memory at rest, {SERVICES} services", ours, theirs, "MB", "SQLite"),
        Row(f"idle CPU, {SERVICES} services", our_cpu, their_cpu, "%", "SQLite"),
    ]


def commands(where: str, env: Mapping[str, str]) -> list[Row]:
    """Medians, one after the other in turns."""
    with tempfile.TemporaryDirectory() as name:
        made = {}
        for kind, kept in (("team", f"{{postgres: '{where}'}}"), ("sqlite", "{sqlite: default}")):
            folder = Path(name, kind)
            folder.mkdir()
            rest.write(folder, SERVICES, kept)
            made[kind] = partial(cockpit, folder, {**env, "XDG_STATE_HOME": name})
        found = []
        for words in (("lint",), ("runs",)):
            ours, theirs = in_turn(partial(made["team"], words), partial(made["sqlite"], words), STARTS)
            found.append(Row(f"`cockpit {' '.join(words)}`", ours, theirs, "ms", "SQLite"))
    return found


def cockpit(folder: Path, env: Mapping[str, str], words: Sequence[str]) -> None:
    command = [sys.executable, "-m", "cockpit", "--config", str(folder), *words]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def connections(where: str) -> list[Row]:
    imports = [float(subprocess.check_output([sys.executable, "-c", IMPORT])) for _ in range(STARTS)]
    first = [asyncio.run(first_head(where)) for _ in range(STARTS)]
    with tempfile.TemporaryDirectory() as name:
        theirs = [asyncio.run(first_head(str(Path(name, "record")))) for _ in range(STARTS)]
    return [
        Row("import of the driver", 1000 * statistics.median(imports), None, "ms"),
        Row("first look at a record", statistics.median(first), statistics.median(theirs), "ms", "SQLite"),
    ]


async def first_head(where: str) -> float:
    """Milliseconds: connecting, being let in, the self-test and one read; or opening the file."""
    begun = time.perf_counter()
    record = journal(where)
    await record.read(0, 1)
    took = 1000 * (time.perf_counter() - begun)
    await record.close()
    return took


def numbers(where: str) -> list[Row]:
    return [
        Row(
            f"number of the next of {RUNS:,} runs, {name}", *asyncio.run(told(at)), "ms", "reading them whole"
        )
        for name, at in (("PostgreSQL", where), ("SQLite", ""))
    ]


async def told(where: str) -> tuple[float, float]:
    """Milliseconds of the ids of all runs, and of reading all that they began with."""
    with tempfile.TemporaryDirectory() as name:
        record = journal(where or str(Path(name, "record")))
        await begin(record, where)
        ours = await median_of(record.run_ids)
        theirs = await median_of(lambda: record.read(kind=RUN_STARTED))
        await record.close()
    return ours, theirs


async def begin(record: Journal, where: str) -> None:
    runs = [f"R-{number}" for number in range(1, RUNS + 1)]
    for at in range(0, RUNS, 50):
        several = runs[at : at + 50]
        facts = [Fact(RUN_STARTED, 1.7e9, "alice", BODY, run=run) for run in several]
        if not where:
            await record.append(facts)
            continue
        assert isinstance(record, PostgresJournal)
        owners = Leases(record._shared)  # what a run says needs a hold on it
        assert await owners.claim([f"run:{run}" for run in several]) == ""
        await record.append(facts)
        await owners.close()


async def median_of(ask: Callable[[], object]) -> float:
    took = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        await ask()  # type: ignore[misc]
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took)
