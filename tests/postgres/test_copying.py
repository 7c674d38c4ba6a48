"""`cockpit journal copy`: the same record on another engine, whole and proven, or nothing."""

from __future__ import annotations

import grp
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters.journal import copying
from cockpit.adapters.journal.filling import filled_folder
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.journal.place import DATABASE
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal import Fact, Recorded
from cockpit.core.journal_head import Head
from cockpit.errors import JournalError
from tests.cli.running import CONFIG, cockpit, environment, small
from tests.lab.child import until
from tests.lab.cluster import SUPER, Person
from tests.lab.database import Database

from .people import administrator, at_work, found

pytestmark = pytest.mark.lab
ODD = {
    "text": "\x00\x1b[2J\n\u202e\\ \t ü €",
    "tab\there": [1.5, None, True],
    "nested": {"b": {}, "a": -(2**62)},
}


def facts(number: int) -> list[Fact]:
    some = [
        Fact("incident.declared", 1_700_000_000.123457, "älice", ODD, "INC-1"),
        Fact("run.started", 1_700_000_001.0, "bob\t\\N", {"runbook": "restart"}, "INC-1", "R-1"),
        Fact("step.spawned", 1_700_000_002.0, "bob", {"pid": 4711}, "INC-1", "R-1", "restart", 1, 1),
    ]
    return [*some, *(Fact("incident.noted", 1_700_000_003.0 + n, "bob", {"n": n}) for n in range(number))]


async def kept(folder: Path, number: int = 5) -> Head:
    journal = SqliteJournal(Folder(folder), origin="desk-1")
    await journal.append(facts(number))
    head = await journal.head()
    await journal.close()
    return head


def copy(
    source: object,
    target: object,
    person: Person | None = None,
    *,
    database: Database | None = None,
    cwd: Path,
) -> subprocess.CompletedProcess[str]:
    environ = database.environ(person) if database and person else {}
    return cockpit("journal", "copy", "--from", source, "--to", target, cwd=cwd, **environ)


