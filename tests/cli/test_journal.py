"""`cockpit journal` as people run it."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.journal import GENESIS, Fact, chain_hash

from .running import CONFIG, cockpit, small

FACTS = [
    Fact("incident.declared", 1_700_000_000.0, "alice", {"title": "checkout \x1b[2Jdown"}, "INC-1"),
    Fact("run.started", 1_700_000_001.0, "alice", {"runbook": "restart"}, "INC-1", "R-1"),
    Fact("step.spawned", 1_700_000_002.0, "bob", {"pid": 4711}, "INC-1", "R-1", "restart", 1, 1),
]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    small(tmp_path)
    return tmp_path


@pytest.fixture
def folder(here: Path) -> Path:
    return here / ".local" / "state" / "cockpit" / "small"


@pytest.fixture
async def journal(folder: Path) -> SqliteJournal:
    made = SqliteJournal(Folder(folder), origin="desk-1")
    await made.append(FACTS)
    await made.close()
    return made


def tamper(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / "journal.sqlite3", isolation_level=None)
    db.execute("DROP TRIGGER not_edited")
    db.execute("DROP TRIGGER not_deleted")
    db.execute(statement)
    db.close()


@pytest.mark.parametrize("command", ["verify", "tail", "export"])
def test_a_missing_journal_is_one_line(here: Path, command: str) -> None:
    done = cockpit("journal", command, cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"cockpit: there is no journal {here}/.local/state/cockpit/small/journal.sqlite3"
    )
    assert len(done.stderr.splitlines()) == 1
    assert not (here / ".local").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["verify", "--head", "nowhere"],
        ["verify", "--head", "3:abc"],
        ["tail", "-n", "-1"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_64(here: Path, arguments: list[str]) -> None:
    done = cockpit("journal", *arguments, cwd=here)
    assert (done.returncode, done.stdout) == (64, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("journal")
def test_a_chain_that_holds_is_told_with_its_head(here: Path) -> None:
    done = cockpit("journal", "verify", cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("chain holds, head 3:")


@pytest.mark.usefixtures("journal")
def test_the_first_bad_record_is_named(here: Path, folder: Path) -> None:
    tamper(folder, "UPDATE record SET actor = 'mallory' WHERE seq = 2")
    done = cockpit("journal", "verify", cwd=here)
    assert done.returncode == 1
    first, second = done.stdout.splitlines()
    assert first == "record 2 is not as it was written"
    assert second.startswith("records up to 1:")
    assert second.endswith(" hold")


@pytest.mark.usefixtures("journal")
def test_a_cut_tail_shows_against_an_export(here: Path, folder: Path) -> None:
    export = here / "export.ndjson"
    export.write_text(cockpit("journal", "export", cwd=here).stdout)
    assert cockpit("journal", "verify", "--head", export, cwd=here).returncode == 0
    tamper(folder, "DELETE FROM record WHERE seq = 3")
    done = cockpit("journal", "verify", "--head", export, cwd=here)
    assert done.returncode == 1
    assert done.stdout.startswith("the tail was cut: it ends at record 2, and record 3 was there\n")
    head = json.loads(export.read_text().splitlines()[-1])
    assert cockpit("journal", "verify", "--head", f"3:{head['hash']}", cwd=here).stdout == done.stdout
    assert cockpit("journal", "verify", cwd=here).returncode == 0


@pytest.mark.usefixtures("journal")
def test_an_export_can_be_checked_by_whoever_has_it(here: Path) -> None:
    done = cockpit("journal", "export", cwd=here, LANG="C", LC_ALL="C")
    *events, head = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stdout.isascii()
    assert done.stdout.replace("\n", "").isprintable()
    assert [(event["schema"], event["seq"], event["kind"]) for event in events] == [
        ("cockpit.event/v1", number, fact.kind) for number, fact in enumerate(FACTS, 1)
    ]
    prev = GENESIS
    for event in events:
        assert chain_hash(prev, event) == event["hash"]
        prev = event["hash"]
    assert head == {"schema": "cockpit.head/v1", "seq": 3, "hash": prev}


@pytest.mark.usefixtures("journal")
def test_the_tail_is_readable_and_clean(here: Path) -> None:
    done = cockpit("journal", "tail", "-n", "2", cwd=here)
    assert done.stdout.splitlines() == [
        "2023-11-14 22:13:21Z       2  run.started         INC-1 R-1  alice  runbook=restart",
        "2023-11-14 22:13:22Z       3  step.spawned        INC-1 R-1/restart 1.1  bob  pid=4711",
    ]
    assert "\x1b" not in cockpit("journal", "tail", cwd=here).stdout
    assert cockpit("journal", "tail", "-n", "0", cwd=here).stdout == ""
    assert json.loads(cockpit("journal", "tail", "-n", "1", "--json", cwd=here).stdout)["seq"] == 3


async def test_following_shows_what_others_write(here: Path, folder: Path, journal: SqliteJournal) -> None:
    command = [sys.executable, "-m", "cockpit", "journal", "tail", "--follow", "--json", "-n", "1"]
    environ = {"HOME": str(here), "PATH": "", "LANG": "C.UTF-8"}
    with following(command, here, environ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["seq"] == 3
        other = SqliteJournal(Folder(folder))
        await other.append([Fact("run.finished", 1_700_000_003.0, "bob")])
        assert json.loads(process.stdout.readline())["kind"] == "run.finished"
        await other.close()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (130, "", "")


def following(command: list[str], here: Path, environ: dict[str, str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=here, env=environ, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.usefixtures("journal")
def test_a_reader_that_leaves_is_no_fault(here: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m cockpit journal export | head -n 1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        cwd=here,
        env={"HOME": str(here), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 2


async def test_the_configuration_may_name_the_folder(here: Path) -> None:
    (here / "config" / "cockpit.yaml").write_text(f"{CONFIG}journal: {{sqlite: ../records}}\n")
    made = SqliteJournal(Folder(here / "records"))
    await made.append(FACTS)
    await made.close()
    assert cockpit("journal", "verify", cwd=here).stdout.startswith("chain holds, head 3:")


@pytest.mark.usefixtures("journal")
def test_a_file_that_others_may_read_is_refused(here: Path, folder: Path) -> None:
    (folder / "journal.sqlite3").chmod(0o644)
    done = cockpit("journal", "verify", cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.rstrip().endswith(f"has mode 0644; refused. Run `chmod 0600 {folder}/journal.sqlite3`")
