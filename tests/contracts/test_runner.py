"""What whoever runs commands, owns runs and tells numbers promises, over the real ones and the simulated."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.exclusive import Exclusive
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.owners import RunOwners
from cockpit.adapters.process import Commands
from cockpit.adapters.simulated.outside import SimulatedOwners
from cockpit.adapters.simulated.runner import SimulatedRunner
from cockpit.adapters.simulated.stage import Stage
from cockpit.adapters.simulator import Performance
from cockpit.core.model import Model
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.model import Reach, Runbook, Step
from cockpit.core.runbook.work import (
    Ending,
    Exit,
    Heard,
    Identity,
    Job,
    Output,
    Purpose,
    Started,
    Trace,
)
from cockpit.core.scenario import Scenario, SimulatedCommand
from cockpit.ports import Owners, Runner
from tests.lab.database import Database
from tests.postgres.people import at_work, found

COMMANDS = {"good": "echo done", "bad": "echo no >&2; exit 3", "slow": "sleep 60"}
SIMULATED = {
    "book.good": SimulatedCommand(after=0.05, stdout="done"),
    "book.bad": SimulatedCommand(after=0.05, stderr="no", exit_code=3),
    "book.slow": SimulatedCommand(after=60.0),
}


@dataclass
class Running:
    runner: Runner
    folder: str

    def job(self, name: str) -> Job:
        return Job(
            uuid.uuid4().hex,
            ("sh", "-c", COMMANDS[name]),
            {"PATH": os.environ["PATH"]},
            folder=self.folder,
            name=f"{name}.1.1.do",
            purpose=Purpose("book", name, "do"),
        )

    async def heard(self, job: Job) -> list[Heard]:
        return [each async for each in self.runner.run(job)]


@pytest.fixture(params=["real", "simulated"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Running:
    if request.param == "real":
        return Running(Commands(), str(tmp_path / "runs"))
    clock = SystemClock()
    steps = tuple(Step(name, name, Command(("sh",)), Reach.WRITE) for name in COMMANDS)
    model = Model(books={"book": Runbook("book", "Book", steps)})
    performance = Performance(Scenario("x", commands=SIMULATED), clock.now())
    return Running(SimulatedRunner(Stage(performance, model, clock.now), clock), str(tmp_path / "runs"))


async def test_it_starts_once_speaks_and_ends_with_one_exit(running: Running) -> None:
    first, *others, last = await running.heard(job := running.job("good"))
    assert isinstance(first, Started)
    assert first.identity.nonce == job.nonce
    assert isinstance(last, Exit)
    assert (last.ending, last.code) == (Ending.EXITED, 0)
    assert "".join(each.text for each in others if isinstance(each, Output)) == "done\n"
    assert last.stdout.strip() == "done"


async def test_a_failure_is_an_exit_with_its_code(running: Running) -> None:
    last = (await running.heard(running.job("bad")))[-1]
    assert isinstance(last, Exit)
    assert (last.ending, last.code, last.stderr.strip()) == (Ending.EXITED, 3, "no")


async def test_what_has_ended_is_found_by_its_nonce_and_nothing_else_is(running: Running) -> None:
    job = running.job("good")
    heard = await running.heard(job)
    identity = next(each.identity for each in heard if isinstance(each, Started))
    found = await running.runner.find(job.folder, job.name, job.nonce, identity)
    assert found.trace is Trace.ENDED
    assert found.exit is not None
    assert found.exit.code == 0
    other = await running.runner.find(job.folder, job.name, uuid.uuid4().hex, None)
    assert other.trace is Trace.GONE


async def test_it_can_be_interrupted_and_a_second_time_it_is_gone(running: Running) -> None:
    ends: list[Ending] = []
    asked: asyncio.Future[bool] | None = None
    identity: Identity | None = None
    async for each in running.runner.run(running.job("slow")):
        if isinstance(each, Started):
            identity = each.identity
            asked = asyncio.ensure_future(interrupted(running.runner, identity))
        elif isinstance(each, Exit):
            ends.append(each.ending)
    assert asked is not None
    assert identity is not None
    assert await asked
    assert ends == [Ending.INTERRUPTED]
    for _ in range(3000):  # whoever looked after it may take a moment to go
        if not await running.runner.interrupt(identity):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it is never gone")


async def interrupted(runner: Runner, identity: Identity) -> bool:
    """As soon as there is something to interrupt."""
    for _ in range(3000):
        if await runner.interrupt(identity):
            return True
        await asyncio.sleep(0.01)
    return False


MAKE: dict[str, Callable[[Path], Owners]] = {
    "real": lambda folder: Exclusive(RunOwners(Folder(folder / "journal"))),
    "simulated": lambda folder: Exclusive(SimulatedOwners()),
}


@pytest.mark.parametrize("which", MAKE)
async def test_who_claims_a_run_holds_it_until_it_lets_go(which: str, tmp_path: Path) -> None:
    await holds_until_it_lets_go(MAKE[which](tmp_path))


@pytest.mark.lab
async def test_who_claims_a_run_in_a_team_holds_it_until_it_lets_go(database: Database) -> None:
    found(database)
    async with at_work(database, database.add_person("mara", ["cockpit_responder"])) as mara:
        await holds_until_it_lets_go(mara.leases)


async def holds_until_it_lets_go(owners: Owners) -> None:
    assert await owners.holder("run:R-1") == ""
    assert await owners.claim(["run:R-1", "target:shop"]) == ""
    assert await owners.claim(["run:R-1"]) == "run:R-1", "a second run of ours is somebody else"
    assert await owners.claim(["run:R-2", "target:shop"]) == "target:shop"
    assert await owners.holder("run:R-2") == "", "all or none"
    assert await owners.holder("run:R-1")
    await owners.release(["run:R-1", "target:shop", "run:R-9"])
    assert await owners.holder("run:R-1") == ""
    assert await owners.claim(["run:R-2", "target:shop"]) == ""
