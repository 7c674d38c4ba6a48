"""One `cockpit watch` for a team: a second is refused, all see that one runs, and who lost it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.core.team import WATCH
from tests.lab.cluster import Person
from tests.lab.database import Database

from .cockpits import cockpit, until, written
from .people import at_work

PATIENCE = 60.0


class Watch:
    def __init__(self, database: Database, person: Person, home: Path, configured: Path) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "cockpit", "watch", "--config", str(configured)],
            env={
                **os.environ,
                **database.environ(person),
                "XDG_STATE_HOME": str(home / person.name),
                "HOME": str(home),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def greeted(self) -> None:
        assert self.child.stdout is not None
        assert self.child.stdout.readline().startswith("watching Small shop")

    def ended(self) -> tuple[int, str]:
        _, told = self.child.communicate(timeout=PATIENCE)
        return self.child.returncode, told


@contextmanager
def watching(database: Database, person: Person, home: Path, configured: Path) -> Iterator[Watch]:
    found = Watch(database, person, home, configured)
    try:
        yield found
    finally:
        if found.child.poll() is None:
            found.child.kill()
        found.child.communicate()


@pytest.fixture
def configured(founded: Database, tmp_path: Path) -> Path:
    return written(tmp_path / "config", more=f"journal: {{postgres: '{founded.dsn}'}}\n")


@pytest.fixture
def mara(founded: Database) -> Person:
    return founded.add_person("mara", ["cockpit_responder"])


@pytest.fixture
def leo(founded: Database) -> Person:
    return founded.add_person("leo", ["cockpit_responder"])


async def test_of_two_watches_on_two_machines_one_is_refused_until_the_other_has_ended(
    founded: Database, tmp_path: Path, configured: Path, mara: Person, leo: Person
) -> None:
    with watching(founded, mara, tmp_path, configured) as first:
        first.greeted()
        with watching(founded, leo, tmp_path, configured) as second:
            code, told = second.ended()
        assert (code, f"a watch runs already ({mara.name} on " in told) == (2, True), told
        assert "Traceback" not in told
        async with cockpit(founded, leo, configured, tmp_path / "screen", "web-2") as screen:
            await until(lambda: screen.state.picture.watched, "that somebody watches")
            first.child.send_signal(signal.SIGTERM)
            assert first.ended() == (0, "")
            await until(lambda: screen.state.picture.watched is False, "that nobody does")
    with watching(founded, leo, tmp_path, configured) as next_one:
        next_one.greeted()


async def test_a_watch_that_is_the_teams_no_more_ends_with_one_line(
    founded: Database, tmp_path: Path, configured: Path, mara: Person, leo: Person
) -> None:
    with watching(founded, mara, tmp_path, configured) as first:
        first.greeted()
        founded.sql(f"DELETE FROM cockpit.lease WHERE key = '{WATCH}'")
        async with at_work(founded, leo) as other:
            assert await other.leases.claim((WATCH,)) == ""
            code, told = first.ended()
        assert code == 2
        assert told.startswith(
            "cockpit: this watch ends, since another may watch by now: somebody else may"
        ), told
        assert len(told.splitlines()) <= 2