def refused(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    (line,) = done.stderr.splitlines()
    return line.removeprefix("cockpit: ")


def head_of(database: Database) -> str:
    ((seq, digest),) = database.sql("SELECT seq, hash FROM cockpit.head")
    return f"{seq}:{digest}"


def is_empty(database: Database) -> bool:
    return database.sql("SELECT count(*) FROM cockpit.record") == [("0",)] and head_of(database)[:2] == "0:"


async def test_there_and_back_again_it_has_the_same_head(database: Database, tmp_path: Path) -> None:
    found(database)
    head = await kept(tmp_path / "old", 4_100)
    done = copy(tmp_path / "old", database.dsn, SUPER, database=database, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith(f"the chain holds there, head {head}")
    assert done.stdout.startswith("4,103 records copied from ")
    assert head_of(database) == str(head)
    mara = database.add_person("mara", ["cockpit_viewer"])
    done = copy(database.dsn, tmp_path / "new", mara, database=database, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    old, new = (sqlite3.connect(tmp_path / name / DATABASE) for name in ("old", "new"))
    every = "SELECT * FROM record ORDER BY seq"
    assert new.execute(every).fetchall() == old.execute(every).fetchall()
    old.close()
    new.close()
    assert (tmp_path / "new").stat().st_mode & 0o7777 == 0o700
    assert (tmp_path / "new" / DATABASE).stat().st_mode & 0o7777 == 0o600


async def test_a_team_goes_on_where_the_copy_ends(database: Database, tmp_path: Path) -> None:
    """And an export from before is found in it."""
    small(tmp_path, f"{CONFIG}journal: {{sqlite: ../old}}\n")
    found(database)
    head = await kept(tmp_path / "old")
    (tmp_path / "export").write_text(cockpit("journal", "export", cwd=tmp_path).stdout)
    environ = database.environ(SUPER)
    done = cockpit("journal", "copy", "--to", database.dsn, cwd=tmp_path, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    mara = database.add_person("mara", ["cockpit_responder"])
    async with at_work(database, mara) as one:
        (record,) = await one.journal.append([Fact("incident.noted", 1.0, "")])
    assert (record.seq, record.prev) == (head.seq + 1, head.hash)
    (tmp_path / "config" / "cockpit.yaml").write_text(f"{CONFIG}journal: {{postgres: '{database.dsn}'}}\n")
    hers = database.environ(mara)
    done = cockpit("journal", "verify", "--head", tmp_path / "export", cwd=tmp_path, **hers)
    assert (done.returncode, done.stdout) == (0, f"chain holds, head {record.seq}:{record.hash}\n")
    other = f"{head.seq}:{'0' * 64}"
    assert cockpit("journal", "verify", "--head", other, cwd=tmp_path, **hers).returncode == 1
    exported = cockpit("journal", "export", cwd=tmp_path, **hers).stdout.splitlines()
    assert exported[: head.seq] == (tmp_path / "export").read_text().splitlines()[: head.seq]
    assert json.loads(exported[-1])["hash"] == record.hash


async def test_who_may_create_roles_may_copy_too_and_is_no_owner_afterwards(
    database: Database, tmp_path: Path
) -> None:
    found(database)
    head = await kept(tmp_path / "old")
    boss = administrator(database)
    assert copy(tmp_path / "old", database.dsn, boss, database=database, cwd=tmp_path).returncode == 0
    assert head_of(database) == str(head)
    assert "permission denied" in database.refused("SELECT FROM cockpit.record", boss)


async def test_who_only_works_there_may_not(database: Database, tmp_path: Path) -> None:
    found(database)
    await kept(tmp_path / "old")
    mara = database.add_person("mara", ["cockpit_approver"])
    said = refused(copy(tmp_path / "old", database.dsn, mara, database=database, cwd=tmp_path))
    assert f"{mara.name} may not act as cockpit_owner" in said
    assert is_empty(database)


async def test_only_what_is_empty_is_filled(database: Database, tmp_path: Path) -> None:
    found(database)
    mara = database.add_person("mara", ["cockpit_responder"])
    async with at_work(database, mara) as one:
        (record,) = await one.journal.append([Fact("incident.noted", 1.0, "")])
    head, other = await kept(tmp_path / "old"), await kept(tmp_path / "other", 1)
    assert head != other
    said = refused(copy(tmp_path / "old", database.dsn, SUPER, database=database, cwd=tmp_path))
    assert said.endswith("is not empty. Take another database")
    assert head_of(database) == f"{record.seq}:{record.hash}"
    for source in (database.dsn, tmp_path / "old", tmp_path / "other"):
        said = refused(copy(source, tmp_path / "other", mara, database=database, cwd=tmp_path))
        assert said.endswith("is not empty. Name another folder")
    assert cockpit(
        "journal", "copy", "--from", tmp_path / "other", "--to", "third", cwd=tmp_path
    ).stdout.endswith(f"head {other}\n")


async def test_without_a_record_there_it_asks_for_init(database: Database, tmp_path: Path) -> None:
    await kept(tmp_path / "old")
    said = refused(copy(tmp_path / "old", database.dsn, SUPER, database=database, cwd=tmp_path))
    assert "cockpit journal init" in said


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    said = refused(copy(tmp_path / "none", tmp_path / "new", cwd=tmp_path))
    assert said.startswith(f"there is no journal {tmp_path}/none")
    assert not (tmp_path / "new").exists()


def test_from_database_to_database_is_two_steps(tmp_path: Path) -> None:
    said = refused(copy("postgresql://a/b", "postgres://a/c", cwd=tmp_path), 64)
    assert said.startswith("from one database into another a record goes in two steps")


TAMPERED = ("UPDATE record SET actor = 'mallory' WHERE seq = 4", "DELETE FROM record WHERE seq = 4")


@pytest.mark.parametrize("deed", TAMPERED)
async def test_a_broken_chain_is_not_copied(database: Database, tmp_path: Path, deed: str) -> None:
    found(database)
    await kept(tmp_path / "old")
    db = sqlite3.connect(tmp_path / "old" / DATABASE, isolation_level=None)
    for statement in ("DROP TRIGGER not_edited", "DROP TRIGGER not_deleted", deed):
        db.execute(statement)
    db.close()
    for target in (database.dsn, tmp_path / "new"):
        said = refused(copy(tmp_path / "old", target, SUPER, database=database, cwd=tmp_path))
        assert said.startswith("record 4 is ")
        assert "nothing was copied" in said
    assert is_empty(database)
    assert not (tmp_path / "new").exists()


async def test_a_database_that_was_tampered_with_is_not_copied(database: Database, tmp_path: Path) -> None:
    found(database)
    await kept(tmp_path / "old")
    assert copy(tmp_path / "old", database.dsn, SUPER, database=database, cwd=tmp_path).returncode == 0
    database.sql("ALTER TABLE cockpit.record DISABLE TRIGGER ALL")
    database.sql("UPDATE cockpit.record SET body = '{ }' WHERE seq = 2")
    mara = database.add_person("mara", ["cockpit_viewer"])
    said = refused(copy(database.dsn, tmp_path / "new", mara, database=database, cwd=tmp_path))
    assert said.startswith("record 2 is not as it was written; nothing was copied")
    assert not (tmp_path / "new").exists()


async def test_what_no_database_can_hold_is_refused_as_a_whole(database: Database, tmp_path: Path) -> None:
    found(database)
    journal = SqliteJournal(Folder(tmp_path / "old"))
    await journal.append([*facts(3), Fact("incident.noted", 1.0, "nul\0here")])
    await journal.close()
    said = refused(copy(tmp_path / "old", database.dsn, SUPER, database=database, cwd=tmp_path))
    assert "NUL" in said
    assert is_empty(database)


# What comes meanwhile


class Busy(MemoryJournal):
    """Somebody appends to it right after each look at its end, so many times."""

    def __init__(self, more: int = 0) -> None:
        super().__init__()
        self._more = more

    async def head(self) -> Head:
        return Head(self.records[-1].seq, self.records[-1].hash)

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        found = await super().read(after, limit)
        if not found and self._more:
            self._more -= 1
            await self.append([Fact("incident.noted", 1.0, "bob")])
        return found


async def test_what_comes_while_it_is_copied_is_copied_too(tmp_path: Path) -> None:
    source = Busy(3)
    await source.append(facts(1))
    head = await copying.copy(source, filled_folder(Folder(tmp_path / "new")))
    assert head == await source.head()
    assert head.seq == 7
    journal = SqliteJournal(Folder(tmp_path / "new"), create=False)
    assert await journal.head() == head
    await journal.close()


async def test_a_source_that_is_never_done_is_not_copied(tmp_path: Path) -> None:
    source = Busy(1_000)
    await source.append(facts(1))
    with pytest.raises(JournalError, match="written to faster than it can be copied; nothing was copied"):
        await copying.copy(source, filled_folder(Folder(tmp_path / "new")))
    assert not (tmp_path / "new").exists()


async def test_what_comes_at_the_very_end_is_told(tmp_path: Path) -> None:
    source = Busy()
    await source.append(facts(1))
    head = await source.head()

    @asynccontextmanager
    async def target():  # type: ignore[no-untyped-def]
        async with filled_folder(Folder(tmp_path / "new")) as filling:
            yield filling
        await source.append([Fact("incident.noted", 1.0, "bob")])

    with pytest.raises(JournalError) as told:
        await copying.copy(source, target())
    assert told.value.message == f"copied up to {head}, and 1 more came to the source since"


async def test_a_copy_that_is_another_is_thrown_away(tmp_path: Path) -> None:
    source = Busy()
    await source.append(facts(5))

    @asynccontextmanager
    async def target():  # type: ignore[no-untyped-def]
        async with filled_folder(Folder(tmp_path / "new")) as filling:
            put = filling.put
            filling.put = lambda records: put(records[:-1])
            yield filling

    with pytest.raises(JournalError, match="another than its source after record 7"):
        await copying.copy(source, target())
    assert not (tmp_path / "new").exists()


async def test_nobody_appends_while_it_is_filled(database: Database, tmp_path: Path) -> None:
    """A cockpit that is there already hears so, and its record comes neither before nor between."""
    found(database)
    head = await kept(tmp_path / "old")
    mara = database.add_person("mara", ["cockpit_responder"])
    with database.psql() as holder:
        holder.say("BEGIN; SELECT pg_advisory_xact_lock(1668984948); SELECT 'held'")
        assert [holder.line(), holder.line()] == ["", "held"]
        done: list[subprocess.CompletedProcess[str]] = []
        thread = threading.Thread(
            target=lambda: done.append(
                copy(tmp_path / "old", database.dsn, SUPER, database=database, cwd=tmp_path)
            )
        )
        thread.start()
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: database.sql(waits) == [("1",)], what="the copy waits for its turn")
        assert is_empty(database)
        holder.say("ROLLBACK")
        thread.join()
    assert done[0].returncode == 0
    assert head_of(database) == str(head)
    async with at_work(database, mara) as one:
        (record,) = await one.journal.append([Fact("incident.noted", 1.0, "")])
    assert record.seq == head.seq + 1


# Killed in the middle

HALF = """
import asyncio, os, signal, sys
from cockpit.adapters.journal import copying
from cockpit.wiring.copying import copied
where, source, target = sys.argv[1:]
if where == "middle":
    copying.BATCH = 3
real = copying._more
async def more(source, filling, head):
    put = filling.put
    async def once(records):
        await put(records)
        if where == "middle":
            os.kill(os.getpid(), signal.SIGKILL)
    filling.put = once
    head = await real(source, filling, head)
    if where == "end":
        os.kill(os.getpid(), signal.SIGKILL)
    return head
copying._more = more
asyncio.run(copied(source, target))
"""


def half(where: str, source: Path, target: str, database: Database) -> int:
    command = [sys.executable, "-c", HALF, where, str(source), target]
    home = source.parent
    env = {**environment(home), **database.environ(SUPER), "PYTHONPATH": os.getcwd()}
    return subprocess.run(command, env=env, cwd=home, timeout=120, check=False).returncode


@pytest.mark.parametrize("where", ["middle", "end"])
@pytest.mark.parametrize("engine", ["postgres", "sqlite"])
async def test_killed_it_leaves_an_empty_place_that_can_be_filled(
    database: Database, tmp_path: Path, engine: str, where: str
) -> None:
    found(database)
    head = await kept(tmp_path / "old", 20)
    target = database.dsn if engine == "postgres" else str(tmp_path / "new")
    assert half(where, tmp_path / "old", target, database) == -signal.SIGKILL
    if engine == "postgres":
        # Its turn ends with it.
        until(lambda: is_free(database), what="the server has heard of its end")
        assert is_empty(database)
    else:
        journal = SqliteJournal(Folder(tmp_path / "new"), create=False)
        assert await journal.head() == Head(0, "0" * 64)
        await journal.close()
    again = copy(tmp_path / "old", target, SUPER, database=database, cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.endswith(f"head {head}\n")


def is_free(database: Database) -> bool:
    return database.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == [("0",)]


async def test_a_folder_that_accounts_share_stays_one(tmp_path: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    shared = SqliteJournal(Folder(tmp_path / "shared", group))
    await shared.append(facts(1))
    head = await shared.head()
    await shared.close()
    Folder(tmp_path / "other", group).make()
    done = copy(tmp_path / "shared", tmp_path / "other", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"head {head}\n")
    assert (tmp_path / "other" / DATABASE).stat().st_mode & 0o7777 == 0o660
