"""One run and several cockpits: it is seen, refused to who may not have it, and nothing is done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.process import Commands
from cockpit.core.events import IncidentActed
from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.runbook.holding import ELSEWHERE
from cockpit.core.runbook.states import RunState
from cockpit.core.runbook.work import Found, Identity, Trace
from cockpit.core.team import WATCH, Held
from cockpit.engine.observing import OBSERVER
from cockpit.views import company
from cockpit.wiring import _observing
from tests.lab.database import Database

from .cockpits import Cockpit, book, cockpit, until, written
from .people import at_work

STEPS = {"one": "", "two": "", "three": ""}
SLOW = {"one": "echo begun; sleep 4;", "two": ""}


class Desks:
    """Mara at web-1 and Leo at web-2, on one record; a counter file that both machines see."""

    def __init__(self, database: Database, folder: Path, stack: AsyncExitStack) -> None:
        self.counter = folder / "counter"
        self.counter.touch()
        self._database = database
        self._folder = folder
        self._stack = stack
        self._configured: Path | None = None
        self._mara = database.add_person("mara", ["cockpit_responder"])
        self._leo = database.add_person("leo", ["cockpit_responder"])

    def books(self, *texts: str) -> None:
        self._configured = written(self._folder / "config", *texts)

    async def mara(self, machine: str = "web-1") -> Cockpit:
        return await self._sit_down("mara", machine)

    async def leo(self, machine: str = "web-2") -> Cockpit:
        return await self._sit_down("leo", machine)

    async def _sit_down(self, name: str, machine: str) -> Cockpit:
        assert self._configured is not None
        person = self._mara if name == "mara" else self._leo
        state = self._folder / f"{name}-at-{machine}"
        found = await self._stack.enter_async_context(
            cockpit(self._database, person, self._configured, state, machine)
        )
        await until(lambda: found.state.picture.company, "company")
        return found

    @property
    def effects(self) -> list[str]:
        return self.counter.read_text().split()


@pytest.fixture
async def desks(founded: Database, tmp_path: Path) -> AsyncIterator[Desks]:
    async with AsyncExitStack() as stack:
        yield Desks(founded, tmp_path, stack)


class Blind(Commands):
    """What runs on the other machine cannot be seen from this one."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    async def find(self, folder: str, name: str, nonce: str, identity: Identity | None) -> Found:
        return Found(Trace.ELSEWHERE, where=self._where)


def blind(one: Cockpit, where: str = "web-1") -> None:
    one.world = replace(one.world, runner=Blind(where))
    world = one.world
    one.crew.world_of = lambda _: world


def asleep(one: Cockpit) -> None:
    """Nothing that it holds is prolonged any more."""

    async def prolong(holds: object) -> None:
        await asyncio.sleep(0.05)

    one.person.leases._prolong = prolong  # type: ignore[method-assign]  # as when its machine sleeps


def holder(one: Cockpit) -> Held | None:
    return company.holder(one.state, one.run())


async def died(desks: Desks, *, at: str = "begun") -> tuple[Cockpit, Cockpit]:
    """(mara, who died while her command runs; leo, who sees that she is silent)"""
    mara, leo = await desks.mara(), await desks.leo()
    mara.begin()
    await until(lambda: at in mara.state.picture.live.get("R-1", NOTHING).output, at)
    await until(lambda: "R-1" in leo.state.record.runs and holder(leo), "leo sees who has it")
    await mara.die()
    return mara, leo


class Nothing:
    output: tuple[str, ...] = ()


NOTHING = Nothing()


async def test_others_see_an_incident_each_step_and_what_it_says(desks: Desks) -> None:
    desks.books(book(desks.counter, SLOW))
    mara, leo = await desks.mara(), await desks.leo()
    mara.engine.dispatch(
        IncidentActed(words.declared("INC-1", "Orders fail", Severity.SEV1, mara.world.actor, time.time()))
    )
    await until(lambda: "INC-1" in leo.state.record.incidents, "the incident")
    mara.begin()
    await until(lambda: leo.state.record.runs.get("R-1"), "the run")
    seen = await until(lambda: leo.state.picture.live.get("R-1"), "what it says")
    await until(lambda: "begun" in leo.state.picture.live["R-1"].output, "its output")
    assert not seen.ours
    assert (await until(lambda: holder(leo), "who has it")).actor == mara.world.actor
    await until(lambda: leo.run().final, "its end")
    assert [(each.key.step, str(each.effect)) for each in leo.run().executions] == [
        ("one", "applied"),
        ("two", "applied"),
    ]
    assert desks.effects == ["one", "two"]


