"""Levels on record while an incident is open: each change once, by one cockpit, a gap for what is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.events import ChangesSeen, Event, IncidentActed, Sampled
from cockpit.core.incident import words
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Severity
from cockpit.core.poll import Change
from cockpit.engine.observing import alone
from cockpit.errors import JournalError

from .worlds import BAD, LATER, SHOP, START, Running, Scripted, answering, line, mark, start

Levels = list[tuple[str, str, str]]


def observed(journal: MemoryJournal) -> Levels:
    bodies = [each.fact.body for each in journal.records if each.fact.kind == "level.observed"]
    return [(str(body["name"]), str(body["was"]), str(body["level"])) for body in bodies]


async def somebody_else_does() -> bool:
    return False


async def declare(running: Running) -> None:
    running.engine.dispatch(
        IncidentActed(words.declared("INC-1", "Orders fail", Severity.SEV1, "mara", running.clock.now()))
    )
    await settle(running)


async def settle(running: Running, seconds: float = 5.0) -> None:
    for _ in range(4):
        await running.go(seconds / 4)


async def opened(journal: MemoryJournal, *, claim: Callable[[], Awaitable[bool]] = alone) -> Running:
    """orders-db fails from a minute on."""
    source = answering(values=lambda at: BAD if at >= START + 60 else None)
    return start(source, journal=journal, observes=claim)


async def test_nothing_goes_on_record_while_nobody_may_ask_for_it_later() -> None:
    journal = MemoryJournal()
    running = await opened(journal)
    await settle(running, 120.0)
    assert running.state.health.node("orders-db").level == "DOWN"
    assert journal.records == []
    await running.stop()


async def test_each_change_goes_on_record_once_and_into_the_story() -> None:
    journal = MemoryJournal()
    running = await opened(journal)
    await settle(running, 20.0)
    await declare(running)
    for _ in range(30):
        await settle(running)
    told = observed(journal)
    assert ("orders-db", "OK", "DOWN") in told
    assert len(told) == len(set(told))
    incident = running.state.record.incidents["INC-1"]
    assert incident.levels["orders-db"] == "DOWN"
    assert "orders-db: DOWN (was OK)" in [line.text for line in incident.story]
    await running.stop()


async def test_what_was_wrong_already_is_told_at_the_first_look() -> None:
    journal = MemoryJournal()
    running = await opened(journal)
    await settle(running, 150.0)
    await declare(running)
    await settle(running, 10.0)
    assert ("orders-db", "OK", "DOWN") in observed(journal)
    await running.stop()


async def test_who_is_not_the_one_that_writes_writes_nothing() -> None:
    journal = MemoryJournal()
    running = await opened(journal, claim=somebody_else_does)
    await settle(running, 150.0)
    await declare(running)
    await settle(running, 20.0)
    assert observed(journal) == []
    await running.stop()


async def test_a_read_only_cockpit_writes_nothing() -> None:
    journal = MemoryJournal()
    await journal.append([words.declared("INC-1", "Orders fail", Severity.SEV1, "mara", START)])
    running = await opened(journal)
    running.engine.state = replace(running.engine.state, readonly=True)
    await settle(running, 150.0)
    assert running.state.health.node("orders-db").level == "DOWN"
    assert observed(journal) == []
    await running.stop()


class Full(MemoryJournal):
    """A disk that is full until `room` is made."""

    room = True

    async def append(self, facts: Sequence[Fact]) -> Sequence[Recorded]:
        if not self.room:
            raise JournalError("no space left on the disk", "make room")
        return await super().append(facts)


async def test_what_could_not_be_written_becomes_one_gap() -> None:
    journal = Full()
    source = answering(values=lambda at: BAD if START + 60 <= at < START + 300 else None)
    running = start(source, journal=journal, observes=alone)
    await settle(running, 20.0)
    await declare(running)
    journal.room = False
    for _ in range(30):
        await settle(running)
    assert running.state.health.node("orders-db").level == "DOWN"  # the picture goes on
    journal.room = True
    for _ in range(60):
        await settle(running)
    gaps = [each.fact.body for each in journal.records if each.fact.kind == "journal.gap"]
    assert len(gaps) == 1
    count, first, last = gaps[0]["count"], gaps[0]["from"], gaps[0]["to"]
    assert isinstance(count, int)
    assert count >= 1
    assert START <= first <= last  # type: ignore[operator]
    assert ("orders-db", "DOWN", "OK") in observed(journal)
    await running.stop()


async def test_what_a_degraded_mode_leaves_to_clean_up_is_owed_once() -> None:
    journal = MemoryJournal()
    owing = replace(LATER, data_debt="the queue must be drained")
    checkout = replace(SHOP.services[1], degradations=(owing, *SHOP.services[1].degradations[1:]))
    model = replace(SHOP, services=(SHOP.services[0], checkout, *SHOP.services[2:]))
    running = start(answering(model=model), model=model, journal=journal, observes=alone)
    await settle(running, 20.0)
    await declare(running)
    running.engine.dispatch(mark(running.clock.now()))
    for _ in range(10):
        await settle(running)
    assert [each.title for each in running.state.record.obligations] == [
        "the queue must be drained (pay-later of checkout)"
    ]
    debt = running.state.record.obligations[0]
    fact = words.debt_closed(debt.title, "", "drained by hand", "mara", running.clock.now())
    running.engine.dispatch(IncidentActed(fact))
    for _ in range(10):
        await settle(running)
    assert running.state.record.obligations == ()
    await running.stop()


async def test_a_release_in_the_middle_of_it_is_in_the_story_once() -> None:
    journal = MemoryJournal()
    later = Change("checkout", START + 90, "release 1.43", "1.43", "aiko")

    def say(at: float) -> list[Event]:
        poll = line(at)
        told: list[Event] = [Sampled(number, each) for number, each in poll.samples.items()]
        return [*told, ChangesSeen((later,) if at >= later.at else ())]

    running = start(Scripted(say), journal=journal, observes=alone)
    await settle(running, 20.0)
    await declare(running)
    for _ in range(25):
        await settle(running)
    story = running.state.record.incidents["INC-1"].story
    assert [(each.at, each.text) for each in story if each.kind == "change"] == [
        (START + 90, "checkout: release 1.43, by aiko")
    ]
    await running.stop()
