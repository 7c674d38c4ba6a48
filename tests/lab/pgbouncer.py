"""A real PgBouncer in front of a PostgreSQL of the lab."""

import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

from .child import Child, free_port, until
from .cluster import SUPER, Person
from .postgres import Postgres
from .postmaster import as_server, server_account
from .psql import Psql, rows, run_psql

# Whose account is not root's does not have sbin in its path.
PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


def require() -> None:
    """Without the real one a run in CI fails; elsewhere the test is skipped."""
    if PROGRAM:
        return
    missing = "no pgbouncer here; tests/lab/install gets it"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


class PgBouncer:
    """`with` waits until it is ready; whoever has a password in the server has the same here."""

    def __init__(self, server: Postgres, pool_mode: str = "transaction") -> None:
        """`pool_mode` is session, transaction or statement."""
        self.folder = Path(tempfile.mkdtemp(prefix="lab-bouncer-", dir="/tmp"))
        self.port = free_port()
        self._server = server
        self._pool_mode = pool_mode
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        assert self._child is not None, "not started"
        return self._child

    def start(self) -> None:
        assert PROGRAM is not None, "no pgbouncer here"
        settings = self._write_settings()
        self._child = Child(as_server([PROGRAM, str(settings)]), self.folder / "pgbouncer.log")

    def kill(self) -> None:
        self.child.kill()

    def dsn(self, database: str) -> str:
        """As the server's own, by this way."""
        return f"postgresql://127.0.0.1:{self.port}/{quote(database, safe='')}"

    def sql(self, text: str, person: Person, *, database: str = "postgres") -> list[tuple[str, ...]]:
        """As the server's own, by this way."""
        done = run_psql(text, self._connection(person, database))
        assert done.returncode == 0, done.stderr
        return rows(done.stdout)

    def psql(self, person: Person, *, database: str = "postgres") -> Psql:
        """As the server's own, by this way."""
        return Psql(self._connection(person, database))

    def __enter__(self) -> Self:
        try:
            self.start()
            until(self._is_ready, what="PgBouncer is ready")
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.remove()

    def remove(self) -> None:
        if self._child is not None:
            self._child.kill()
        shutil.rmtree(self.folder)

    def _connection(self, person: Person, database: str) -> dict[str, str]:
        return self._server.connection(person, database) | {"PGPORT": str(self.port)}

    def _write_settings(self) -> Path:
        people, settings = self.folder / "people", self.folder / "pgbouncer.ini"
        people.write_text(f'"{SUPER.name}" "{SUPER.password}"\n')
        lines = [
            "[databases]",
            # It asks the server for the secrets of all others, and logs in with what they prove theirs by.
            f"* = host=127.0.0.1 port={self._server.port} auth_user={SUPER.name}",
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            f"listen_port = {self.port}",
            "unix_socket_dir =",
            "auth_type = scram-sha-256",
            f"auth_file = {people}",
            f"pool_mode = {self._pool_mode}",
            "server_tls_sslmode = prefer",
        ]
        settings.write_text("\n".join(lines) + "\n")
        for path in (self.folder, people, settings):
            os.chown(path, *server_account())
        return settings

    def _is_ready(self) -> bool:
        if not self.child.is_alive():
            raise RuntimeError(f"PgBouncer ended: {self.child.last_words()}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True
