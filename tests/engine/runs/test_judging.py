"""Two people on one record: one runs, the other agrees, refuses, comes too late or may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from cockpit.core.access import Access
from cockpit.core.journal import Fact, Recorded
from cockpit.core.model import Model, Target
from cockpit.core.runbook.actions import Nested
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.approvals import broken
from cockpit.core.runbook.model import Approval, Confirm, Reach, Step
from cockpit.core.runbook.requests import Request
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import RunState
from cockpit.core.runbook.words import Question
from cockpit.core.team import Role
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.judging import Judged, asked_for, judge, open_ones
from cockpit.engine.runs.remembered import find_run
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError, RunRefused

from .stage import Script, Stage, book, setting

GUARDED = setting("a", approval=Approval(min=1, expires=600.0))


@dataclass
class Patient(Script):
    """Somebody who waits for the other one, and leaves when told to."""

    hold_on: set[str] = field(default_factory=lambda: {"approval"})
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, run: Run, question: Question) -> Answer | None:
        said = await super().answer(run, question)
        if said is None and question.kind in self.hold_on:
            await self.gone.wait()
        return said


@dataclass
class Asking:
    """A run that is under way, of mara's."""

    stage: Stage
    desk: Patient
    task: asyncio.Task[Run]

    async def until_asked(self, run: str = "R-1", step: str = "") -> Request:
        """As leo sees it. What is refused meanwhile is nobody's."""
        await self.until("approval.requested")
        return await asked_for(self.leo, run, step)

    async def until(self, kind: str, times: int = 1) -> None:
        """Turn after turn of the loop: the clock of the stage goes on with every one."""
        for _ in range(10_000):
            if len(self.facts(kind)) >= times:
                return
            await asyncio.sleep(0)
        raise AssertionError(f"never on record: {kind}")

    @property
    def leo(self) -> World:
        return self.stage.world(actor="leo")

    def facts(self, kind: str) -> list[Fact]:
        return [each.fact for each in self.stage.journal.records if each.fact.kind == kind]


@asynccontextmanager
async def asking(*steps: Step, desk: Patient | None = None, **more: object) -> AsyncIterator[Asking]:
    stage = Stage()
    stage.machine.values |= {"a": "old", "b": "old"}
    desk = desk or Patient()
    task = asyncio.ensure_future(stage.run(book(*steps, **more), desk))
    try:
        yield Asking(stage, desk, task)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def yes(world: World, request: Request, reason: str = "seen", shown: str = "") -> Judged:
    return await judge(world, request, refuse_it=False, reason=reason, shown=shown)


async def test_the_step_waits_for_a_second_person_and_begins_when_they_agree() -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        assert one.stage.machine.sets == []
        assert (request.by, request.step.id, request.hands) == ("mara", "set-a", frozenset({"mara"}))
        assert await open_ones(one.stage.journal, one.stage.clock.now()) == [request]
        judged = await yes(one.leo, request, shown=request.digest[:12])
        assert judged.text == "R-1 set-a: approved (second person not enforced here)"
        assert (await one.task).state is RunState.COMPLETED
        assert one.stage.machine.sets == [("a", "new")]
        (granted,) = one.facts("approval.granted")
        assert (granted.actor, dict(granted.body)) == (
            "leo",
            {"reason": "seen", "digest": request.digest, "enforced": False},
        )
        assert await open_ones(one.stage.journal, one.stage.clock.now()) == []


async def test_a_record_that_cannot_be_read_for_a_while_does_not_end_the_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        looks: list[int] = []
        enough = asyncio.Event()
        read = one.stage.journal.read

        async def away(
            after: int = 0, limit: int = 10_000, *, run: str = "", kind: str = ""
        ) -> Sequence[Recorded]:
            looks.append(after)
            if len(looks) == 3:
                enough.set()
            raise JournalError("it is restarted")

        monkeypatch.setattr(one.stage.journal, "read", away)
        await enough.wait()
        monkeypatch.setattr(one.stage.journal, "read", read)
        assert not one.task.done()
        await yes(one.leo, request)
        assert (await one.task).state is RunState.COMPLETED


async def test_the_request_says_all_that_is_approved() -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        (asked,) = one.facts("approval.requested")
        assert asked.body["action"] == {"is": "Command", "argv": ["set", "a", "new"]}
        assert (asked.body["target"], asked.body["operators"]) == ("prod", ["mara"])
        assert (asked.body["enforced"], asked.body["digest"]) == (False, request.digest)


