"""Who is let in, who is refused before a packet is sent, what they hear, and how a line comes back."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.postgres.company import PostgresTeam
from cockpit.adapters.journal.postgres.greeting import Greeting, greet
from cockpit.adapters.journal.postgres.journal import PostgresJournal
from cockpit.adapters.journal.postgres.line import Lost
from cockpit.adapters.journal.postgres.shared import Shared
from cockpit.adapters.journal.postgres.whom import Whom, whom
from cockpit.core.journal import Fact
from cockpit.core.team import Role
from cockpit.errors import JournalError
from tests.attacks import place as attacks
from tests.conftest import OwnPostgres
from tests.lab.child import until
from tests.lab.cluster import SUPER, Person
from tests.lab.database import Database
from tests.lab.pgbouncer import PgBouncer
from tests.lab.pgbouncer import require as require_pgbouncer
from tests.lab.postgres import Postgres, outside_address
from tests.lab.proxies import self_signed

from .people import at_work, found, whom_of

pytestmark = pytest.mark.lab
NOTED = Fact("incident.noted", 1.7e9, "")


async def greeted(at: Whom) -> Greeting:
    """Raises JournalError."""
    db, greeting = await greet(at)
    await db.close()
    return greeting


def as_person(monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> None:
    """As libpq finds them, whoever runs these tests."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


# Before a packet is sent


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://mara@localhost/ops",
        "postgresql://:secret@localhost/ops",
        "host=localhost password=''",
        "host=localhost passfile=/tmp/pass",
        "postgresql://localhost/ops?sslpassword=x",
        "service=ops",
    ],
)
def test_an_address_that_names_a_person_or_a_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, dsn: str
) -> None:
    as_person(monkeypatch, {"PGUSER": "mara"})
    with pytest.raises(JournalError, match=r"journal\.postgres names a"):
        whom(dsn)


@pytest.mark.parametrize(
    ("dsn", "environ"),
    [
        ("postgresql://db.example/ops", {}),
        ("postgresql://10.0.0.1/ops?sslmode=require", {}),
        ("postgresql://db.example/ops?sslmode=verify-ca", {}),
        ("postgresql://localhost,db.example/ops", {}),
        ("host=localhost hostaddr=10.0.0.1", {}),
        ("postgresql:///ops", {"PGHOST": "db.example"}),
        ("postgresql:///ops", {"PGHOSTADDR": "10.0.0.1"}),
        ("postgresql://localhost.example/ops", {}),
        ("postgresql://[2001:db8::1]/ops", {"PGSSLMODE": "require"}),
    ],
)
def test_off_this_machine_without_proof_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, dsn: str, environ: dict[str, str]
) -> None:
    as_person(monkeypatch, {"PGUSER": "mara", **environ})
    with pytest.raises(JournalError, match="nobody proves to be it") as refused:
        whom(dsn)
    assert "sslmode=verify-full" in refused.value.hint


def test_a_service_of_libpq_is_seen_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "services").write_text("[ops]\nhost=db.example\nuser=noor\n")
    as_person(monkeypatch, {"PGSERVICEFILE": str(tmp_path / "services"), "PGSERVICE": "ops"})
    with pytest.raises(JournalError, match=r"db\.example.*nobody proves to be it"):
        whom("postgresql:///ops")


