"""The server dies and is away: nothing acknowledged is lost, nothing is done twice, health goes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cockpit.adapters.journal.verify import verify
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import RunState
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.locking import let_go, take_up
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.starting import recheck
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError, RunRefused
from cockpit.views import firstline
from cockpit.views.lines import text_of
from tests.attacks import place as attacks
from tests.attacks.place import Place, attacked
from tests.conftest import OwnPostgres
from tests.engine import worlds
from tests.engine.runs.stage import Script
from tests.lab.child import until
from tests.lab.cluster import Person
from tests.lab.database import Database
from tests.lab.postgres import Postgres

from . import writer
from .people import at_work, found, whom_of

pytestmark = pytest.mark.lab
WRITERS = 4


@dataclass
class Told:
    """What writers said before they or the server died."""

    batches: list[list[str]] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    lost: int = 0
    """Answers that never came, so that the same was tried again."""

    def hear(self, output: str) -> None:
        for line in output.splitlines():
            word, *parts = line.split()
            if word == "try":
                self.batches.append(parts)
            elif word == "ack":
                for uid, seq, digest in (part.split("=") for part in parts):
                    self.acknowledged[uid] = int(seq), digest
            else:
                self.lost += word == "lost"


@dataclass
class Writing:
    logs: list[Path]

    def said(self) -> list[int]:
        """How often each has been acknowledged something."""
        return [log.read_text().count("\nack ") for log in self.logs]

    def more(self) -> None:
        """Returns when each has been acknowledged something more."""
        before = self.said()
        until(lambda: all(now > then for now, then in zip(self.said(), before, strict=True)), 60)


@contextmanager
def writing(database: Database, person: Person, folder: Path) -> Iterator[Writing]:
    logs = [folder / f"writer-{number}" for number in range(WRITERS)]
    processes = [writer.start(whom_of(database, person), log.name, log) for log in logs]
    try:
        until(lambda: all(log.read_text().count("\n") > 2 for log in logs), 60, "all of them write")
        yield Writing(logs)
    finally:
        for process in processes:
            process.kill()
            process.wait()


async def torture(own_postgres: OwnPostgres, folder: Path, kills: int) -> Told:
    """Everybody writes while the server is killed and comes back, again and again."""
    database = Database(own_postgres(), "kept")
    database.server.create_database(database.name)
    found(database)
    alice = database.add_person("alice", ["cockpit_responder"])
    with writing(database, alice, folder) as writers:
        for _ in range(kills):
            writers.more()
            await asyncio.sleep(random.uniform(0, 0.3))
            database.server.kill()
            database.server.restart()
            database.server.wait_ready()
        writers.more()
    told = Told()
    for log in writers.logs:
        told.hear(log.read_text())
    await check(database, alice, told)
    return told


async def check(database: Database, person: Person, told: Told) -> None:
    async with at_work(database, person) as reader:
        verdict = await verify(reader.journal)
        assert (verdict.broken, verdict.foreign) == (None, ())
        records, seen = [], 0
        while page := await reader.journal.read(seen):
            seen = page[-1].seq
            records += page
    there = {record.fact.uid: (record.seq, record.hash) for record in records}
    assert len(there) == len(records) == verdict.head.seq
    assert {uid: place for uid, place in told.acknowledged.items() if there.get(uid) != place} == {}
    assert [batch for batch in told.batches if len({uid in there for uid in batch}) != 1] == []
    # Whatever had no answer was said again until it had one, but for what each said last.
    open_ends = [batch for batch in told.batches if batch[0] not in told.acknowledged]
    assert len(open_ends) <= WRITERS
    assert set(there) <= {uid for batch in told.batches for uid in batch}


async def test_the_server_dies_while_all_write_and_nothing_is_lost(
    own_postgres: OwnPostgres, tmp_path: Path
) -> None:
    told = await torture(own_postgres, tmp_path, kills=2)
    assert told.lost, "nobody was in doubt, so this has shown little"


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_the_server_dies_25_times(own_postgres: OwnPostgres, tmp_path: Path) -> None:
    told = await torture(own_postgres, tmp_path, kills=25)
    print(f"{len(told.acknowledged)} acknowledged over 25 kills, 0 lost; {told.lost} answers lost, 0 doubled")


# In the middle of a step

HOLD = "#!/bin/sh\necho x >> begun\nwhile [ ! -e go ]; do sleep 0.02; done\necho x >> ended\n"
BOOK = """
  - id: hold
    title: It takes its time
    run: [./hold]
    on_unknown: ask
    rollback: {none: true, reason: it only writes}
  - id: then
    title: And then
    run: [./record, then]
    on_unknown: ask
    rollback: {none: true, reason: it only writes}