@pytest.mark.parametrize(
    ("actor", "more", "why"),
    [
        ("mara", {}, "mara acts in R-1 and cannot answer for it"),
        ("leo", {"role": lambda: Role.RESPONDER}, "leo is no approver, only a responder"),
        ("leo", {"model": Model(access=Access(roles={Role.RESPONDER: ("*",)}))}, "leo is no approver"),
    ],
)
@pytest.mark.parametrize("refuse_it", [False, True])
async def test_who_may_not_answer_hears_why_and_that_goes_on_record(
    actor: str, more: dict[str, object], why: str, refuse_it: bool
) -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        world = one.stage.world(actor=actor, **more)
        with pytest.raises(RunRefused, match=why):
            await judge(world, request, refuse_it=refuse_it, reason="mine")
        (told,) = one.facts("access.refused")
        verb = "refuse" if refuse_it else "approve"
        assert (told.actor, told.body["what"]) == (actor, f"{verb} R-1 set-a")
        assert str(told.body["why"]).startswith(why)
        assert not one.facts("approval.granted")
        assert not one.facts("approval.refused")


async def test_only_who_was_asked_may_answer() -> None:
    async with asking(replace(GUARDED, approval=Approval(by=("ines", "mara")))) as one:
        request = await one.until_asked()
        with pytest.raises(RunRefused, match=r"leo may not answer for set-a\. Ask ines"):
            await yes(one.leo, request)
        await yes(one.stage.world(actor="ines"), request)
        assert (await one.task).state is RunState.COMPLETED


async def test_something_else_than_was_shown_is_not_approved() -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        with pytest.raises(RunRefused, match="what would be done is not what was shown"):
            await yes(one.leo, request, shown="0123456789ab")
        with pytest.raises(RunRefused, match="what would be done is not what was shown"):
            await yes(one.leo, replace(request, digest="f" * 64))
        assert len(one.facts("access.refused")) == 2


async def test_a_refusal_needs_a_reason_and_holds_the_run_with_it() -> None:
    desk = Patient(hold_on={"approval", "hold"})
    async with asking(GUARDED, desk=desk) as one:
        request = await one.until_asked()
        with pytest.raises(RunRefused, match="needs a reason"):
            await judge(one.leo, request, refuse_it=True, reason="  ")
        told = await judge(one.leo, request, refuse_it=True, reason="the standby lags")
        assert told.text == "R-1 set-a: refused (second person not enforced here)"
        await one.until("run.held")
        (held,) = one.facts("run.held")
        assert (held.body["reason"], held.body["kind"]) == (
            "leo refused it: the standby lags",
            "approval",
        )
        assert len(one.facts("approval.requested")) == 1, "nobody is asked again by the program"
        assert one.stage.machine.sets == []


async def test_after_a_refusal_it_is_asked_anew_when_whoever_runs_it_says_so() -> None:
    async with asking(GUARDED, desk=Patient({"hold:set-a": [Answer("retry")]})) as one:
        await judge(one.leo, await one.until_asked(), refuse_it=True, reason="wait")
        await one.until("approval.requested", 2)
        await yes(one.leo, await one.until_asked())
        assert (await one.task).state is RunState.COMPLETED


async def test_nobody_answers_in_time_so_it_is_on_record_and_the_run_is_held() -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        run = await one.task  # the hold is not answered, so it is left
        assert run.hold is not None
        assert run.hold.reason == "nobody answered it in time"
        (expired,) = one.facts("approval.expired")
        assert expired.at > request.expires_at
        with pytest.raises(RunRefused, match="asks for no approval of 'set-a' now"):
            await yes(one.leo, request)
        assert one.stage.machine.sets == []


async def left_waiting(one: Asking) -> Request:
    """Mara's cockpit is gone; what she asked stands."""
    request = await one.until_asked()
    one.desk.gone.set()
    await one.task
    return request


async def go_on(one: Asking, actor: str, desk: Patient) -> Driver:
    """By whoever takes the run up."""
    found = await find_run(one.stage.journal, "R-1")
    assert found is not None
    return Driver(one.stage.world(actor=actor), *found, desk, {})


async def test_after_a_pause_what_was_approved_meanwhile_still_counts() -> None:
    async with asking(GUARDED) as one:
        await yes(one.leo, await left_waiting(one))
        done = await (await go_on(one, "mara", Patient())).drive()
        assert done.state is RunState.COMPLETED
        assert len(one.facts("approval.requested")) == 1


