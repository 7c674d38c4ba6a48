"""Whole cockpits on a record in PostgreSQL, without a screen, in one process: each a person at a machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from cockpit import config
from cockpit.adapters.clock import SystemClock
from cockpit.core.model import Model
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.words import Question
from cockpit.core.runbook.work import Machine
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.core.wanted import RunAnswered, RunTakenUp, RunWanted
from cockpit.engine import Engine, Outside
from cockpit.engine.runs.crew import Crew
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError
from cockpit.views.run import asked
from cockpit.wiring import acting
from tests.lab.cluster import Person
from tests.lab.database import Database

from .people import Colleague, colleague

Result = TypeVar("Result")
PATIENCE = 30.0
TTL = "3s"
CONFIG = """\
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: small, title: Small shop}
teams: [{name: web, title: Web shop}]
services: [{name: checkout, owner: web}]
"""
BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: ID, title: Restart the workers, services: [checkout], owner: web}
lock: {ttl: TTL}
steps:
"""
STEP = """\
  - id: {id}
    title: Step {id}
    run: [sh, -c, '{command}']
    confirm: {confirm}
    timeout: 2m
    reconcile:
      run: [cat, {counter}]
      applied_when: contains(stdout, "{id}")
      not_applied_when: not contains(stdout, "{id}")
    rollback: {{none: true, reason: It only counts.}}
"""


def book(
    counter: Path, steps: dict[str, str], *, id: str = "count", confirm: str = "none", more: str = ""
) -> str:
    """Each step, by id, writes its id to `counter` behind what it does first; `more` is said of each."""
    text = BOOK.replace("ID", id).replace("TTL", TTL)
    for name, first in steps.items():
        command = f"{first} echo {name} >> {counter}".strip()
        text += STEP.format(id=name, command=command, counter=counter, confirm=confirm) + more
    return text


def written(folder: Path, *books: str, more: str = "") -> Path:
    """The configuration, as everybody in the team has it."""
    (folder / "runbooks").mkdir(parents=True)
    (folder / "cockpit.yaml").write_text(CONFIG + more)
    for number, each in enumerate(books):
        (folder / "runbooks" / f"book-{number}.yaml").write_text(each)
    return folder


@dataclass
class Cockpit:
    engine: Engine
    crew: Crew
    world: World
    person: Colleague
    running: asyncio.Task[None]

    @property
    def state(self) -> State:
        return self.engine.state

    def run(self, id: str = "R-1") -> Run:
        return self.state.record.runs[id]

    def begin(self, runbook: str = "count") -> None:
        self.engine.dispatch(RunWanted(runbook, {}, time.time()))

    def take_up(self, id: str = "R-1") -> None:
        self.engine.dispatch(RunTakenUp(id, time.time()))

    def answer(self, choice: str = "y", text: str = "", id: str = "R-1") -> None:
        question = asked(self.run(id))
        assert question is not None
        self.engine.dispatch(RunAnswered(id, question.key, question.kind, choice, text, time.time()))

    def asks(self, id: str = "R-1") -> Question | None:
        return asked(self.run(id)) if id in self.state.record.runs else None

    async def leave(self) -> None:
        await self.engine.stop()
        await asyncio.wait({self.running})

    async def die(self) -> None:
        """As by kill -9: nothing is let go of, nobody is told; what it began goes on under its shim."""
        for task in (*self.crew._tasks, *self.engine._tasks):  # what no program can do to itself
            task.cancel()
        if (keeping := self.person.leases._keeping) is not None:
            keeping.cancel()
        self.running.cancel()
        await self.person.shared._line.close()


@asynccontextmanager
async def cockpit(
    database: Database, person: Person, folder: Path, state: Path, machine: str
) -> AsyncIterator[Cockpit]:
    """`folder` has the configuration, `state` is where this machine keeps its own."""
    loaded = config.load(folder)
    model = replace(loaded.model, journal={"sqlite": str(state / "journal.sqlite3")})
    found = _made(model, str(loaded.path), colleague(database, person, f"{machine}:{person.name}"), machine)
    try:
        yield found
    finally:
        await found.leave()


def _made(model: Model, where: str, person: Colleague, machine: str) -> Cockpit:
    clock = SystemClock()
    made = acting.make(model, where, actor=person.shared.whom.person)
    world = replace(
        made,
        journal=person.journal,
        owners=person.leases,
        team=person.team,
        actor=person.shared.whom.person,
        here=Machine(machine, made.here.boot_id),
        part=partial(_part, person),
    )
    crews: list[Crew] = []

    def crew(say: Callable[..., None], poke: Callable[[], None]) -> Crew:
        crews.append(
            Crew(lambda _: world, say, poke, clock.now, partial(_close, world), lambda: engine.state)
        )
        return crews[0]

    engine = Engine(
        initial(model, "live"),
        lambda _: Outside(),
        clock=clock,
        journal=person.journal,
        acting=crew,
        team=person.team,
        owners=person.leases,
    )
    return Cockpit(engine, crews[0], world, person, asyncio.ensure_future(engine.run()))


async def _part(person: Colleague) -> None:
    await person.leases.close()
    with suppress(JournalError):
        await person.team.gone()


async def _close(world: World) -> None:
    await world.part()
    await world.http.close()
    await world.metrics.close()


async def until(look: Callable[[], Result | None], what: str = "") -> Result:
    """What `look` gives once that is something; waits for it generously."""
    end = time.monotonic() + PATIENCE
    while True:
        if found := look():
            return found
        assert time.monotonic() < end, f"it never came: {what}"
        await asyncio.sleep(0.02)
