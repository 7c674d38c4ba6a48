"""`cockpit doctor` where the record is a team's: how it is reached and kept, and what to do."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from cockpit.adapters.journal import tail
from cockpit.adapters.journal.postgres import examining, shared
from cockpit.adapters.journal.postgres.founding import KNOWN, script
from cockpit.cli.doctor_team import team
from cockpit.config import load
from cockpit.core.journal import Fact
from tests.cli.running import CONFIG, cockpit, environment, small
from tests.conftest import OwnPostgres
from tests.lab.cluster import Person
from tests.lab.database import Database
from tests.lab.pgbouncer import PgBouncer
from tests.lab.pgbouncer import require as require_pgbouncer
from tests.lab.postgres import Postgres, outside_address
from tests.lab.proxies import self_signed

from .people import at_work, found

pytestmark = pytest.mark.lab


def on(folder: Path, dsn: str) -> Path:
    return small(folder, f"{CONFIG}journal: {{postgres: {json.dumps(dsn)}}}\n")


def told(folder: Path, environ: dict[str, str]) -> list[str]:
    """What it says of the record, as sign and words."""
    done = cockpit("doctor", cwd=folder, **environ)
    assert (done.returncode, done.stderr) == (1, "")  # there is no Prometheus
    lines = re.findall(r"^(.. ) ?record +(.*)$", done.stdout, re.MULTILINE)
    return [f"{sign.strip()} {words}" for sign, words in lines]


def test_all_that_matters_is_told_and_nothing_is_put_on_record(database: Database, tmp_path: Path) -> None:
    found(database)
    on(tmp_path, database.dsn)
    mara = database.add_person("mara", ["cockpit_responder"])
    lines = told(tmp_path, database.environ(mara))
    place = database.dsn.removeprefix("postgresql://")
    assert lines[0] == f"ok {place} as {mara.name}, responder"
    wanted = (
        r"ok on this machine, not encrypted",
        r"ok answers in \d+ ms; 0 records; whether it can be written was not tried",
        r"ok clocks differ by 0\.0 s",
        rf"ok PostgreSQL [\d.]+, step {KNOWN} of the record, as this cockpit knows it",
        r"ok writes to the disk what it acknowledges",
        r"ok what others do is told at once",
        r"ok \d+ of 57 connections in use",
    )
    assert len(lines) == 1 + len(wanted)
    for line, pattern in zip(lines[1:], wanted, strict=True):
        assert re.fullmatch(pattern, line)
    assert database.sql(
        "SELECT (SELECT count(*) FROM cockpit.record), (SELECT count(*) FROM cockpit.presence)"
    ) == [("0", "0")]


def test_who_only_looks_is_told_so(database: Database, tmp_path: Path) -> None:
    found(database)
    on(tmp_path, database.dsn)
    leo = database.add_person("leo", ["cockpit_viewer"])
    hint = f"To decide and run anything ask for: GRANT cockpit_responder TO {leo.name}"
    assert f"-- {leo.name} only looks here. {hint}" in told(tmp_path, database.environ(leo))


def test_what_keeps_one_out_is_one_line_with_what_to_do(database: Database, tmp_path: Path) -> None:
    on(tmp_path, database.dsn)
    mara = database.add_person("mara")
    place = database.dsn.removeprefix("postgresql://")

    def says(*words: str, environ: dict[str, str] | None = None) -> None:
        (line,) = told(tmp_path, environ or database.environ(mara))
        assert line.startswith(f"!! journal {place}: ")
        for each in words:
            assert each in line

    says("holds no record of cockpit", "cockpit journal init")
    found(database)
    says(f"{mara.name} may not do this", "cockpit_responder")
    says("password", environ=database.environ(Person(mara.name, "wrong")))
    database.sql(f'GRANT cockpit_responder TO "{mara.name}"; INSERT INTO cockpit.migration VALUES (99)')
    says("is of a newer cockpit", "99")
    database.sql("DELETE FROM cockpit.migration")
    says("is of an older cockpit", "cockpit journal init")


def test_a_server_that_is_away_is_told(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    server = own_postgres()
    on(tmp_path, server.dsn("postgres"))
    environ = server.environ(server.add_person("mara"))
    server.stop()
    (line,) = told(tmp_path, environ)
    assert line.startswith("!! journal 127.0.0.1:")
    assert "refuse" in line


def ours(server: Postgres) -> Person:
    server.sql(script())
    return server.add_person("mara", ["cockpit_responder"])


def test_a_server_that_may_forget_and_has_no_room_is_told(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    server = own_postgres(max_connections=10, settings={"fsync": "off"})
    mara = ours(server)
    on(tmp_path, server.dsn("postgres"))
    with ExitStack() as held:
        for _ in range(5):
            psql = held.enter_context(server.psql(mara))
            psql.say("SELECT 'here'")
            assert psql.line() == "here"
        lines = told(tmp_path, server.environ(mara))
    forgets = "!! may lose records in a crash. Set fsync and full_page_writes to on in its postgresql.conf"
    assert forgets in lines
    crowded = "!! 6 of 7 connections in use. Each cockpit takes one: raise max_connections, "
    assert [line for line in lines if line.startswith(crowded)]


def test_a_server_that_lets_anybody_in_is_told(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    server = own_postgres()
    mara = ours(server)
    server.trust(mara)
    on(tmp_path, server.dsn("postgres"))
    lines = told(tmp_path, server.environ(mara))
    assert [
        line for line in lines if line.startswith("!! the database lets anybody in as mara. Mend its pg_hba")
    ]


def test_a_way_from_outside_is_told_to_be_verified(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    if (address := outside_address()) is None:
        pytest.skip("this machine has no address but loopback")
    there = self_signed(tmp_path, address)
    server = own_postgres(listen=["127.0.0.1", address], certificate=there)
    mara = ours(server)
    on(tmp_path, server.dsn("postgres", address, sslmode="verify-full", sslrootcert=str(there.file)))
    assert [
        line
        for line in told(tmp_path, server.environ(mara))
        if re.fullmatch(r"ok encrypted \(TLSv1\.\d\), its certificate is verified", line)
    ]
    server.with_tls(self_signed(tmp_path))
    (line,) = told(tmp_path, server.environ(mara))
    assert "certificate" in line
    (tmp_path / "config" / "cockpit.yaml").write_text(
        f"{CONFIG}journal: {{postgres: '{server.dsn('postgres', address)}'}}\n"
    )
    (line,) = told(tmp_path, server.environ(mara))
    assert "sslmode is prefer" in line


@pytest.mark.parametrize("pool_mode", ["session", "transaction"])
def test_a_pooler_in_transaction_mode_is_told(
    own_postgres: OwnPostgres, tmp_path: Path, pool_mode: str
) -> None:
    require_pgbouncer()
    server = own_postgres()
    mara = ours(server)
    with PgBouncer(server, pool_mode) as bouncer:
        on(tmp_path, bouncer.dsn("postgres"))
        lines = told(tmp_path, server.environ(mara))
    if pool_mode == "session":
        assert not [line for line in lines if line.startswith("!!")]
        assert "ok what others do is told at once" in lines
    else:
        (line,) = lines
        assert "a pooler in transaction mode" in line


def test_a_clock_that_is_off_is_told(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(database)
    mara = database.add_person("mara", ["cockpit_responder"])
    for name, value in database.environ(mara).items():
        monkeypatch.setenv(name, value)
    model = load(on(tmp_path, database.dsn)).model
    real = examining.time.time
    monkeypatch.setattr(examining.time, "time", lambda: real() + 60)
    (found_off,) = [check for check in team(model) if check.said.startswith("clocks differ")]
    assert found_off.good is False
    assert re.fullmatch(r"clocks differ by (59|60)\.\d s", found_off.said)
    assert found_off.hint.startswith("set the clock")


def test_a_record_on_this_machine_asks_no_database(tmp_path: Path) -> None:
    assert list(team(load(small(tmp_path)).model)) == []


# Other looks at a team's record


async def test_following_shows_what_others_write(database: Database, tmp_path: Path) -> None:
    found(database)
    on(tmp_path, database.dsn)
    leo = database.add_person("leo", ["cockpit_viewer"])
    mara = database.add_person("mara", ["cockpit_responder"])
    async with at_work(database, mara) as one:
        await one.journal.append([Fact("incident.noted", 1.0, "", {"n": n}) for n in range(3)])
        with following(tmp_path, database.environ(leo)) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["seq"] == 3
            await one.journal.append([Fact("incident.noted", 2.0, "")])
            heard = json.loads(process.stdout.readline())
            assert (heard["seq"], heard["actor"]) == (4, mara.name)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (130, "", "")


def following(folder: Path, environ: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cockpit", "journal", "tail", "--follow", "--json", "-n", "1"]
    pipe = subprocess.PIPE
    env = {**environment(folder), **environ}
    return subprocess.Popen(command, cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True)


async def test_what_others_write_is_told_and_not_looked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(database)
    monkeypatch.setattr(shared, "NOTIFIED", 3600.0)
    mara, leo = (database.add_person(name, ["cockpit_responder"]) for name in ("mara", "leo"))
    async with at_work(database, mara) as one, at_work(database, leo) as other:
        assert list(await one.journal.read()) == []
        heard = asyncio.ensure_future(anext(tail.follow(one.journal, 0, rest=one.journal.rest)))
        (record,) = await other.journal.append([Fact("incident.noted", 1.0, "")])
        assert await heard == record


async def test_what_was_changed_by_an_owner_is_named(database: Database, tmp_path: Path) -> None:
    found(database)
    on(tmp_path, database.dsn)
    mara = database.add_person("mara", ["cockpit_responder"])
    environ = database.environ(mara)
    async with at_work(database, mara) as one:
        *_, last = await one.journal.append([Fact("incident.noted", 1.0, "", {"n": n}) for n in range(3)])
    export = cockpit("journal", "export", cwd=tmp_path, **environ).stdout
    (tmp_path / "export").write_text(export)
    done = cockpit("journal", "verify", "--head", "export", cwd=tmp_path, **environ)
    assert (done.returncode, done.stdout) == (0, f"chain holds, head 3:{last.hash}\n")
    tail = cockpit("journal", "tail", "-n", "1", cwd=tmp_path, **environ).stdout
    assert mara.name in tail
    database.sql("ALTER TABLE cockpit.record DISABLE TRIGGER ALL; DELETE FROM cockpit.record WHERE seq = 3")
    database.sql("UPDATE cockpit.head SET seq = 2, hash = (SELECT hash FROM cockpit.record WHERE seq = 2)")
    assert cockpit("journal", "verify", cwd=tmp_path, **environ).returncode == 0
    done = cockpit("journal", "verify", "--head", "export", cwd=tmp_path, **environ)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        1,
        "the tail was cut: it ends at record 2, and record 3 was there",
    )
    database.sql("UPDATE cockpit.record SET actor = 'mallory' WHERE seq = 2")
    done = cockpit("journal", "verify", cwd=tmp_path, **environ)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "record 2 is not as it was written")
