"""`cockpit journal init`: the record of a team is made, brought up to date or refused, and never half."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cockpit.adapters.journal.postgres import founding
from cockpit.core.journal import Fact
from cockpit.core.team import Role
from cockpit.errors import JournalError
from tests.cli.running import cockpit, environment, small
from tests.conftest import OwnPostgres
from tests.lab.cluster import SUPER, Person
from tests.lab.database import Database
from tests.lab.postgres import Postgres

from .people import administrator, at_work

pytestmark = pytest.mark.lab
STEPS = "SELECT number FROM cockpit.migration ORDER BY number"
SECOND = "CREATE TABLE more (n int); GRANT SELECT ON more TO cockpit_viewer"


def init(
    database: Database, person: Person, *more: str, cwd: Path, dsn: str = ""
) -> subprocess.CompletedProcess[str]:
    words = ("journal", "init", "--postgres", dsn or database.dsn, *more)
    return cockpit(*words, cwd=cwd, **database.environ(person))


def refused(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    assert (done.returncode, done.stdout) == (code, "")
    (line,) = done.stderr.splitlines()
    return line.removeprefix("cockpit: ")


def owners(database: Database) -> set[str]:
    """Who may act as the owner; who may only make others owners is none."""
    how = "'SET'" if int(database.sql("SHOW server_version_num")[0][0]) >= 160000 else "'MEMBER'"
    asked = f"SELECT rolname FROM pg_roles WHERE NOT rolsuper AND pg_has_role(oid, 'cockpit_owner', {how})"
    return {name for (name,) in database.sql(asked)}


def is_founded(database: Database) -> bool:
    return database.sql("SELECT to_regnamespace('cockpit') IS NOT NULL") == [("t",)]


async def test_a_superuser_makes_it_and_says_what_comes_next(database: Database, tmp_path: Path) -> None:
    done = init(database, SUPER, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    place = database.dsn.removeprefix("postgresql://")
    first, *more = done.stdout.splitlines()
    assert first == f"The record in {place} is ready (step {founding.KNOWN})."
    assert any("createuser --pwprompt --role=cockpit_responder NAME" in line for line in more)
    assert any(f'journal: {{postgres: "{database.dsn}"}}' in line for line in more)
    mara = database.add_person("mara", ["cockpit_responder"])
    async with at_work(database, mara) as one:
        (record,) = await one.journal.append([Fact("incident.noted", 1.0, "")])
    again = init(database, SUPER, cwd=tmp_path)
    assert again.stdout.startswith(f"The record in {place} is as it should be (step {founding.KNOWN}).\n")
    assert database.sql("SELECT seq, hash FROM cockpit.head") == [("1", record.hash)]


def test_somebody_who_may_create_roles_and_a_schema_makes_it_and_is_no_owner(
    database: Database, tmp_path: Path
) -> None:
    boss = administrator(database)
    for _ in range(2):
        assert init(database, boss, cwd=tmp_path).returncode == 0
    assert boss.name not in owners(database)
    assert "permission denied" in database.refused("SELECT * FROM cockpit.record", boss)


def test_who_was_an_owner_before_stays_one(database: Database, tmp_path: Path) -> None:
    boss = database.add_person("boss")
    assert init(database, SUPER, cwd=tmp_path).returncode == 0
    database.sql(f'GRANT cockpit_owner TO "{boss.name}"')
    assert init(database, boss, cwd=tmp_path).returncode == 0
    assert boss.name in owners(database)


def test_without_the_right_nothing_is_made(database: Database, tmp_path: Path) -> None:
    mara, boss = database.add_person("mara"), administrator(database)
    database.sql(f'REVOKE CREATE ON DATABASE {database.name} FROM "{boss.name}"')
    place = database.dsn.removeprefix("postgresql://")
    said = refused(init(database, mara, cwd=tmp_path))
    assert said.startswith(f"journal {place}: {mara.name} may not ")
    assert said.endswith(
        "Run it as a superuser, or as somebody with CREATEROLE who may create in this database"
    )
    said = refused(init(database, boss, cwd=tmp_path))
    assert said.startswith(
        f"journal {place}: {boss.name} may not create in database {database.name}. GRANT CRE"
    )
    assert not is_founded(database)


def test_a_database_that_cannot_hold_every_text_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    latin = Database(postgres, "test_latin")
    postgres.sql("CREATE DATABASE test_latin ENCODING LATIN1 LOCALE 'C' TEMPLATE template0")
    try:
        said = refused(init(latin, SUPER, cwd=tmp_path))
        assert "database test_latin is in LATIN1. It must be in UTF8: createdb -E UTF8" in said
        assert not is_founded(latin)
    finally:
        latin.drop()


def test_what_is_newer_is_left_alone(database: Database, tmp_path: Path) -> None:
    assert init(database, SUPER, cwd=tmp_path).returncode == 0
    database.sql("INSERT INTO cockpit.migration (number) VALUES (99)")
    said = refused(init(database, SUPER, "--person", "somebody=viewer", cwd=tmp_path))
    known = founding.KNOWN
    assert said.endswith(
        f"the record is of a newer cockpit (step 99, this one knows {known}). Use that cockpit"
    )
    assert database.sql("SELECT FROM pg_roles WHERE rolname = 'somebody'") == []


def test_a_schema_that_somebody_else_could_change_is_refused(database: Database, tmp_path: Path) -> None:
    mallory = database.add_person("mallory")
    database.sql(f'CREATE SCHEMA cockpit AUTHORIZATION "{mallory.name}"')
    said = refused(init(database, SUPER, cwd=tmp_path))
    assert f"belongs to {mallory.name}, who could change the record. Take another database" in said


@pytest.mark.parametrize(
    ("dsn", "says"),
    [
        ("postgresql://boss@127.0.0.1/x", "names a user"),
        ("postgresql://boss:canary@127.0.0.1/x", "names a "),
        ("postgresql://127.0.0.1/x?password=canary", "names a password"),
        ("postgresql://192.0.2.1/x", "sslmode is prefer"),
        ("postgresql://db.example/x?sslmode=require", "sslmode is require"),
        ("postgresql://127.0.0.1:1/x", "refuse"),
        ("nonsense", "is no address of a database"),
    ],
)
def test_a_way_that_is_not_safe_is_not_gone(database: Database, tmp_path: Path, dsn: str, says: str) -> None:
    said = refused(init(database, SUPER, cwd=tmp_path, dsn=dsn))
    assert says in said
    assert "canary" not in said


def test_a_missing_database_is_told_as_one(postgres: Postgres, tmp_path: Path) -> None:
    said = refused(init(Database(postgres, "test_nowhere"), SUPER, cwd=tmp_path))
    assert said.endswith("there is no such database. Make it with createdb, then `cockpit journal init`")


def test_without_a_configuration_or_an_address_it_asks_for_one(tmp_path: Path) -> None:
    small(tmp_path)
    done = cockpit("journal", "init", cwd=tmp_path)
    assert refused(done, 64) == "the configuration has no journal.postgres. Say which: --postgres DSN"


# As SQL


def by_psql(database: Database, tmp_path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """As `cockpit journal init --print | psql DATABASE`."""
    printed = cockpit("journal", "init", "--print", *more, cwd=tmp_path)
    assert (printed.returncode, printed.stderr) == (0, "")
    return subprocess.run(
        ("psql", "-X", "-w"),
        input=printed.stdout,
        env={"PATH": environment(tmp_path)["PATH"], **database.server.connection(None, database.name)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_psql_makes_the_same_and_says_the_same(database: Database, tmp_path: Path) -> None:
    for _ in range(2):
        done = by_psql(database, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        first, *more = done.stdout.splitlines()
        assert first == f"The record in database {database.name} is ready (step {founding.KNOWN})."
        assert any(f'journal: {{postgres: "postgresql:///{database.name}"}}' in line for line in more)
    assert database.sql(STEPS) == [(str(number),) for number in range(1, founding.KNOWN + 1)]
    assert init(database, SUPER, cwd=tmp_path).stdout.count("as it should be") == 1


def test_psql_hears_of_a_refusal_and_goes_no_further(database: Database, tmp_path: Path) -> None:
    assert by_psql(database, tmp_path).returncode == 0
    database.sql("INSERT INTO cockpit.migration (number) VALUES (99)")
    done = by_psql(database, tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "the record is of a newer cockpit" in done.stderr


def test_an_address_is_only_words_to_psql(database: Database, tmp_path: Path) -> None:
    nasty = "postgresql://db/x'\\q\n\\! touch made\nSELECT 1; -- :DBNAME `touch made`"
    done = by_psql(database, tmp_path, "--postgres", nasty)
    assert (done.returncode, done.stderr) == (0, "")
    assert "touch made" in done.stdout
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("how", ["printed", "done"])
def test_without_the_driver_only_the_sql_can_be_had(tmp_path: Path, how: str) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('not here')\n")
    command = [sys.executable, "-m", "cockpit", "journal", "init", "--postgres", "postgresql:///x"]
    done = subprocess.run(
        [*command, *(["--print"] if how == "printed" else [])],
        cwd=tmp_path,
        env={**environment(tmp_path), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if how == "printed":
        assert (done.returncode, done.stderr) == (0, "")
        assert "CREATE SCHEMA cockpit" in done.stdout
    else:
        assert "psycopg is not installed. Run `pip install" in refused(done)


# From one step to the next


def as_superuser(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in database.environ(SUPER).items():
        monkeypatch.setenv(name, value)


def newer(monkeypatch: pytest.MonkeyPatch, second: str) -> None:
    first = founding.migration(1)
    monkeypatch.setattr(founding, "KNOWN", 2)
    monkeypatch.setattr(founding, "migration", {1: first, 2: second}.__getitem__)


async def test_an_older_record_is_brought_up_to_date_and_keeps_what_it_has(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_superuser(database, monkeypatch)
    monkeypatch.setattr(founding, "KNOWN", 1)
    assert (await founding.found(database.dsn)).before == 0
    mara = database.add_person("mara", ["cockpit_responder"])
    async with at_work(database, mara) as one:
        await one.journal.append([Fact("incident.noted", 1.0, "")])
    newer(monkeypatch, SECOND)
    found = await founding.found(database.dsn)
    assert (found.before, found.now) == (1, 2)
    assert (await founding.found(database.dsn)).before == 2
    assert database.sql(STEPS) == [("1",), ("2",)]
    assert database.sql("SELECT count(*) FROM cockpit.record") == [("1",)]
    assert database.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'more'") == [("cockpit_owner",)]


async def test_a_step_that_fails_leaves_the_record_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_superuser(database, monkeypatch)
    monkeypatch.setattr(founding, "KNOWN", 1)
    await founding.found(database.dsn)
    newer(monkeypatch, f"{SECOND}; SELECT 1 / 0")
    with pytest.raises(JournalError, match="division by zero"):
        await founding.found(database.dsn, {"somebody": Role.VIEWER})
    assert database.sql(STEPS) == [("1",)]
    assert database.sql("SELECT to_regclass('cockpit.more') IS NULL") == [("t",)]
    assert database.sql("SELECT FROM pg_roles WHERE rolname = 'somebody'") == []


async def test_all_who_found_at_once_succeed(
    own_postgres: OwnPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several databases of one cluster, which share its roles."""
    server = own_postgres()
    databases = [Database(server, f"team_{number}") for number in range(3)]
    for each in databases:
        server.create_database(each.name)
    as_superuser(databases[0], monkeypatch)
    founded = await asyncio.gather(*(founding.found(each.dsn) for each in databases * 4))
    assert [
        sorted(each.before for each in founded if each.place.endswith(one.name)) for one in databases
    ] == [[0, *[founding.KNOWN] * 3]] * 3