"""


@dataclass
class Stage:
    place: Place
    database: Database

    @property
    def server(self) -> Postgres:
        return self.database.server

    def file(self, name: str) -> str:
        path = self.place.config / name
        return path.read_text() if path.exists() else ""

    async def begins(self) -> asyncio.Task[Run]:
        """The run is in its first step, as the record says, too."""
        running = asyncio.ensure_future(self.place.run("slow", "x"))
        await soon(lambda: self.file("begun"))
        spawned = "SELECT 1 FROM cockpit.record WHERE kind = 'step.spawned'"
        await soon(lambda: self.database.sql(spawned))
        return running

    async def go_on(self) -> None:
        """The command ends, whoever is away."""
        (self.place.config / "go").touch()
        await soon(lambda: self.file("ended"))

    def kinds(self) -> list[str]:
        query = "SELECT step || ' ' || kind FROM cockpit.record WHERE step <> '' ORDER BY seq"
        found = self.database.sql(query)
        return [kind for (kind,) in found]


async def soon(what: Callable[[], object]) -> None:
    """While the loop goes on: the run is in this process."""
    await asyncio.to_thread(until, what, 60)


@pytest.fixture
def ttl(request: pytest.FixtureRequest) -> str:
    """Of the hold on the run."""
    return str(request.param)


@pytest.fixture
async def stage(
    own_postgres: OwnPostgres, ttl: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    database = Database(own_postgres(), "kept")
    database.server.create_database(database.name)
    found(database)
    mara = database.add_person("mara", ["cockpit_responder"])
    for name, value in database.environ(mara).items():
        monkeypatch.setenv(name, value)
    config = f'{attacks.CONFIG}journal: {{postgres: "{database.dsn}"}}\n'
    monkeypatch.setattr(attacks, "CONFIG", config)
    monkeypatch.setattr(attacks, "HEAD", attacks.HEAD.replace("steps:", f"lock: {{ttl: {ttl}}}\nsteps:"))
    async with attacked(tmp_path, monkeypatch, {"slow": BOOK}) as place:
        (place.config / "hold").write_text(HOLD)
        (place.config / "hold").chmod(0o755)
        yield Stage(place, database)


WHOLE = ["hold step.intent", "hold step.spawned", "hold step.exited", "hold step.settled"]
THEN = [each.replace("hold", "then") for each in WHOLE]


def acts(kinds: list[str]) -> list[str]:
    return [kind for kind in kinds if kind in (*WHOLE, *THEN)]


@pytest.mark.parametrize("ttl", ["5m"], indirect=True)
@pytest.mark.parametrize("away", ["kill", "pause"])
async def test_a_command_goes_on_while_the_server_is_away_and_nothing_further_begins(
    stage: Stage, away: str
) -> None:
    running = await stage.begins()
    getattr(stage.server, away)()
    await stage.go_on()
    with pytest.raises(JournalError):
        await stage.place.world.journal.read()
    assert not running.done()
    assert stage.file("recorded") == "", "what comes next waits for the record"
    if away == "kill":
        stage.server.restart()
        stage.server.wait_ready()
    else:
        stage.server.resume()
    run = await running
    assert run.state is RunState.COMPLETED
    assert (stage.file("begun"), stage.place.recorded()) == ("x\n", [["then", ""]])
    assert acts(stage.kinds()) == [*WHOLE, *THEN], "each once"


@pytest.mark.parametrize("ttl", ["2s"], indirect=True)
async def test_who_lost_a_run_with_the_server_begins_nothing_and_somebody_takes_it_up(stage: Stage) -> None:
    world = stage.place.world
    running = await stage.begins()
    stage.server.kill()
    async with asyncio.timeout(60):
        assert "its time was over" in await world.owners.lost("run:R-1")
    await stage.go_on()
    stage.server.restart()
    stage.server.wait_ready()
    left = await running
    assert (left.final, stage.file("recorded")) == (False, "")
    assert acts(stage.kinds()) == WHOLE[:3], "how it ended is told all the same"
    run = await taken_up(world)
    assert run.state is RunState.COMPLETED
    assert (stage.file("begun"), stage.place.recorded()) == ("x\n", [["then", ""]])
    assert acts(stage.kinds()) == [*WHOLE, *THEN], "each once"


async def taken_up(world: World) -> Run:
    async with asyncio.timeout(60):
        while True:
            found = await find_run(world.journal, "R-1")
            assert found is not None
            try:
                await take_up(world, found[0])
                break
            except RunRefused:  # what it began last could still begin
                await asyncio.sleep(0.1)
    found = await find_run(world.journal, "R-1")
    assert found is not None
    run, seen = await recheck(world, *found, {})
    try:
        return await Driver(world, run, seen, Script(), {}).drive()
    finally:
        await let_go(world, run)


# Health


@pytest.mark.parametrize("away", ["kill", "pause"])
async def test_health_goes_on_while_the_server_is_away(own_postgres: OwnPostgres, away: str) -> None:
    database = Database(own_postgres(), "kept")
    database.server.create_database(database.name)
    found(database)
    mara = database.add_person("mara", ["cockpit_responder"])
    async with at_work(database, mara) as one:
        source = worlds.answering()
        run = worlds.start(source, journal=one.journal, team=one.team)
        try:
            await first_line(run, lambda text: "no record" not in text and run.engine.is_remembered)
            getattr(database.server, away)()
            await first_line(run, lambda text: "nothing can be decided" in text)
            polled = len(source.asked)
            await run.go(40)
            assert len(source.asked) == polled + 8
            assert worlds.levels(run.state)["search"] == "OK"
            assert run.state.health.at == source.asked[-1]
            if away == "kill":
                database.server.restart()
                database.server.wait_ready()
            else:
                database.server.resume()
            await first_line(run, lambda text: "nothing can be decided" not in text)
        finally:
            await run.stop()


async def first_line(run: worlds.Running, want: Callable[[str], bool]) -> None:
    async with asyncio.timeout(60):
        while not want(text_of(firstline.firstline(run.state, run.clock.now(), 300))):
            await run.go(1)
            await asyncio.sleep(0.02)
