"""Disks that are full, hung, read-only, locked or damaged: one clear error, and nothing half-written."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.adapters.journal import database, locks, sqlite
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.adapters.journal.verify import verify
from cockpit.core.journal import Fact
from cockpit.core.journal_head import NOTHING
from cockpit.errors import JournalError

from .making import fact, opened, tamper, written


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


async def fill(journal: SqliteJournal, acknowledged: list[Fact]) -> None:
    while True:
        batch = [fact(text="x" * 4_000), fact(text="y" * 4_000)]
        await journal.append(batch)
        acknowledged += batch


async def test_a_full_disk_refuses_whole_appends_and_recovers(small_disk: Path) -> None:
    async with opened(small_disk / "shop") as journal:
        acknowledged: list[Fact] = []
        with pytest.raises(JournalError, match="the disk is full, nothing was recorded"):
            await fill(journal, acknowledged)
        for _ in range(3):
            with pytest.raises(JournalError, match="the disk is full"):
                await journal.append([fact(text="z" * 50_000)])
        assert [record.fact.uid for record in await journal.read()] == [each.uid for each in acknowledged]
        remount(small_disk, "size=8m")
        (later,) = await journal.append([fact("later")])
        assert later.seq == len(acknowledged) + 1
        assert (await verify(journal)).broken is None


async def test_a_disk_full_from_the_start_leaves_nothing(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(1024 * 1024 - 12_288))
    async with opened(small_disk / "shop") as journal:
        with pytest.raises(JournalError, match="the disk is full"):
            await journal.append([fact()])
        assert "journal.sqlite3" not in os.listdir(small_disk / "shop")
        filler.unlink()
        assert [record.seq for record in await journal.append([fact()])] == [1]


async def test_a_read_only_file_system_is_said(small_disk: Path) -> None:
    await written(small_disk / "shop")
    remount(small_disk, "ro")
    async with opened(small_disk / "shop") as journal, opened(small_disk / "new") as new:
        for each in (journal, new):
            with pytest.raises(JournalError, match=r"Read-only file system.*name another folder"):
                await each.append([fact()])


@pytest.fixture
def read_only_home(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    yield tmp_path
    tmp_path.chmod(0o700)


async def test_a_read_only_home_is_said(read_only_home: Path) -> None:
    async with opened(read_only_home / "cockpit" / "shop") as journal:
        with pytest.raises(JournalError, match=r"Permission denied.*name another folder"):
            await journal.append([fact()])


async def test_a_hung_disk_holds_up_neither_the_loop_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(sqlite, "die_at", lambda name: name != "in_append" or released.wait(60))
    monkeypatch.setattr(sqlite, "CLOSING", 0.1)
    journal = SqliteJournal(Folder(tmp_path / "shop"))
    hung = asyncio.ensure_future(journal.append([fact("hung")]))
    behind = asyncio.ensure_future(journal.append([fact("behind")]))
    given_up = asyncio.ensure_future(journal.append([fact("given up")]))
    ticks = 0
    for _ in range(20):
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks == 20
    assert not hung.done()
    given_up.cancel()  # before its turn: it is never done
    await journal.close()
    assert not hung.done()
    released.set()
    assert [record.fact.kind for record in [*await hung, *await behind]] == ["hung", "behind"]
    await journal.close()
    async with opened(tmp_path / "shop") as again:
        assert [record.fact.kind for record in await again.read()] == ["hung", "behind"]


def test_a_program_whose_disk_hangs_ends_all_the_same(tmp_path: Path) -> None:
    program = (
        "import asyncio, time\n"
        "from pathlib import Path\n"
        "from cockpit.adapters.journal import sqlite\n"
        "from tests.adapters.journal.making import Folder, SqliteJournal, fact\n"
        "sqlite.die_at = lambda name: time.sleep(1000)\n"
        "sqlite.CLOSING = 0.1\n"
        "async def main():\n"
        f"    journal = SqliteJournal(Folder(Path({str(tmp_path / 'shop')!r})))\n"
        "    try:\n"
        "        await asyncio.wait_for(journal.append([fact()]), 0.2)\n"
        "    except TimeoutError:\n"
        "        await journal.close()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], timeout=60, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


async def test_a_strangers_lock_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY", 0.1)
    await written(tmp_path / "shop", 2)
    shell = sqlite3.connect(tmp_path / "shop" / "journal.sqlite3", isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(JournalError, match=r"another program holds it locked. Close the sqlite3 shell"):
            await journal.append([fact()])
        assert len(await journal.read()) == 2
        shell.execute("ROLLBACK")
        shell.close()
        assert [record.seq for record in await journal.append([fact()])] == [3]


def test_a_lock_that_is_never_let_go_names_its_holder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "shop")
    folder.make()
    impatient = locks.FileLock(folder, "journal.lock", patience=0.05)
    with locks.FileLock(folder, "journal.lock").held():
        with pytest.raises(JournalError) as caught, impatient.held():
            pass
        if os.path.exists("/proc/locks"):
            assert f"locked by pid {os.getpid()}, running for 0.05 s" in str(caught.value)
    with impatient.held():
        pass


def test_a_lock_whose_file_was_replaced_is_taken_anew(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "shop")
    folder.make()
    ours, theirs = (
        locks.FileLock(folder, "journal.lock"),
        locks.FileLock(folder, "journal.lock", patience=0.05),
    )
    with ours.held():
        pass
    (tmp_path / "shop" / "journal.lock").unlink()
    with ours.held(), pytest.raises(JournalError, match="locked by"), theirs.held():
        pass


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is no journal of cockpit"),
        (b"not a database, by any means" * 100, "is no SQLite database any more"),
        (b"SQLite format 3\x00" + bytes(5000), "is no"),
    ],
    ids=["empty", "text", "header only"],
)
async def test_a_damaged_file_is_said_and_left_alone(tmp_path: Path, content: bytes, says: str) -> None:
    await written(tmp_path / "shop")
    file = tmp_path / "shop" / "journal.sqlite3"
    file.write_bytes(content)
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(JournalError, match=says):
            await journal.append([fact()])
        with pytest.raises(JournalError, match=says):
            await journal.read()
    assert file.read_bytes() == content


async def test_a_page_of_rubbish_is_damage_and_no_fault_of_ours(tmp_path: Path) -> None:
    await written(tmp_path / "shop", 400)
    file = tmp_path / "shop" / "journal.sqlite3"
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    file.write_bytes(content)
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(JournalError, match="is damaged"):
            await journal.read()
        with pytest.raises(JournalError, match="is damaged"):
            await journal.append([fact()])


async def test_a_strangers_database_is_refused(tmp_path: Path) -> None:
    await written(tmp_path / "shop")
    (tmp_path / "shop" / "journal.sqlite3").unlink()
    db = sqlite3.connect(tmp_path / "shop" / "journal.sqlite3")
    db.execute("CREATE TABLE record (precious TEXT)")
    db.close()
    (tmp_path / "shop" / "journal.sqlite3").chmod(0o600)
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(JournalError, match="is no journal of cockpit"):
            await journal.append([fact()])


async def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    await written(tmp_path / "shop")
    db = sqlite3.connect(tmp_path / "shop" / "journal.sqlite3")
    db.execute("PRAGMA user_version = 99")
    db.close()
    async with opened(tmp_path / "shop") as journal:
        with pytest.raises(
            JournalError, match=r"written by a newer cockpit \(version 99, this one knows 1\)"
        ):
            await journal.append([fact()])


async def test_who_only_reads_makes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop", create=False) as journal:
        with pytest.raises(JournalError, match="there is no journal"):
            await journal.read()
    assert os.listdir(tmp_path) == []


async def test_a_journal_moved_away_while_in_use_takes_nothing_more(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop") as journal:
        await journal.append([fact("before")])
        (tmp_path / "shop").rename(tmp_path / "away")
        with pytest.raises(JournalError, match="was moved or replaced while in use"):
            await journal.append([fact("lost")])
        (tmp_path / "away").rename(tmp_path / "shop")
        assert [record.seq for record in await journal.append([fact("after")])] == [2]


@pytest.mark.parametrize("keeps_log", [True, False], ids=["log kept", "log removed"])
async def test_an_older_copy_put_in_place_while_in_use_takes_nothing(tmp_path: Path, keeps_log: bool) -> None:
    path = tmp_path / "shop"
    await written(path, 3)
    shutil.copy(path / "journal.sqlite3", tmp_path / "backup")
    async with opened(path) as journal:
        await journal.append([fact("newer")])
        (path / "journal.sqlite3").write_bytes((tmp_path / "backup").read_bytes())
        if not keeps_log:
            (path / "journal.sqlite3-wal").unlink()
        if keeps_log:  # the log still has the newer record, so nothing is lost
            assert [record.seq for record in await journal.append([fact()])] == [5]
        else:
            with pytest.raises(JournalError, match="was moved or replaced"):
                await journal.append([fact()])


async def test_a_chain_that_went_back_is_not_gone_on_with(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop") as journal:
        await journal.append([fact("a"), fact("b"), fact("c")])
        tamper(tmp_path / "shop", "DELETE FROM record WHERE seq > 1")
        with pytest.raises(JournalError, match=r"was there and is not any more \(it ends at 1 now\)"):
            await journal.append([fact("d")])


async def test_after_closing_nothing_is_taken(tmp_path: Path) -> None:
    async with opened(tmp_path / "shop") as journal:
        assert await journal.head() == NOTHING
    with pytest.raises(JournalError, match="has been closed"):
        await journal.append([fact()])
