"""A second person at another machine: the database itself lets nobody be their own."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.core.journal import Fact
from cockpit.core.runbook.requests import Request, request_of
from cockpit.core.runbook.states import RunState
from cockpit.core.runbook.words import say
from cockpit.core.team import Role
from cockpit.core.wanted import ApprovalWanted
from cockpit.engine.runs.judging import asked_for, judge
from cockpit.errors import AccessRefused, RunRefused
from tests.lab.database import Database

from .cockpits import Cockpit, book, cockpit, until, written

ROLES = {"mara": "approver", "leo": "approver", "alice": "responder"}


class Office:
    """Everybody at a machine of their own, on one record."""

    def __init__(self, database: Database, folder: Path, stack: AsyncExitStack) -> None:
        self.counter = folder / "counter"
        self.counter.touch()
        text = book(self.counter, {"one": "", "two": ""}).replace(
            "    timeout: 2m\n", "    timeout: 2m\n    approval: {min: 1, expires: 5m}\n", 1
        )
        self._configured = written(folder / "config", text)
        self._database, self._folder, self._stack = database, folder, stack
        self._people = {name: database.add_person(name, [f"cockpit_{role}"]) for name, role in ROLES.items()}

    async def at(self, name: str) -> Cockpit:
        one = cockpit(
            self._database, self._people[name], self._configured, self._folder / name, f"web-{name}"
        )
        found = await self._stack.enter_async_context(one)
        await until(lambda: found.state.picture.company, "company")
        return found

    @property
    def effects(self) -> list[str]:
        return self.counter.read_text().split()


@pytest.fixture
async def office(founded: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        yield Office(founded, tmp_path, stack)


def seen(one: Cockpit) -> Request | None:
    run = one.state.record.runs.get("R-1")
    return request_of(run) if run else None


def says(one: Cockpit, request: Request, reason: str = "seen") -> None:
    """As at a screen."""
    one.engine.dispatch(ApprovalWanted("R-1", request.step.id, False, reason, time.time(), request.digest))


async def facts(one: Cockpit, kind: str) -> list[Fact]:
    return [each.fact for each in await one.world.journal.read(kind=kind)]


async def test_at_another_machine_it_is_seen_and_approved_and_the_run_goes_on(office: Office) -> None:
    mara, leo = await office.at("mara"), await office.at("leo")
    mara.begin()
    request = await until(lambda: seen(leo), "the request at leo's")
    me = mara.world.actor
    assert (request.by, request.hands, office.effects) == (me, frozenset({me}), [])
    says(leo, request)
    await until(lambda: mara.run().state is RunState.COMPLETED or None, "the end")
    assert office.effects == ["one", "two"]
    (asked,) = await facts(mara, "approval.requested")
    (granted,) = await facts(mara, "approval.granted")
    assert (granted.actor, granted.body["digest"]) == (leo.world.actor, request.digest)
    assert (asked.body["enforced"], granted.body["enforced"]) == (True, True)
    assert leo.state.picture.reported is not None
    assert leo.state.picture.reported.text == "R-1 one: approved"


async def test_nobody_is_their_own_second_person_whatever_program_they_use(office: Office) -> None:
    mara, leo = await office.at("mara"), await office.at("leo")
    mara.begin()
    request = await until(lambda: seen(leo), "the request at leo's")
    says(mara, request)
    refused = await until(lambda: mara.state.picture.refused, "the refusal")
    assert f"{mara.world.actor} acts in R-1" in refused.why
    forged = say("approval.granted", request.key, digest=request.digest, reason="mine", enforced=True)
    with pytest.raises(AccessRefused, match=f"{mara.world.actor} acts in R-1"):
        await mara.world.journal.append([forged.fact(request.run, time.time(), leo.world.actor)])
    assert await facts(mara, "approval.granted") == []
    told = [each.actor for each in await facts(leo, "access.refused")]
    assert told == [mara.world.actor] * 2
    assert office.effects == []


async def test_a_responder_is_no_approver(office: Office) -> None:
    mara, alice = await office.at("mara"), await office.at("alice")
    mara.begin()
    request = await until(lambda: seen(alice), "the request at alice's")
    why = f"{alice.world.actor} is no approver"
    with pytest.raises(AccessRefused, match=why):
        await judge(alice.world, request, refuse_it=False, reason="fine")
    knows = replace(alice.world, role=lambda: Role.RESPONDER)
    with pytest.raises(RunRefused, match=f"{why}, only a responder"):
        await judge(knows, request, refuse_it=False, reason="fine")
    granted = say("approval.granted", request.key, digest=request.digest, reason="fine", enforced=True)
    with pytest.raises(AccessRefused, match=why):
        await alice.world.journal.append([granted.fact(request.run, time.time(), alice.world.actor)])
    assert office.effects == []


async def test_who_approved_and_takes_it_over_has_to_ask_again(office: Office) -> None:
    mara, leo = await office.at("mara"), await office.at("leo")
    mara.begin()
    request = await until(lambda: seen(leo), "the request at leo's")
    await mara.leave()
    await judge(leo.world, request, refuse_it=False, reason="seen")
    leo.take_up()
    me = leo.world.actor
    await until(lambda: (asked := seen(leo)) and asked.by == me and asked, "leo's own request")
    (expired,) = await facts(leo, "approval.expired")
    assert expired.body["why"] == "it is in other hands now"
    assert office.effects == []
    with pytest.raises(RunRefused, match=f"{me} acts in R-1"):
        await judge(leo.world, await asked_for(leo.world, "R-1"), refuse_it=False, reason="mine")
    assert office.effects == []
