"""What every journal promises, over memory, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from cockpit.adapters.journal import tail
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.core.checkpoint import checkpoint, fact_of, record_at
from cockpit.core.journal import GENESIS, Fact, Recorded, first_broken
from cockpit.core.state import Record
from cockpit.errors import JournalError
from cockpit.ports import Journal
from tests.lab.database import Database
from tests.postgres.people import at_work, found

START = 1_700_000_000.123457


@dataclass
class Stage:
    journal: Journal
    actor: str
    """Who its records are by, whatever a fact says of it."""


@asynccontextmanager
async def memory(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    yield Stage(MemoryJournal("desk-1"), "alice")


@asynccontextmanager
async def sqlite(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    folder = Folder(request.getfixturevalue("tmp_path") / "journal")
    yield Stage(SqliteJournal(folder, origin="desk-1"), "alice")


@asynccontextmanager
async def postgres(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    database: Database = request.getfixturevalue("database")
    found(database)
    alice = database.add_person("alice", ["cockpit_responder"])
    async with at_work(database, alice, "desk-1") as one:
        # What a run says needs a hold on it.
        assert await one.leases.claim(["run:R-1", "run:R-2", "run:"]) == ""
        yield Stage(one.journal, alice.name)


@pytest.fixture(params=[memory, sqlite, postgres])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with request.param(request) as made:
        yield made
        await made.journal.close()


@pytest.fixture
def journal(stage: Stage) -> Journal:
    return stage.journal


def fact(kind: str = "run.started", **more: object) -> Fact:
    return Fact(kind, START, "alice", **more)  # type: ignore[arg-type]


async def test_a_record_has_its_place_in_the_chain(stage: Stage, journal: Journal) -> None:
    first = fact(body={"plan": ["a", "b"], "glyph": "ü"}, incident="INC-1", run="R-1", step="s", visit=1)
    (one,) = await journal.append([first])
    (two,) = await journal.append([fact()])
    assert (one.seq, one.origin, one.prev) == (1, "desk-1", GENESIS)
    assert (two.seq, two.prev) == (2, one.hash)
    assert one.fact == replace(first, actor=stage.actor)
    assert first_broken([one, two]) is None


async def test_what_is_returned_is_what_is_read(journal: Journal) -> None:
    bodies = ({"tuple": (1, 2), "nested": {"b": 1.5, "a": None}}, {"text": "\x00\x1b[2J\n\u202e"}, {})
    written = list(await journal.append([fact(body=body) for body in bodies]))
    read: list[Recorded] = list(await journal.read())
    assert read == written
    assert [record.fact.body for record in read] == [
        {"tuple": [1, 2], "nested": {"a": None, "b": 1.5}},
        {"text": "\x00\x1b[2J\n\u202e"},
        {},
    ]


async def test_every_run_that_began_is_told_by_its_id(journal: Journal) -> None:
    assert list(await journal.run_ids()) == []
    begun = ["R-2", "R-1", "R-1.drain", "R-2"]
    await journal.append([fact(run=run, body={"runbook": "x" * 5_000}) for run in begun])
    await journal.append([fact("run.held", run="R-1"), fact("incident.noted")])
    assert list(await journal.run_ids()) == begun


async def test_whole_microseconds_survive(journal: Journal) -> None:
    (record,) = await journal.append([Fact("x", 1_700_000_000.000_000_4, "alice")])
    assert record.fields()["at"] == 1_700_000_000_000_000
    assert record.fact.at == 1_700_000_000.0


async def test_the_same_uid_is_recorded_once(journal: Journal) -> None:
    once = fact()
    (first,) = await journal.append([once])
    again = await journal.append([once, fact("run.held"), once])
    assert [record.seq for record in again] == [1, 2, 1]
    assert again[0] == first
    assert [record.seq for record in await journal.read()] == [1, 2]


async def test_the_same_uid_twice_in_one_append_is_recorded_once(journal: Journal) -> None:
    once = fact()
    assert [record.seq for record in await journal.append([once, once])] == [1, 1]
    assert len(await journal.read()) == 1


@pytest.mark.parametrize(
    "bad",
    [
        fact(body={"value": float("nan")}),
        fact(body={"value": object()}),
        fact(body={"half": "\ud800"}),
        fact(visit=2**64),
        Fact("x", float("inf"), "alice"),
    ],
    ids=["nan", "object", "half a character", "too large", "never"],
)
async def test_all_or_none(journal: Journal, bad: Fact) -> None:
    await journal.append([fact()])
    with pytest.raises(JournalError, match="cannot be put on record"):
        await journal.append([fact("good"), bad, fact("good")])
    (after,) = await journal.append([fact("later")])
    assert [(record.seq, record.fact.kind) for record in await journal.read()] == [
        (1, "run.started"),
        (2, "later"),
    ]
    assert first_broken(await journal.read()) is None
    assert after.seq == 2


async def test_nothing_to_append_is_no_record(journal: Journal) -> None:
    assert list(await journal.append([])) == []
    assert list(await journal.read()) == []


async def test_pages_join_without_a_gap(journal: Journal) -> None:
    written = await journal.append([fact(f"kind.{number}") for number in range(25)])
    found: list[Recorded] = []
    while page := await journal.read(found[-1].seq if found else 0, 10):
        assert len(page) <= 10
        found += page
    assert found == list(written)


async def test_waiting_ends_with_news_or_with_patience(journal: Journal) -> None:
    assert list(await tail.wait(journal, 0, 0.02, every=0.01)) == []
    written = await journal.append([fact()])
    assert list(await tail.wait(journal, 0)) == list(written)


async def test_following_gives_each_record_once(journal: Journal) -> None:
    await journal.append([fact("a"), fact("b")])
    kinds: list[str] = []
    async for record in tail.follow(journal, 0, every=0.01):
        kinds.append(record.fact.kind)
        if len(kinds) == 2:
            await journal.append([fact("c")])
        if record.fact.kind == "c":
            break
    assert kinds == ["a", "b", "c"]


async def test_a_reader_can_ask_for_one_run_or_one_kind(journal: Journal) -> None:
    await journal.append([fact(run="R-1"), fact(run="R-2"), fact("run.held", run="R-1"), fact("x")])
    assert [each.seq for each in await journal.read(run="R-1")] == [1, 3]
    assert [each.seq for each in await journal.read(kind="run.started")] == [1, 2]
    assert [each.seq for each in await journal.read(1, run="R-1", kind="run.held")] == [3]
    assert [each.seq for each in await journal.read(0, 1, run="R-1")] == [1]
    assert list(await journal.read(3, run="R-1")) == []


async def test_the_last_checkpoint_is_where_reading_starts(journal: Journal) -> None:
    assert await journal.latest_checkpoint() is None
    await journal.append([fact(), fact()])
    await journal.append([fact_of(checkpoint(Record(seq=1)), START, "cockpit")])
    (last,) = await journal.append([fact_of(checkpoint(Record(seq=2)), START, "cockpit")])
    await journal.append([fact()])
    found = await journal.latest_checkpoint()
    assert found is not None
    assert (found.seq, found.recorded, record_at(found)) == (2, last.seq, Record(seq=2))
