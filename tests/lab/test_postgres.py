"""The lab's PostgreSQL does what it says: it keeps what it acknowledged, hangs, refuses and recovers."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import OwnPostgres

from .child import until
from .cluster import SUPER, Person
from .database import Database
from .pgbouncer import PgBouncer
from .pgbouncer import require as require_pgbouncer
from .postgres import Postgres, outside_address
from .proxies import Certificate, self_signed
from .psql import Psql

pytestmark = pytest.mark.lab
TABLE = "CREATE TABLE kept (n int PRIMARY KEY)"


def numbers(server: Postgres) -> set[int]:
    return {int(n) for (n,) in server.sql("SELECT n FROM kept")}


def connect(dsn: str, environ: dict[str, str]) -> str:
    """As whom libpq comes in by this DSN, or what it says against it."""
    command = ["psql", "-X", "-w", "-A", "-t", "-c", "SELECT session_user", dsn]
    env = {**os.environ, **environ}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.rstrip("\n") if done.returncode == 0 else done.stderr


def works(pid: str) -> bool:
    """A zombie does not work."""
    return Path(f"/proc/{pid}/cwd").exists()


def inserts(first: int) -> Iterator[str]:
    return (f"INSERT INTO kept VALUES ({n}) RETURNING n" for n in itertools.count(first))


def test_rows_and_refusals_are_the_servers_own_words(database: Database) -> None:
    assert database.sql("SELECT 1, NULL, E'a\\nb;\"'; SELECT 2") == [("1", "", 'a\nb;"'), ("2",)]
    assert "division by zero" in database.refused("SELECT 1/0")
    with pytest.raises(AssertionError, match="division by zero"):
        database.sql("SELECT 1/0")
    with pytest.raises(AssertionError, match="not refused"):
        database.refused("SELECT 1")


def test_every_test_gets_a_database_and_people_of_its_own(postgres: Postgres, database: Database) -> None:
    assert database.sql("SELECT current_database()") == [(database.name,)]
    other = Database(postgres, database.name + "_too")
    postgres.create_database(other.name)
    names = {database.add_person("mara").name, other.add_person("mara").name}
    other.sql(f'CREATE SCHEMA hers AUTHORIZATION "mara_{other.name}"')
    other.drop()
    left = database.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE 'mara\\_%'")
    assert len(names) == 2
    assert left == [(person.name,) for person in database.people]


def test_a_person_comes_with_a_password_and_in_the_roles_given(database: Database) -> None:
    database.sql("DO $$ BEGIN CREATE ROLE lab_readers NOLOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    mara = database.add_person("mara", ["lab_readers"])
    noor = database.add_person("no\"o'r")
    ask = "SELECT session_user, pg_has_role('lab_readers', 'member')"
    assert database.sql(ask, mara) == [(mara.name, "t")]
    assert database.sql(ask, noor) == [(noor.name, "f")]


def test_nobody_comes_in_without_the_right_password(database: Database) -> None:
    mara, empty = database.add_person("mara"), database.add_person("empty", password="")
    for password in ("wrong", ""):
        assert "password" in database.refused("SELECT 1", Person(mara.name, password))
    assert "password" in database.refused("SELECT 1", empty)
    assert "password" in database.refused("SELECT 1", Person(SUPER.name, "wrong"))
    assert database.sql("SELECT session_user", SUPER) == [(SUPER.name,)]


def test_a_person_may_be_trusted_without_one(own_postgres: OwnPostgres) -> None:
    server = own_postgres()
    mara, noor = server.add_person("mara"), server.add_person("noor")
    server.trust(mara)
    assert server.sql("SELECT session_user", Person("mara", "wrong")) == [("mara",)]
    assert "password" in server.refused("SELECT 1", Person(noor.name, "wrong"))


def test_libpq_finds_person_and_password_by_the_environment(database: Database) -> None:
    odd = database.add_person("o:d\\d", password="pass:\\word")
    environ = database.environ(odd)
    assert Path(environ["PGPASSFILE"]).stat().st_mode & 0o777 == 0o600
    assert odd.password not in database.dsn
    assert odd.name not in database.dsn
    assert connect(database.dsn, environ) == odd.name


def test_what_was_acknowledged_survives_the_end_of_the_whole_server(own_postgres: OwnPostgres) -> None:
    server = own_postgres()
    server.sql(TABLE)
    acknowledged: set[int] = set()
    for killed in range(1, 4):
        first = max(numbers(server), default=-1) + 1
        with server.psql() as psql:
            writer = threading.Thread(target=psql.say_all, args=(inserts(first),))
            writer.start()
            for line in psql.lines():
                acknowledged.add(int(line))
                if int(line) == first + 200:
                    server.kill()
            writer.join()
        server.restart()
        server.wait_ready()
        kept = numbers(server)
        assert acknowledged <= kept
        assert max(kept) >= first + 200
        assert len(kept - acknowledged) <= killed, "at each end one may be kept that nobody heard of"


def test_killed_is_killed_with_all_who_worked_in_it(own_postgres: OwnPostgres) -> None:
    server = own_postgres()
    with server.psql() as psql:
        psql.say("SELECT pg_sleep(600)")
        sleeps = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        ((pid,),) = until(lambda: server.sql(sleeps), what="it sleeps")
        assert int(pid) in server.child.family()
        server.kill()
        assert server.child.family() == []
        assert not works(pid)
        assert "server closed the connection unexpectedly" in psql.ended()


def test_paused_it_answers_nobody_and_resumed_it_goes_on(own_postgres: OwnPostgres) -> None:
    server = own_postgres()
    with server.psql() as psql:
        psql.say("SELECT 'before'")
        assert psql.line() == "before"
        server.pause()
        psql.say("SELECT 'after'")
        answers: list[str | None] = []
        reader = threading.Thread(target=lambda: answers.append(psql.line()))
        reader.start()
        reader.join(1.0)
        assert answers == []
        server.resume()
        reader.join()
        assert answers == ["after"]
    assert server.sql("SELECT 1") == [("1",)]


def test_a_paused_server_can_be_killed_and_stopped(own_postgres: OwnPostgres) -> None:
    server = own_postgres()
    for end in (server.kill, server.stop):
        server.pause()
        end()
        assert server.child.family() == []
        end()
        server.start()
        server.wait_ready()


def test_connections_are_limited_as_told(own_postgres: OwnPostgres) -> None:
    server = own_postgres(max_connections=7, settings={"synchronous_commit": "off"})
    shown = [server.sql(f"SHOW {name}") for name in ("max_connections", "synchronous_commit", "fsync")]
    assert shown == [[("7",)], [("off",)], [("on",)]]


def test_it_dies_with_whoever_started_it(own_postgres: OwnPostgres) -> None:
    program = (
        "import os\n"
        "from tests.lab.cluster import first_cluster\n"
        "from tests.lab.postgres import Postgres\n"
        "server = Postgres().__enter__()\n"
        "print(server.folder, first_cluster().parent, *server.child.family(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    command, root = [sys.executable, "-c", program], Path(__file__).parents[2]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=root, check=False)
    folder, template, *pids = done.stdout.split()
    assert len(pids) > 3
    until(lambda: not any(map(works, pids)), what="all have ended")
    subprocess.run(["rm", "-r", folder, template], check=True)


def test_a_server_that_cannot_start_says_why(own_postgres: OwnPostgres) -> None:
    with pytest.raises(RuntimeError, match="no_such_setting"):
        own_postgres(settings={"no_such_setting": "1"})


def test_over_tls_the_client_knows_the_server_by_its_certificate(
    own_postgres: OwnPostgres, certificate: Certificate, tmp_path: Path
) -> None:
    server = own_postgres()
    mara = server.add_person("mara")
    environ = server.environ(mara)
    assert connect(server.dsn("postgres", sslmode="disable"), environ) == "mara"
    server.with_tls(certificate)

    def verified(certificate: Certificate, host: str = "localhost") -> str:
        known = str(certificate.file)
        return connect(server.dsn("postgres", host, sslmode="verify-full", sslrootcert=known), environ)

    assert verified(certificate) == "mara"
    assert "certificate verify failed" in verified(self_signed(tmp_path))
    assert "no encryption" in connect(server.dsn("postgres", sslmode="disable"), environ)
    assert "password" in server.refused("SELECT 1", Person("mara", "wrong"))
    ssl = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert server.sql(ssl, mara) == [("t",)]


def test_it_is_reached_from_outside_where_it_listens(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    address = outside_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    there = self_signed(tmp_path, address)
    server = own_postgres(listen=["127.0.0.1", address], certificate=there)
    environ = server.environ(server.add_person("mara"))
    verify = {"sslmode": "verify-full", "sslrootcert": str(there.file)}
    assert not address.startswith("127.")
    assert connect(server.dsn("postgres", address, **verify), environ) == "mara"
    server.with_tls(self_signed(tmp_path))
    assert "does not match host name" in connect(server.dsn("postgres", address, **verify), environ)
    assert "Connection refused" in connect(own_postgres().dsn("postgres", address), environ)


@pytest.mark.parametrize("pool_mode", ["session", "transaction"])
def test_pgbouncer_passes_on_what_a_person_asks(own_postgres: OwnPostgres, pool_mode: str) -> None:
    require_pgbouncer()
    server = own_postgres()
    with PgBouncer(server, pool_mode) as bouncer:
        mara = server.add_person("mara")
        assert bouncer.sql("SELECT session_user, inet_server_port()", mara) == [("mara", str(server.port))]
        assert connect(bouncer.dsn("postgres"), server.environ(mara)) == "mara"
        with pytest.raises(AssertionError, match="SASL authentication failed"):
            bouncer.sql("SELECT 1", Person("mara", "wrong"))
        with bouncer.psql(mara) as one, bouncer.psql(mara) as other:
            pids = {working_for(one), working_for(other)}
            assert len(pids) == {"session": 2, "transaction": 1}[pool_mode]


def working_for(psql: Psql) -> str | None:
    psql.say("SELECT pg_backend_pid()")
    return psql.line()
