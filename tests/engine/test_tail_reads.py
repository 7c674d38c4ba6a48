"""Whoever reads the record asks no more often than it takes, and leaves nothing for later."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.events import Event, RecordGrew
from cockpit.core.journal import Fact, Recorded
from cockpit.core.update import initial
from cockpit.engine.tail import Tail

from .worlds import SHOP


class Paged(MemoryJournal):
    """Gives at most so many at a time, whatever it is asked for: as one with large bodies does."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.asked = 0
        self._most = most

    async def read(
        self, after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
    ) -> Sequence[Recorded]:
        self.asked += 1
        return await super().read(after, min(limit, self._most), run=run, kind=kind)


def notes(count: int) -> list[Fact]:
    return [Fact("incident.noted", 1.0, "alice") for _ in range(count)]


def seqs(said: Sequence[Event]) -> list[list[int]]:
    return [[each.seq for each in event.records] for event in said if isinstance(event, RecordGrew)]


async def test_a_record_that_comes_alone_is_asked_for_once() -> None:
    journal, said = Paged(100), list[Event]()
    state = initial(SHOP)
    tail = Tail(journal, SystemClock(), said.append, lambda: state)
    await tail.catch_up()
    for _ in range(3):
        await journal.append(notes(1))
        before = journal.asked
        await tail.catch_up()
        assert journal.asked == before + 1
    assert seqs(said) == [[1], [2], [3]]


async def test_what_does_not_fit_on_one_page_is_read_to_its_end() -> None:
    journal, said = Paged(2), list[Event]()
    state = initial(SHOP)
    tail = Tail(journal, SystemClock(), said.append, lambda: state)
    await journal.append(notes(7))
    await tail.catch_up()
    assert seqs(said) == [[1, 2], [3, 4], [5, 6], [7]]