@pytest.mark.parametrize("dsn", ["postgresql://localhost/ops", "postgresql://[::1]/ops", "postgresql:///ops"])
def test_on_this_machine_no_proof_is_needed(monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
    as_person(monkeypatch, {"PGUSER": "mara"})
    assert not whom(dsn).outside


def test_what_is_no_address_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    as_person(monkeypatch, {"PGUSER": "mara"})
    with pytest.raises(JournalError, match="no address of a database") as refused:
        whom("postgres://[half")
    assert "\n" not in str(refused.value)


def test_without_the_driver_it_says_how_to_get_it(tmp_path: Path) -> None:
    config = attacks.write(tmp_path, "http://127.0.0.1:9", {})
    with (config / "cockpit.yaml").open("a") as file:
        file.write("journal: {postgres: postgresql://localhost/ops}\n")
    program = "import sys; sys.modules['psycopg'] = None; from cockpit.__main__ import main; main()"
    command = [sys.executable, "-c", program, "journal", "verify", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "psycopg is not installed" in done.stderr
    assert "Run `pip install 'incident-cockpit[team]'`" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# TLS


@dataclass
class Outside:
    """A server that is reached over the network, by TLS."""

    server: Postgres
    database: Database
    address: str
    root: Path

    def dsn(self, **more: str) -> str:
        given = {"sslmode": "verify-full", "sslrootcert": str(self.root), **more}
        return self.server.dsn(self.database.name, self.address, **given)


@pytest.fixture
def outside(own_postgres: OwnPostgres, tmp_path: Path) -> Outside:
    address = outside_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    certificate = self_signed(tmp_path, address)
    server = own_postgres(listen=["127.0.0.1", address], certificate=certificate)
    database = Database(server, "ops")
    server.create_database("ops")
    found(database)
    return Outside(server, database, address, certificate.file)


async def test_over_the_network_both_have_to_prove_who_they_are(
    outside: Outside, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mara = outside.database.add_person("mara", ["cockpit_responder"])
    as_person(monkeypatch, outside.database.environ(mara))
    assert (await greeted(whom(outside.dsn()))).role is Role.RESPONDER
    (tmp_path / "other").mkdir()
    stranger = self_signed(tmp_path / "other", outside.address)
    with pytest.raises(JournalError, match="certificate is not to be trusted") as refused:
        await greeted(whom(outside.dsn(sslrootcert=str(stranger.file))))
    assert "root.crt" in refused.value.hint
    with pytest.raises(JournalError, match="certificate cannot be checked"):
        await greeted(whom(outside.dsn(sslrootcert=str(tmp_path / "none"))))
    outside.server.trust(mara)
    with pytest.raises(JournalError, match="lets anybody in as anybody"):
        await greeted(whom(outside.dsn()))


async def test_a_server_by_another_name_is_not_trusted(
    own_postgres: OwnPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address = outside_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    certificate = self_signed(tmp_path)
    server = own_postgres(listen=["127.0.0.1", address], certificate=certificate)
    as_person(monkeypatch, server.environ(server.add_person("mara")))
    dsn = server.dsn("postgres", address, sslmode="verify-full", sslrootcert=str(certificate.file))
    with pytest.raises(JournalError, match="certificate is not to be trusted"):
        await greeted(whom(dsn))


# People


async def test_who_may_come_in(shared_database: Database) -> None:
    database = shared_database
    for role in Role:
        person = database.add_person(f"some{role}", [f"cockpit_{role}"])
        assert await greeted(whom_of(database, person)) == Greeting(role, True)


async def refusal(database: Database, person: Person) -> str:
    with pytest.raises(JournalError) as refused:
        await greeted(whom_of(database, person))
    assert refused.value.hint, f"what to do: {refused.value}"
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_who_may_not_hears_why_and_what_to_do(shared_database: Database) -> None:
    database = shared_database
    ann = database.add_person("ann", ["cockpit_responder"])
    assert "wrong password" in await refusal(database, Person(ann.name, "wrong"))
    assert "wants a password" in await refusal(database, Person(ann.name, ""))
    assert "wants a password" in await refusal(database, database.add_person("empty", password=""))
    assert "wrong password" in await refusal(database, Person("nobody", "x"))
    assert "cockpit_responder" in await refusal(database, database.add_person("guest"))
    assert "could change what is on record" in await refusal(database, SUPER)
    for name, roles, may in (
        ("owner", ["cockpit_owner", "cockpit_responder"], ""),
        ("writer", ["pg_write_all_data", "cockpit_responder"], ""),
        ("runner", ["pg_execute_server_program", "cockpit_responder"], ""),
        ("maker", ["cockpit_responder"], "CREATEROLE"),
    ):
        if may and int(database.sql("SHOW server_version_num")[0][0]) >= 160000:
            continue  # reaches only roles of one's own making
        mighty = database.add_person(name, roles, may=may)
        assert "could change what is on record" in await refusal(database, mighty)


async def test_who_is_let_in_without_a_proof_on_this_machine_is_told(own_postgres: OwnPostgres) -> None:
    database = Database(own_postgres(), "ops")
    database.server.create_database("ops")
    found(database)
    mara = database.add_person("mara", ["cockpit_responder"])
    database.server.trust(mara)
    assert "lets anybody in as mara_ops" in (await greeted(whom_of(database, mara))).note


# Databases


async def test_what_is_no_record_is_told_from_one(database: Database) -> None:
    mara = database.add_person("mara")
    missing = replace(database, name="no_such", people=[])
    assert "no such database" in await refusal(missing, mara)
    assert "holds no record" in await refusal(database, mara)
    assert "journal init" in await refusal(database, mara)
    found(database)
    database.sql(f'GRANT cockpit_responder TO "{mara.name}"')
    assert (await greeted(whom_of(database, mara))).role is Role.RESPONDER
    database.sql("INSERT INTO cockpit.migration (number) VALUES (1000)")
    assert "newer cockpit (step 1000" in await refusal(database, mara)
    database.sql("DELETE FROM cockpit.migration")
    assert "older cockpit" in await refusal(database, mara)


async def test_a_server_that_is_full_or_gone_says_so(own_postgres: OwnPostgres) -> None:
    database = Database(own_postgres(max_connections=7), "ops")
    database.server.create_database("ops")
    found(database)
    mara = database.add_person("mara", ["cockpit_responder"])
    async with AsyncExitStack() as stack:
        for _ in range(4):  # three more are kept for superusers
            psql = stack.enter_context(database.psql(mara))
            psql.say("SELECT 1")
            assert psql.line() == "1"
        assert "no connection left" in await refusal(database, mara)
    database.server.stop()
    with pytest.raises(JournalError, match="refuses connections"):
        await greeted(whom_of(database, mara))


async def test_a_server_that_never_answers_is_given_up(founded: Database) -> None:
    mara = founded.add_person("mara", ["cockpit_responder"])
    asked: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda reader, writer: asked.append(writer), "127.0.0.1", 0)
    async with server:
        shared = Shared(through(whom_of(founded, mara), server.sockets[0].getsockname()[1]))
        with pytest.raises(JournalError, match=r"cannot be reached in time|timeout"):
            await shared.ask("SELECT 1")
        await shared.close()
        assert asked
        for writer in asked:
            writer.close()
            await writer.wait_closed()


async def test_what_is_under_way_when_a_line_is_closed_is_lost(founded: Database) -> None:
    mara = founded.add_person("mara", ["cockpit_responder"])
    shared = Shared(whom_of(founded, mara))
    assert await shared.ask("SELECT 1") == [(1,)]
    asked = asyncio.ensure_future(shared.ask("SELECT pg_sleep(600)", within=600.0))
    sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    await asyncio.to_thread(until, lambda: founded.sql(sleeping))
    async with asyncio.timeout(60):
        await shared.close()
        with pytest.raises(Lost):
            await asked


def through(at: Whom, port: int) -> Whom:
    return replace(at, conninfo=make_conninfo(at.conninfo, port=port, sslmode="disable"))


# Poolers


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_that_shares_connections_is_refused(founded: Database, mode: str) -> None:
    require_pgbouncer()
    mara = founded.add_person("mara", ["cockpit_responder"])
    with PgBouncer(founded.server, mode) as bouncer:
        with pytest.raises(JournalError, match="pooler in transaction mode") as refused:
            await greeted(through(whom_of(founded, mara), bouncer.port))
        assert "pool_mode = session" in refused.value.hint


async def test_a_pooler_that_keeps_them_apart_works(founded: Database) -> None:
    require_pgbouncer()
    mara = founded.add_person("mara", ["cockpit_responder"])
    with PgBouncer(founded.server, "session") as bouncer:
        shared = Shared(through(whom_of(founded, mara), bouncer.port), origin="pooled")
        journal = PostgresJournal(shared)
        assert await journal.read() == []
        assert shared.note == ""
        await shared.news()
        async with at_work(founded, mara) as other, asyncio.timeout(60):
            await other.journal.append([replace(NOTED, uid="other")])
            while not (await shared.news()).record:
                pass
        (record,) = await journal.append([NOTED])
        assert record.seq == 2
        await journal.close()


# News


@asynccontextmanager
async def silent(port: int) -> AsyncIterator[int]:
    """The port of a proxy that swallows what the server tells unasked, and nothing else."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, out = await asyncio.open_connection("127.0.0.1", port)

        async def to_client() -> None:
            while True:
                kind = await back.readexactly(1)
                size = await back.readexactly(4)
                rest = await back.readexactly(struct.unpack("!I", size)[0] - 4)
                if kind != b"A":
                    writer.write(kind + size + rest)

        async def to_server() -> None:
            while data := await reader.read(65536):
                out.write(data)

        passing = [asyncio.ensure_future(to_client()), asyncio.ensure_future(to_server())]
        try:
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in passing:
                each.cancel()
            out.close()
            writer.close()
            await asyncio.gather(*passing, return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_where_nothing_is_told_it_is_looked_for_and_that_is_said(founded: Database) -> None:
    mara = founded.add_person("mara", ["cockpit_responder"])
    async with silent(founded.server.port) as port, at_work(founded, mara) as other:
        shared = Shared(through(whom_of(founded, mara), port), origin="deaf")
        team, journal = PostgresTeam(shared, SystemClock()), PostgresJournal(shared)
        company = await team.here("")
        assert company.note == "the database tells no news: looked for twice a second"
        assert (team.pause, other.team.pause) == (0.5, 5.0)
        await other.journal.append([NOTED])
        assert len(await journal.read()) == 1
        await journal.close()


async def test_a_server_that_was_restarted_is_heard_again_with_all_that_was_missed(
    own_postgres: OwnPostgres,
) -> None:
    database = Database(own_postgres(), "ops")
    database.server.create_database("ops")
    found(database)
    mara, noor = (database.add_person(name, ["cockpit_responder"]) for name in ("mara", "noor"))
    async with at_work(database, mara) as one, at_work(database, noor) as other:
        await other.journal.append([NOTED])
        assert len(await one.journal.read()) == 1
        while not (await one.team.news()).record:
            pass
        database.server.restart()
        async with asyncio.timeout(60):
            assert (await one.team.news()).record, "the end of a line is news: something may be missed"
            database.server.wait_ready()
            await again(other)
            while len(await read(one)) < 2:
                pass
            await one.team.news()
            await other.journal.append([Fact("incident.noted", 1.7e9, "")])
            while len(await read(one)) < 3:
                await one.team.news()


async def again(one: object) -> None:
    while True:
        with suppress(JournalError):
            await one.journal.append([replace(NOTED, uid="again")])  # type: ignore[attr-defined]
            return
        await asyncio.sleep(0.1)


async def read(one: object) -> object:
    with suppress(JournalError):
        return await one.journal.read()  # type: ignore[attr-defined]
    await asyncio.sleep(0.1)
    return ()


# Clocks


@dataclass
class Off:
    by: float

    def now(self) -> float:
        return time.time() + self.by

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.mark.parametrize("by", [0.0, 90.0, -3600.0])
async def test_how_far_a_clock_is_off_is_measured_and_told_to_all(founded: Database, by: float) -> None:
    mara, noor = (founded.add_person(name, ["cockpit_responder"]) for name in ("mara", "noor"))
    async with at_work(founded, mara, "off") as one, at_work(founded, noor, "right") as other:
        team = PostgresTeam(one.shared, Off(by))
        before = time.time()
        company = await team.here("looks")
        took = time.time() - before
        assert by - took - 0.001 <= company.skew <= by + 0.001
        assert before - 0.001 <= company.at <= before + took + 0.001
        seen = {each.origin: each for each in (await other.team.here("")).people}
        assert (seen["off"].skew, seen["off"].doing) == (company.skew, "looks")