async def test_each_sees_who_is_here_and_what_they_do(desks: Desks) -> None:
    desks.books(book(desks.counter, SLOW))
    mara, leo = await desks.mara(), await desks.leo()
    await until(lambda: company.count(mara.state) == "2 here", "two of us")
    mara.begin()

    def told() -> list[tuple[str, str]]:
        found = leo.state.picture.company
        return [(each.machine, each.doing) for each in found.people] if found else []

    await until(lambda: told() == [("web-1", "runs R-1"), ("web-2", "")], "what mara does")
    await leo.leave()
    await until(lambda: company.count(mara.state) == "", "leo is gone")


async def test_a_run_that_somebody_has_is_not_taken_over(desks: Desks) -> None:
    desks.books(book(desks.counter, SLOW))
    mara, leo = await desks.mara(), await desks.leo()
    mara.begin()
    await until(lambda: "R-1" in leo.state.record.runs and holder(leo), "who has it")
    leo.take_up()
    refused = await until(lambda: leo.state.picture.refused, "a refusal")
    assert "R-1 is in the hands of" in refused.why
    assert mara.world.actor in refused.why
    await until(lambda: leo.run().final, "its end")
    assert desks.effects == ["one", "two"]
    assert leo.world.actor not in leo.run().operators


async def test_a_run_of_a_cockpit_that_died_is_finished_by_another_and_nothing_happens_twice(
    desks: Desks,
) -> None:
    desks.books(book(desks.counter, SLOW))
    _, leo = await died(desks)
    gone = await until(lambda: company.gone(leo.state, leo.run()), "mara is silent")
    assert company.holder(leo.state, leo.run()) is None
    assert gone.machine == "web-1"
    leo.take_up()
    await until(lambda: leo.run().final, "its end")
    assert leo.run().state is RunState.COMPLETED
    assert leo.run().hands == leo.world.actor
    assert f"{leo.world.actor} took Restart the workers over from" in [
        each.text.rpartition(" ")[0] for each in leo.state.picture.timeline
    ]
    assert desks.effects == ["one", "two"]


async def test_what_may_run_elsewhere_is_only_waited_for_or_vouched_for(desks: Desks) -> None:
    desks.books(book(desks.counter, SLOW))
    _, leo = await died(desks)
    blind(leo)
    await until(lambda: company.gone(leo.state, leo.run()), "mara is silent")
    leo.take_up()
    question = await until(lambda: leo.asks() if leo.run().hold else None, "a hold")
    assert question is not None
    assert "may still be running on web-1" in question.text
    assert [each.name for each in question.choices] == ["wait", "attest"]
    leo.answer("attest", "I looked with ssh")
    await until(lambda: leo.run().final, "its end")
    assert desks.effects.count("one") == 1
    assert desks.effects.count("two") == 1


async def test_the_cockpit_of_that_machine_reports_and_the_run_goes_on_by_itself(desks: Desks) -> None:
    desks.books(book(desks.counter, SLOW))
    _, leo = await died(desks)
    blind(leo)
    await until(lambda: company.gone(leo.state, leo.run()), "mara is silent")
    leo.take_up()
    await until(lambda: leo.run().hold and leo.asks(), "a hold")
    back = await desks.mara()
    await until(lambda: leo.run().final, "its end")
    assert leo.run().state is RunState.COMPLETED
    first = leo.run().executions[0]
    assert first.exit is not None
    assert (first.exit["ok"], first.exit["reported_by"], first.reconciled) == (True, "web-1", "")
    assert desks.effects == ["one", "two"]
    found = [each for each in await back.person.journal.read(run="R-1") if each.fact.kind == "step.exited"]
    assert [each.fact.actor for each in found] == [back.world.actor, leo.world.actor]


class Died(BaseException):
    """Of a program that ends in the middle."""


def meant(one: Cockpit) -> bool:
    return any(each.intent is not None for each in one.run().executions)


def dies_after_intent(one: Cockpit) -> None:
    def die(point: str) -> None:
        if point == "after_intent":
            raise Died

    world = replace(one.world, die_at=die)
    one.crew.world_of = lambda _: world


async def test_what_another_account_began_on_the_same_machine_is_not_judged_by_who_cannot_read_it(
    desks: Desks,
) -> None:
    desks.books(book(desks.counter, SLOW))
    mara, leo = await desks.mara(), await desks.leo("web-1")
    dies_after_intent(mara)
    mara.begin()
    await until(lambda: "R-1" in leo.state.record.runs and meant(leo), "what was meant")
    await mara.leave()
    await until(lambda: company.gone(leo.state, leo.run()), "it may not begin any more")
    leo.take_up()
    await until(lambda: leo.run().hold, "a hold")
    assert leo.run().hold.kind == ELSEWHERE  # type: ignore[union-attr]  # as was waited for
    await desks.mara()
    await until(lambda: leo.run().executions[0].settled, "what mara's own cockpit found out")
    one = leo.run().executions[0]
    assert one.exit is not None
    assert (one.exit["ending"], one.reconciled, str(one.effect)) == ("lost", "not_applied", "not_applied")
    question = await until(leo.asks, "how it goes on")
    assert [each.name for each in question.choices if each.name == "retry" and not each.why_not] == ["retry"]
    assert desks.effects == []