def test_programs_that_found_at_once_succeed(database: Database, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        all_done = list(pool.map(lambda _: init(database, SUPER, cwd=tmp_path), range(4)))
    assert [(done.returncode, done.stderr) for done in all_done] == [(0, "")] * 4
    assert sum("is ready" in done.stdout for done in all_done) == 1


# People


def roles(database: Database, name: str) -> str:
    ((number,),) = database.sql(f"SELECT cockpit.role_of('{name}')")
    return number


def test_people_get_a_login_and_the_role_named(database: Database, tmp_path: Path) -> None:
    name = f"noor.{database.name}"
    done = init(database, SUPER, "--person", f"{name}=approver", cwd=tmp_path)
    database.people.append(Person(name, ""))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{name} is an approver." in done.stdout.splitlines()
    assert f"psql {database.dsn} -c '\\password {name}'" in done.stdout
    assert roles(database, name) == "3"
    assert "password" in database.refused("SELECT 1", Person(name, ""))
    for role, number in (("viewer", "1"), ("viewer", "1"), ("responder", "2")):
        assert init(database, SUPER, "--person", f"{name}={role}", cwd=tmp_path).returncode == 0
        assert roles(database, name) == number


def test_a_password_that_somebody_has_stays(database: Database, tmp_path: Path) -> None:
    mara = database.add_person("mara")
    boss = administrator(database)
    assert init(database, boss, "--person", f"{mara.name}=responder", cwd=tmp_path).returncode == 0
    assert database.sql("SELECT cockpit.role_of(session_user)", mara) == [("2",)]


def test_people_that_the_record_would_refuse_are_not_made(database: Database, tmp_path: Path) -> None:
    group, mara = f"group_{database.name}", database.add_person("mara")
    database.sql(f"CREATE ROLE {group} NOLOGIN")
    assert init(database, SUPER, cwd=tmp_path).returncode == 0
    database.sql(f'GRANT cockpit_approver TO {group}; GRANT {group} TO "{mara.name}"')
    for given, says in (
        (f"{SUPER.name}=responder", "is a superuser"),
        (f"{group}=responder", "may not log in"),
        (f"{mara.name}=viewer", "by way of another role"),
    ):
        assert says in refused(init(database, SUPER, "--person", given, cwd=tmp_path))
    database.sql(f"DROP ROLE {group}")


@pytest.mark.parametrize(
    "given",
    [
        "mara",
        "mara=boss",
        "=viewer",
        "a'b=viewer",
        'a"b=viewer',
        "a$person$=viewer",
        "cockpit_owner=viewer",
        "a b=viewer",
    ],
)
def test_what_is_no_person_is_wrong_usage(tmp_path: Path, given: str) -> None:
    done = cockpit("journal", "init", "--print", "--person", given, cwd=tmp_path)
    assert refused(done, 64).startswith(f"--person {given}: ")


def test_every_step_is_shipped() -> None:
    folder = Path(founding.__file__).parent / "migrations"
    numbers = sorted(int(file.stem) for file in folder.glob("*.sql"))
    assert numbers == list(range(1, founding.KNOWN + 1))
