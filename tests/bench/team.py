"""Many cockpits on one record in PostgreSQL: from an append to the screens of all, and what it costs each.

`python -m tests.bench.team` prints the rows. Programs and server share this machine's cores.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import member
from tests.bench.programs import Program, ready
from tests.bench.table import Row, percentile
from tests.lab.cluster import Person
from tests.lab.database import Database
from tests.lab.postgres import Postgres
from tests.postgres.people import found

FANS = ((10, 10.0), (100, 10.0), (300, 3.0), (300, 10.0))
"""(connections, events a second)"""
SECONDS = 30.0
"""For as long as events come."""
CALM = 5.0
"""After the last has come: until everybody knows of everybody."""
IN_ONE = 40
"""Cockpits in one process."""
APPENDS = 400
WRITERS = (1, 8)


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds from the call of each append to each screen, and to its acknowledgement."""

    late: list[float]
    acknowledged: list[float]
    missed: int
    rate: float
    """Events that came a second, which is less than asked for where appending could not keep up."""


@contextmanager
def record(server: Postgres, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(where a fresh record is, who may write to it)"""
    database = Database(server, f"bench_{name}")
    server.create_database(database.name)
    try:
        found(database)
        person: Person = database.add_person("mara", ["cockpit_responder"])
        yield database.dsn, database.environ(person)
    finally:
        database.drop()


def fan(where: str, env: Mapping[str, str], kind: str, count: int, rate: float) -> Seen:
    """`count` readers, spread over processes; one writer beside them."""
    writer = Program("tests.bench.writing", where, max(1, round(SECONDS * rate)), rate, env=env)
    with ready([writer]):
        sizes = [min(IN_ONE, count - begun) for begun in range(0, count, IN_ONE)]
        make = partial(Program, "tests.bench.screens", where, env=env)
        readers = [make(size, 1, kind, f"{kind}-{at}") for at, size in enumerate(sizes)]
        with ready(readers):
            time.sleep(CALM)
            writer.tell()
            appended = {int(seq): times for seq, times in writer.saw().items()}
            for each in readers:
                each.tell(max(appended))
            screens = [screen for each in readers for screen in each.saw()]
    return seen(appended, screens)


def seen(appended: Mapping[int, tuple[float, float]], screens: list[dict[str, float]]) -> Seen:
    late, missed = [], 0
    for screen in screens:
        for seq, (begun, _) in appended.items():
            if (at := screen.get(str(seq))) is None:
                missed += 1
            else:
                late.append(1000 * (at - begun))
    calls = [first for first, _ in appended.values()]
    took = max(calls) - min(calls)
    rate = (len(calls) - 1) / took if took else 0.0
    return Seen(late, [1000 * (end - first) for first, end in appended.values()], missed, rate)


def fan_out(server: Postgres) -> list[Row]:
    """Cockpits and bare readers one after the other, each on a fresh record."""
    rows = []
    for number, (count, rate) in enumerate(FANS):
        found_by = {}
        for kind in ("screen", "bare"):
            with record(server, f"{kind}_{number}") as (where, env):
                found_by[kind] = fan(where, env, kind, count, rate)
        ours, theirs = found_by["screen"], found_by["bare"]
        what = f"{count} cockpits, {ours.rate:.1f} of {rate:g} events/s"
        against = f"LISTEN and SELECT alone, {theirs.rate:.1f} events/s"
        aim = "< 1,000 ms"
        rows += [
            Row(f"{what}, p50", percentile(ours.late, 0.5), percentile(theirs.late, 0.5), "ms", against),
            Row(
                f"{what}, p99", percentile(ours.late, 0.99), percentile(theirs.late, 0.99), "ms", against, aim
            ),
            Row(f"{what}, worst", max(ours.late), max(theirs.late), "ms", against),
            Row(f"{what}, missed", ours.missed, theirs.missed, "", against, "0"),
        ]
    return rows


def appends(where: str, env: Mapping[str, str], writers: int) -> tuple[float, list[float]]:
    """(appends a second of all together, milliseconds of each)"""
    make = partial(Program, "tests.bench.writing", where, APPENDS, env=env)
    programs = [make() for _ in range(writers)]
    with ready(programs):
        for each in programs:
            each.tell()
        every = [times for each in programs for times in each.saw().values()]
    took = max(end for _, end in every) - min(begun for begun, _ in every)
    return len(every) / took, [1000 * (end - begun) for begun, end in every]


def throughput(server: Postgres) -> list[Row]:
    rows = []
    for writers in WRITERS:
        with record(server, f"writers_{writers}") as (where, env), tempfile.TemporaryDirectory() as folder:
            rate, ours = appends(where, env, writers)
            sqlite_rate, theirs = appends(str(Path(folder, "record")), {}, writers)
        what, against = f"{writers} writer{'s' if writers > 1 else ''}", "SQLite"
        rows += [
            Row(f"{what}, together", rate, sqlite_rate, "appends/s", against),
            Row(f"{what}, p50 of an append", percentile(ours, 0.5), percentile(theirs, 0.5), "ms", against),
            Row(f"{what}, p99 of an append", percentile(ours, 0.99), percentile(theirs, 0.99), "ms", against),
        ]
    return rows


def costs(server: Postgres) -> list[Row]:
    with record(server, "member") as (where, env):
        return member.rows(where, env)


PARTS: tuple[Callable[[Postgres], list[Row]], ...] = (fan_out, throughput, costs)


def rows() -> list[Row]:
    with Postgres(max_connections=400) as server:
        return [row for part in PARTS for row in part(server)]


if __name__ == "__main__":
    from tests.bench.table import show

    show("Together", rows())
