"""A reminder is on record before it goes out, goes out once, and a lost answer is no success."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.events import Event, Reported
from cockpit.core.incident.rules import Channel, IncidentRules
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.work import Answered, HttpAnswer
from cockpit.core.wanted import RemindWanted
from cockpit.engine.outward.reminding import remind
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError, RunRefused
from tests.views.shop import shop

from .runs.stage import Stage

CHANNELS = (
    Channel("chat", "https://chat.example/hook"),
    Channel("json", "https://json.example/hook", format="json"),
    Channel("quiet", "https://quiet.example/hook", announce=False),
)
WANTED = RemindWanted("debt:x", "to clean up: x, 5 min overdue", 2, 100.0, "INC-1")


class Receiver:
    """Answers by address; remembers what it was sent, and what was on record by then."""

    def __init__(self, stage: Stage, outcomes: dict[str, Answered] | None = None) -> None:
        self._stage = stage
        self._outcomes = outcomes or {}
        self.sent: list[tuple[str, object, int]] = []

    async def send(self, call: HttpCall, **given: object) -> HttpAnswer:
        self.sent.append((call.url, call.json, len(self._stage.journal.records)))
        outcome = self._outcomes.get(call.url, Answered.DONE)
        return HttpAnswer(outcome, reason="" if outcome is Answered.DONE else "it hung up")

    async def close(self) -> None:
        """Nothing is held."""


def made(**outcomes: Answered) -> tuple[Stage, Receiver, World]:
    stage = Stage()
    receiver = Receiver(stage, {f"https://{name}.example/hook": each for name, each in outcomes.items()})
    model = shop(incident=IncidentRules(notify=CHANNELS))
    return stage, receiver, stage.world(model=model, http=receiver)


def recorded(stage: Stage) -> list[tuple[str, object]]:
    kept = {"key", "count", "to", "outcome", "outcomes"}
    return [
        (each.fact.kind, {name: value for name, value in each.fact.body.items() if name in kept})
        for each in stage.journal.records
    ]


async def test_it_goes_to_each_channel_that_takes_announcements_once_after_it_is_on_record() -> None:
    stage, receiver, world = made(json=Answered.UNKNOWN)
    said: list[Event] = []
    assert await remind(world, WANTED, said.append) == {"chat": "sent", "json": "unknown"}
    (chat, slack, before), (json, document, _) = receiver.sent
    assert (chat, slack, before) == (
        "https://chat.example/hook",
        {"text": "shop prod-eu: to clean up: x, 5 min overdue"},
        1,
    )
    assert json == "https://json.example/hook"
    assert isinstance(document, dict)
    assert {name: document[name] for name in ("schema", "key", "count", "text", "incident", "at")} == {
        "schema": "cockpit.reminder/v1",
        "key": "debt:x",
        "count": 2,
        "text": "to clean up: x, 5 min overdue",
        "incident": "INC-1",
        "at": 100.0,
    }
    assert recorded(stage) == [
        ("watch.reminded", {"key": "debt:x", "count": 2, "to": ["chat", "json"]}),
        ("watch.settled", {"key": "debt:x", "count": 2, "outcomes": {"chat": "sent", "json": "unknown"}}),
    ]
    assert [each.text for each in said if isinstance(each, Reported)] == [
        "reminder to json may or may not have been sent: it hung up"
    ]


async def test_without_a_channel_it_is_only_on_record() -> None:
    stage, receiver, world = made()
    world = replace(world, model=shop())
    assert await remind(world, WANTED, [].append) == {}
    assert receiver.sent == []
    assert recorded(stage) == [
        ("watch.reminded", {"key": "debt:x", "count": 2, "to": [], "outcome": "printed"})
    ]


async def test_what_is_over_is_put_on_record_and_told_nobody() -> None:
    stage, receiver, world = made()
    assert await remind(world, replace(WANTED, count=0), [].append) == {}
    assert (receiver.sent, recorded(stage)) == ([], [("watch.over", {"key": "debt:x"})])


async def test_without_a_record_it_is_sent_all_the_same_and_said() -> None:
    stage, receiver, world = made()

    class Full:
        async def append(self, facts: object) -> object:
            raise JournalError("the disk is full")

    said: list[Event] = []
    outcomes = await remind(replace(world, journal=Full()), WANTED, said.append)  # type: ignore[arg-type]
    assert outcomes == {"chat": "sent", "json": "sent"}
    told = {each.text for each in said if isinstance(each, Reported)}
    assert told == {"a reminder could not be put on record: the disk is full"}
    assert (len(receiver.sent), recorded(stage)) == (2, [])


async def test_read_only_reminds_nobody() -> None:
    stage, receiver, world = made()
    with pytest.raises(RunRefused, match="read-only"):
        await remind(replace(world, readonly=True), WANTED, [].append)
    assert (receiver.sent, recorded(stage)) == ([], [])


async def test_a_crash_between_record_and_sending_repeats_nothing() -> None:
    """The record says it was begun; nobody knows whether it arrived, and it is not sent again."""
    stage, receiver, world = made()

    def die(point: str) -> None:
        raise KeyboardInterrupt(point)

    with pytest.raises(KeyboardInterrupt):
        await remind(replace(world, die_at=die), WANTED, [].append)
    assert receiver.sent == []
    assert [kind for kind, _ in recorded(stage)] == ["watch.reminded"]
