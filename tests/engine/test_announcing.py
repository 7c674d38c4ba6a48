"""What is done is told to the chat once, after it is on record; a chat that is gone holds nobody up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cockpit.adapters.http import HttpxHttp
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.secrets import Secrets
from cockpit.core.incident import words
from cockpit.core.incident.rules import Channel, IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.model import Model
from cockpit.engine.announcing import Announcing
from tests.adapters.flags.servers import Server, running

from .runs.stage import Stage

AT = 1_700_000_000.0


@dataclass
class Chat(Server):
    """Keeps what it is told."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    wait: float = 0.0

    async def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, str, Mapping[str, str]]:
        await asyncio.sleep(self.wait)
        self.heard.append((headers["idempotency-key"], json.loads(body)["text"]))
        return self.status, "", {}


@asynccontextmanager
async def told(chat: Chat, **channel: object) -> AsyncIterator[tuple[Announcing, list[str]]]:
    complaints: list[str] = []
    async with running(chat):
        place = Channel("chat", f"{chat.url}/hook", **channel)  # type: ignore[arg-type]
        journal = Announcing(MemoryJournal(), complaints.append)
        world = Stage().world(
            model=Model(incident=IncidentRules(notify=(place,))),
            journal=journal,
            http=HttpxHttp(),
            secrets=Secrets({}),
        )
        journal.use(world)
        try:
            yield journal, complaints
        finally:
            await journal.flush()
            await world.http.close()


def declared() -> Fact:
    return words.declared("INC-1", "Orders fail", Severity.SEV1, "mara", AT)


async def test_a_declaration_is_told_with_a_key_of_its_own() -> None:
    chat = Chat()
    async with told(chat) as (journal, complaints):
        await journal.append([declared()])
        await journal.flush()
    assert chat.heard == [("INC-1", "mara declared INC-1, SEV1: Orders fail")]
    assert complaints == []


async def test_notes_and_updates_are_nobody_elses_business() -> None:
    chat = Chat()
    async with told(chat) as (journal, _):
        await journal.append([words.noted("INC-1", "note", "thinking", "mara", AT)])
        await journal.append([words.joined("INC-1", "leo", AT)])
    assert chat.heard == []


async def test_a_flip_names_the_incident_it_belongs_to() -> None:
    body = {"op_id": "x", "key": "pay", "env": "prod", "outcome": "APPLIED", "reason": ""}
    chat = Chat()
    async with told(chat) as (journal, _):
        await journal.append([Fact("flag.settled", AT, "leo", body, "INC-1", uid="one")])
    assert chat.heard == [("one", "[INC-1] pay@prod: applied")]


async def test_what_is_on_record_already_is_not_told_again() -> None:
    chat = Chat()
    async with told(chat) as (journal, _):
        fact = declared()
        await journal.append([fact])
        await journal.append([fact])  # the answer to the first was lost
        await journal.append([words.declared("INC-1", "Mine", None, "leo", AT)])  # somebody else was first
    assert [text for _, text in chat.heard] == ["mara declared INC-1, SEV1: Orders fail"]


async def test_a_channel_that_does_not_want_it_hears_nothing() -> None:
    chat = Chat()
    async with told(chat, announce=False) as (journal, _):
        await journal.append([declared()])
    assert chat.heard == []


async def test_a_refusal_and_a_missing_secret_are_told_in_a_line() -> None:
    refusing = Chat(status=404)
    async with told(refusing) as (journal, complaints):
        await journal.append([declared()])
        await journal.flush()
        assert len(complaints) == 1
        assert complaints[0].startswith("chat: “mara declared INC-1, SEV1: Orders fail” was not sent: ")
    silent = Chat()
    async with told(silent, secret="env:CHAT") as (journal, complaints):
        await journal.append([declared()])
        await journal.flush()
        assert complaints == [
            "chat: “mara declared INC-1, SEV1: Orders fail” was not sent: the environment variable CHAT is "
            "not set. Export CHAT and start again"
        ]
    assert silent.heard == []


async def test_a_slow_chat_holds_no_record_up() -> None:
    chat = Chat(wait=0.5)
    async with told(chat) as (journal, _):
        await journal.append([declared()])
        assert chat.heard == []  # on record, and nobody waited
        await journal.flush()
    assert len(chat.heard) == 1


async def test_who_waits_for_a_second_person_is_told_of_also_inside_another_run() -> None:
    chat = Chat()
    asked = {"from": ["ines", "leo"], "digest": "d"}
    facts = [
        Fact("approval.requested", AT, "mara", asked, run="R-7", step="promote"),
        Fact("approval.broken_glass", AT, "mara", {"reason": "asleep"}, run="R-7.sub", step="promote"),
    ]
    async with told(chat) as (journal, _):
        await journal.append(facts)
        await journal.flush()
    assert [text for _, text in chat.heard] == [
        "mara asks ines or leo to approve promote: cockpit approve R-7 promote",
        "broken glass: mara did promote without a second person: asleep",
    ]
