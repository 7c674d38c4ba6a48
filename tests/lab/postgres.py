"""A real PostgreSQL: a cluster of its own, on a loopback port and a socket of its own."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

from .child import free_port, until
from .cluster import SUPER, Person, first_cluster, literal, program, quoted
from .postmaster import Postmaster, server_account
from .proxies import Certificate
from .psql import Psql, rows, run_psql


def outside_address() -> str | None:
    """An IPv4 address of this machine that is not loopback; None where it has none."""
    listed = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout
    return next((address for address in listed.split() if "." in address), None)


class Postgres:
    """`with` waits until it is ready and removes the cluster at the end; `start()` does not wait.

    Everybody but SUPER needs a password; over TLS only, once it has a certificate.
    """

    def __init__(
        self,
        *,
        max_connections: int = 60,
        listen: Sequence[str] = ("127.0.0.1",),
        certificate: Certificate | None = None,
        settings: Mapping[str, str] = {},
    ) -> None:
        """`settings` are lines of postgresql.conf; `listen` may have `outside_address()` too."""
        # Not pytest's folder: the server's account cannot enter it, and a socket's path has 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="lab-pg-", dir="/tmp"))
        os.chown(self.folder, *server_account())
        self.data = self.folder / "data"
        self.port = free_port()
        self._certificate = certificate
        self._trusted: list[str] = []
        self._settings = {
            "port": str(self.port),
            "listen_addresses": ",".join(listen),
            "unix_socket_directories": str(self.folder),
            "max_connections": str(max_connections),
            "shared_buffers": "32MB",
            # One call instead of a thousand after each kill.
            "recovery_init_sync_method": "syncfs",
            **settings,
        }
        self._child: Postmaster | None = None

    @property
    def child(self) -> Postmaster:
        assert self._child is not None, "not started"
        return self._child

    def start(self) -> None:
        if not self.data.exists():
            subprocess.run(["cp", "-a", "--reflink=auto", first_cluster(), self.data], check=True)
        self._write_settings()
        argv = [program("postgres"), "-D", str(self.data)]
        self._child = Postmaster(argv, self.data, self.folder / "postgres.log")

    def wait_ready(self, within: float = 60.0) -> None:
        """Until it lets people in; after `kill` it first recovers what was acknowledged."""
        until(self._is_ready, within, "PostgreSQL is ready")

    def stop(self) -> None:
        """Clients are sent away with a word, and the port is free."""
        self.child.stop()

    def kill(self) -> None:
        """kill -9 of all its processes at once; nobody hears a word."""
        self.child.kill()

    def restart(self) -> None:
        """On the same port and data, also after `kill`; does not wait."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """All its processes stop: connections stay, nobody is answered."""
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def with_tls(self, certificate: Certificate) -> None:
        """From the next connection on TCP is TLS; `certificate.file` is what a client verifies it with."""
        self._certificate = certificate
        self._reload()

    def trust(self, person: Person) -> None:
        """From the next connection on this person is let in without a password."""
        self._trusted.append(person.name)
        self._reload()

    def create_database(self, name: str, owner: Person = SUPER, *, template: str = "template1") -> None:
        self.sql(f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner.name)} TEMPLATE {quoted(template)}")

    def drop_database(self, name: str) -> None:
        """Also when somebody is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    def add_person(
        self, name: str, roles: Sequence[str] = (), *, password: str | None = None, may: str = ""
    ) -> Person:
        """A login in these roles, which exist; `may` is more, as CREATE ROLE has it ("CREATEROLE").

        Without `password` it has a random one; with "" it has none, and none lets it in.
        """
        person = Person(name, secrets.token_urlsafe(12) if password is None else password)
        self.sql(f"CREATE ROLE {quoted(name)} LOGIN {may} PASSWORD {literal(person.password)}")
        for role in roles:
            self.sql(f"GRANT {quoted(role)} TO {quoted(name)}")
        return person

    def remove_person(self, person: Person) -> None:
        """Owns nothing in a database that is left, or AssertionError."""
        # Newer servers keep in mind who made whom a member.
        self.sql(f"DROP OWNED BY {quoted(person.name)}; DROP ROLE {quoted(person.name)}")

    def dsn(self, database: str, host: str = "127.0.0.1", **parameters: str) -> str:
        """Without a person: who it is say `environ` and libpq."""
        query = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
        return f"postgresql://{host}:{self.port}/{quote(database, safe='')}{query}"

    def environ(self, person: Person) -> dict[str, str]:
        """What libpq finds this person and the password by."""
        handle, file = tempfile.mkstemp(prefix="pass-", dir=self.folder)
        escaped = (part.replace("\\", "\\\\").replace(":", "\\:") for part in person)
        with open(handle, "w") as passfile:
            passfile.write(f"*:*:*:{':'.join(escaped)}\n")
        return {"PGUSER": person.name, "PGPASSFILE": file}

    def connection(self, person: Person | None = None, database: str = "postgres") -> dict[str, str]:
        """What `sql` gives psql: over TCP with the password, without a person SUPER over the socket."""
        who = person or SUPER
        return {
            "PGHOST": str(self.folder) if person is None else "127.0.0.1",
            "PGPORT": str(self.port),
            "PGDATABASE": database,
            "PGUSER": who.name,
            "PGPASSWORD": who.password,
            # Where the password is empty libpq would look for one.
            "PGPASSFILE": str(self.folder / "none"),
        }

    def sql(
        self, text: str, person: Person | None = None, *, database: str = "postgres"
    ) -> list[tuple[str, ...]]:
        """The rows of all its statements, NULL as ""; AssertionError with the server's words.

        How it connects is told by `connection`.
        """
        done = run_psql(text, self.connection(person, database))
        assert done.returncode == 0, done.stderr
        return rows(done.stdout)

    def refused(self, text: str, person: Person | None = None, *, database: str = "postgres") -> str:
        """What the server says against it; AssertionError when it has nothing against it."""
        done = run_psql(text, self.connection(person, database))
        assert done.returncode != 0, f"not refused: {text}\n{done.stdout}"
        return done.stderr

    def psql(self, person: Person | None = None, *, database: str = "postgres") -> Psql:
        """A connection that lasts; a context manager."""
        return Psql(self.connection(person, database))

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Kills it, and nothing is left of it."""
        if self._child is not None:
            self._child.kill()
        shutil.rmtree(self.folder)

    def _reload(self) -> None:
        if self._child is None:
            return
        before = self.sql("SELECT pg_conf_load_time()")
        self._write_settings()
        self.sql("SELECT pg_reload_conf()")
        # The parent reads all files anew before it lets in the next, who sees when that was.
        until(lambda: self.sql("SELECT pg_conf_load_time()") != before, what="the new settings are read")

    def _write_settings(self) -> None:
        settings = dict(self._settings)
        if self._certificate is not None:
            self._hand_over("server.crt", self._certificate.file.read_text())
            self._hand_over("server.key", self._certificate.key.read_text())
            settings |= {"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}
        lines = [f"{name} = {literal(value)}\n" for name, value in settings.items()]
        self._hand_over("postgresql.conf", "".join(lines))
        tcp = "hostssl" if self._certificate else "host"
        rules = [f"local all {SUPER.name} trust"]
        rules += [f"{tcp} all {quoted(name)} samehost trust" for name in self._trusted]
        rules += ["local all all scram-sha-256", f"{tcp} all all samehost scram-sha-256"]
        self._hand_over("pg_hba.conf", "\n".join(rules) + "\n")

    def _hand_over(self, name: str, text: str) -> None:
        """A file in the cluster that its server alone can read."""
        file = self.data / name
        file.touch(0o600)
        os.chown(file, *server_account())
        file.write_text(text)

    def _is_ready(self) -> bool:
        if not self.child.is_alive():
            raise RuntimeError(f"PostgreSQL ended: {self.child.last_words()}")
        asked = [program("pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0