async def test_who_lost_a_run_follows_its_command_to_the_end_reports_and_begins_nothing(desks: Desks) -> None:
    desks.books(book(desks.counter, SLOW))
    mara, leo = await desks.mara(), await desks.leo()
    mara.begin()
    await until(lambda: "begun" in mara.state.picture.live.get("R-1", NOTHING).output, "it has begun")
    asleep(mara)
    blind(leo)
    await until(lambda: "R-1" in leo.state.record.runs and company.gone(leo.state, leo.run()), "it is over")
    leo.take_up()
    await until(lambda: leo.run().final, "its end")
    await until(lambda: mara.run().final and not mara.state.picture.live["R-1"].ours, "mara has left it")
    assert desks.effects == ["one", "two"]
    done = [each.fact for each in await leo.person.journal.read(run="R-1") if each.fact.kind == "step.exited"]
    assert [(each.step, each.actor) for each in done] == [
        ("one", mara.world.actor),
        ("two", leo.world.actor),
    ]


async def test_a_stale_holder_that_comes_back_begins_nothing(desks: Desks) -> None:
    desks.books(book(desks.counter, STEPS, confirm="key"))
    mara, leo = await desks.mara(), await desks.leo()
    mara.begin()
    await until(lambda: "R-1" in mara.state.record.runs and mara.asks(), "the first question")
    await until(lambda: "R-1" in leo.state.record.runs and holder(leo), "leo sees who has it")
    asleep(mara)
    await until(lambda: holder(leo) is None, "it is over")
    leo.take_up()
    await until(lambda: holder(mara), "mara sees who has it")
    mara.answer()
    refused = await until(lambda: mara.state.picture.refused, "a refusal")
    assert "does not look after it" in refused.why
    assert desks.effects == []
    for step in STEPS:
        await until(lambda step=step: leo.run().at_step == step and leo.asks(), step)  # type: ignore[misc]
        leo.answer()
    await until(lambda: leo.run().final, "its end")
    assert desks.effects == list(STEPS)


async def test_of_many_one_writes_down_what_is_seen_and_another_when_that_one_is_gone(
    founded: Database,
) -> None:
    people = [founded.add_person(name, ["cockpit_responder"]) for name in ("mara", "leo", "iris")]
    async with AsyncExitStack() as stack:
        here = [await stack.enter_async_context(at_work(founded, each)) for each in people]
        claims = [_observing(each.leases) for each in here]
        assert [await each() for each in claims] == [True, False, False]
        assert [await each() for each in claims] == [True, False, False]
        await here[0].leave()
        assert [await claims[1](), await claims[2]()] == [True, False]
        found = await here[2].team.look()
        held = found.held(OBSERVER)
        assert held is not None
        assert held.actor == people[1].name


async def test_a_look_at_who_is_here_is_not_to_be_there(founded: Database) -> None:
    mara = founded.add_person("mara", ["cockpit_responder"])
    viewer = founded.add_person("viola", ["cockpit_viewer"])
    async with at_work(founded, viewer, "desk:1") as looks:
        assert (await looks.team.look()).people == ()
        async with at_work(founded, mara, "web-1:1") as one:
            await one.team.here("runs R-4")
            assert await one.leases.claim((WATCH,)) == ""
            found = await looks.team.look()
            assert [(each.actor, each.machine, each.doing) for each in found.people] == [
                (mara.name, "web-1", "runs R-4")
            ]
            assert [(each.name, each.actor) for each in found.holds] == [(WATCH, mara.name)]
        await asyncio.sleep(0)
        assert (await looks.team.look()).held(WATCH) is None


async def test_what_was_let_go_of_is_nobodys(founded: Database) -> None:
    mara = founded.add_person("mara", ["cockpit_responder"])
    async with at_work(founded, mara, "web-1:1") as one:
        assert await one.leases.claim(("run:R-1",)) == ""
        fact = Fact("step.intent", time.time(), mara.name, run="R-1", step="one", visit=1, attempt=1)
        await one.journal.append([fact])
        await one.leases.release(("run:R-1",))
        left = (await one.team.look()).held("run:R-1")
        assert left is not None, "what was meant may still begin"
        founded.sql("UPDATE cockpit.lease SET start_by = now()")
        assert (await one.team.look()).holds == ()