async def test_after_a_pause_what_was_not_begun_in_time_is_asked_anew() -> None:
    async with asking(GUARDED) as one:
        await yes(one.leo, await left_waiting(one))
        one.stage.clock.at += 601
        desk = Patient()
        desk.gone.set()
        await (await go_on(one, "mara", desk)).drive()
        assert one.stage.machine.sets == []
        assert [each.body["why"] for each in one.facts("approval.expired")] == [
            "it was approved, and not begun in time"
        ]
        assert len(one.facts("approval.requested")) == 2


async def test_who_approved_it_and_takes_it_over_needs_another_second_person() -> None:
    async with asking(GUARDED) as one:
        await yes(one.leo, await left_waiting(one))
        desk = Patient()
        taken = asyncio.ensure_future((await go_on(one, "leo", desk)).drive())
        await one.until("approval.requested", 2)
        assert [each.body["why"] for each in one.facts("approval.expired")] == ["it is in other hands now"]
        assert one.stage.machine.sets == []
        request = await asked_for(one.stage.world(actor="ines"), "R-1")
        assert (request.by, request.hands) == ("leo", frozenset({"mara", "leo"}))
        for who in ("leo", "mara"):
            with pytest.raises(RunRefused, match=f"{who} acts in R-1"):
                await yes(one.stage.world(actor=who), request)
        await yes(one.stage.world(actor="ines"), request)
        assert (await taken).state is RunState.COMPLETED


async def test_two_have_to_agree_where_two_are_wanted() -> None:
    async with asking(replace(GUARDED, approval=Approval(min=2))) as one:
        request = await one.until_asked()
        first = await yes(one.leo, request)
        assert first.text.startswith("R-1 set-a: approved, 1 more must agree")
        with pytest.raises(RunRefused, match=r"leo has approved set-a already\. 1 more must"):
            await yes(one.leo, request)
        assert one.stage.machine.sets == []
        await yes(one.stage.world(actor="ines"), request)
        assert (await one.task).state is RunState.COMPLETED


async def test_a_read_only_cockpit_puts_nothing_on_record() -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        before = len(one.stage.journal.records)
        with pytest.raises(RunRefused, match="read-only"):
            await yes(one.stage.world(actor="leo", readonly=True), request)
        assert len(one.stage.journal.records) == before


async def test_a_team_enforces_it() -> None:
    async with asking(GUARDED) as one:
        request = await one.until_asked()
        judged = await yes(one.stage.world(actor="leo", team=object()), request)
        assert judged.text == "R-1 set-a: approved"
        assert one.facts("approval.granted")[0].body["enforced"] is True


async def test_glass_is_broken_with_a_reason_and_that_stays_on_the_run() -> None:
    desk = Patient({"approval:set-a": [Answer("break-glass", " "), Answer("break-glass", "all are asleep")]})
    async with asking(GUARDED, desk=desk) as one:
        done = await one.task
        assert done.state is RunState.COMPLETED
        assert desk.complaints == ["this needs a reason, in words"]
        assert [(each.step, each.by, each.reason) for each in broken(done)] == [
            ("set-a", "mara", "all are asleep")
        ]


async def test_a_step_of_a_run_inside_another_is_found_by_the_one_around_it() -> None:
    inner = replace(book(GUARDED), id="inner")
    outer = Step("sub", "Do the inner one", Nested("inner"), Reach.WRITE, confirm=Confirm("key"))
    stage = Stage(model=Model(targets=(Target("prod"),), books={"inner": inner}))
    stage.machine.values["a"] = "old"
    world, desk = stage.world(), Patient()
    prepared = await prepare(world, Wanted(book(outer)))
    run, seen = await start(world, prepared)
    one = Asking(stage, desk, asyncio.ensure_future(Driver(world, run, seen, desk, {}).drive()))
    request = await one.until_asked("R-1", "set-a")
    assert request.run.id == "R-1.sub"
    with pytest.raises(RunRefused, match=r"mara acts in R-1\.sub"):
        await yes(stage.world(), request)
    await yes(one.leo, request)
    assert (await one.task).state is RunState.COMPLETED


async def test_who_acts_in_the_run_around_it_may_not_answer_for_the_one_inside() -> None:
    async with asking(GUARDED) as one:
        await left_waiting(one)
        body = dict(one.facts("run.started")[0].body)
        child = Fact("run.started", 2000.0, "leo", body, run="R-1.sub")
        await one.stage.journal.append([child])
        with pytest.raises(RunRefused, match="leo acts in R-1"):
            await yes(one.leo, await asked_for(one.leo, "R-1", "set-a"))
