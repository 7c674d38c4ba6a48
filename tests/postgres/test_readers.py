"""Readers under several writers miss nothing and see one order, however they learn of news."""

from __future__ import annotations

import asyncio
import itertools
import random
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from psycopg import AsyncConnection

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.postgres import greeting
from cockpit.core.events import Event, RecordGrew
from cockpit.core.journal import Fact, Recorded, first_broken
from cockpit.core.model import Model
from cockpit.core.update import initial
from cockpit.engine.tail import Tail
from cockpit.engine.together import Together
from cockpit.errors import JournalError
from tests.lab.database import Database

from .people import Colleague, at_work

pytestmark = pytest.mark.lab
WRITERS, APPENDS = 4, 40


class Reader:
    """As an engine reads: its tail, poked by what it is told."""

    def __init__(self, one: Colleague) -> None:
        self.one = one
        self.seen: list[Recorded] = []
        self.grew = asyncio.Event()
        state = initial(Model(name="shop"))
        self.tail = Tail(one.journal, SystemClock(), self.hear, lambda: state)
        self.tail.pause = lambda: one.team.pause
        together = Together(one.team, lambda event: None, self.tail.poke, lambda: state)
        self.tasks = [asyncio.ensure_future(self.tail.run()), asyncio.ensure_future(together.run())]

    def hear(self, event: Event) -> None:
        if isinstance(event, RecordGrew):
            self.seen += event.records
            self.grew.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(120):
            while len(self.seen) < count:
                await self.grew.wait()
                self.grew.clear()

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)


async def told(one: Colleague) -> None:
    """By notification."""


async def polls(one: Colleague) -> None:
    """Where the server tells nothing."""


async def loses_its_line(one: Colleague) -> None:
    """Again and again, as over a bad network."""
    while True:
        await asyncio.sleep(random.uniform(0.05, 0.3))
        with suppress(JournalError):
            await one.shared.ask("SELECT pg_terminate_backend(pg_backend_pid())")


async def write(one: Colleague, incident: str) -> list[Recorded]:
    records: list[Recorded] = []
    for number in range(APPENDS):
        facts = [
            Fact("incident.noted", 1.7e9, "", {"number": number, "part": part}, incident)
            for part in range(random.choice((1, 1, 2, 3)))
        ]
        records += await one.journal.append(facts)
        await asyncio.sleep(random.uniform(0, 0.02))
    return records


async def test_all_readers_see_all_in_one_order(founded: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf: set[str] = set()
    echoes = greeting._echoes

    async def some_echo(db: AsyncConnection[Any]) -> bool:
        """Some never listen, as where what is between swallows it."""
        return db.info.user not in deaf and await echoes(db)

    monkeypatch.setattr(greeting, "_echoes", some_echo)
    people = [founded.add_person(f"w{number}", ["cockpit_responder"]) for number in range(WRITERS)]
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(at_work(founded, person)) for person in people]
        readers = []
        for hinders in (told, told, polls, loses_its_line, loses_its_line):
            viewer = founded.add_person(f"r{len(readers)}", ["cockpit_viewer"])
            one = await stack.enter_async_context(at_work(founded, viewer, f"reader:{len(readers)}"))
            deaf.update({viewer.name} if hinders is polls else ())
            reader = Reader(one)
            readers.append(reader)
            stack.push_async_callback(reader.end)
            if hinders is loses_its_line:
                stack.callback(asyncio.ensure_future(hinders(one)).cancel)
        written = await asyncio.gather(
            *(write(one, f"INC-{number}") for number, one in enumerate(writers, 1))
        )
        count = sum(map(len, written))
        for reader in readers:
            await reader.until(count)
            records = reader.seen
            assert [each.seq for each in records] == list(range(1, count + 1)), "no gap, nothing twice"
            assert first_broken(records) is None
            assert records == readers[0].seen
        assert sorted(itertools.chain(*written), key=lambda each: each.seq) == readers[0].seen
        assert [reader.one.team.pause for reader in readers][:3] == [5.0, 5.0, 0.5]
        for mine in written:
            assert [each.seq for each in mine] == sorted(each.seq for each in mine)
        by_part = [(each.fact.incident, *each.fact.body.values()) for each in readers[0].seen]
        for incident in range(1, WRITERS + 1):
            mine_only = [each for each in by_part if each[0] == f"INC-{incident}"]
            assert mine_only == sorted(mine_only), "what went on record together stays together"
