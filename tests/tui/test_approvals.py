"""A second person at another cockpit: sees what is asked, reads what would be done, agrees or refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.model import Approval, Runbook
from cockpit.core.runbook.run import Run
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.judging import asked_for, judge
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.tui.screens import run as run_screen
from cockpit.views import glass
from cockpit.views.bridge import bridge
from cockpit.views.lines import text_of
from tests.engine.runs.stage import book, setting
from tests.engine.runs.test_judging import Patient

from .acting import Acted
from .test_runs import keys, opened, seen, to_the_first_question

LONG = (
    "set",
    "standby",
    "promoted",
    "--context",
    "prod-eu-central-1",
    "--wait-for-replication",
    "--timeout=120s",
)
PHRASE = [{"-": "minus"}.get(each, each) for each in "set-standby"]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test does not wait until a question has been read."""
    monkeypatch.setattr(run_screen, "READ_FIRST", 0.0)


def guarded(**more: object) -> Runbook:
    step = setting("standby", "promoted", approval=Approval(1, ("mara", "leo"), 600.0), **more)
    return replace(
        book(step, setting("proxy", "standby"), services=("orders-db",)),
        id="orders-db-failover",
        title="Fail over orders-db",
    )


def acted(who: str, **more: object) -> Acted:
    books = {"orders-db-failover": guarded(**more)}
    return Acted(who=who, more={"books": books})


@asynccontextmanager
async def asking(one: Acted) -> AsyncIterator[asyncio.Task[Run]]:
    """Mara's run, at another cockpit, that waits for a second person."""
    stage = one.stage
    world = stage.world(model=one.engine.state.model, actor="mara")
    prepared = await prepare(world, Wanted(world.model.books["orders-db-failover"]))
    run, at = await start(world, prepared)
    task = asyncio.ensure_future(Driver(world, run, at, Patient(), {}).drive())
    try:
        while "approval.requested" not in stage.kinds():
            assert not task.done()
            await asyncio.sleep(0.01)
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def to_the_run(pilot: Pilot[None]) -> str:
    await seen(pilot, "1 approval waits")
    await keys(pilot, "r", until="waits for your approval")
    return await keys(pilot, "g", "enter", until="What would be done")


async def test_what_waits_for_a_second_person_stands_on_the_bridge_and_is_answered_from_the_run() -> None:
    one = acted("leo")
    async with asking(one) as run, opened(one) as pilot:
        first = await seen(pilot, "1 approval waits")
        assert "r R-1 Set standby" in first
        assert "mara asks you to approve it" in first
        assert "needs you" not in first
        text = await to_the_run(pilot)
        assert "mara asks for a second person: until" in text
        assert " run      set standby promoted" in text
        assert " undo     set standby idle" in text
        text = await keys(pilot, "enter", until="Approve “Set standby” of R-1?")
        assert "Cancel" in text
        assert "ends in" in text
        await keys(pilot, "enter", until="What would be done")  # Cancel has the focus
        assert "approval.granted" not in one.stage.kinds()
        await keys(pilot, "enter", "down", "enter", until="why you agree")
        await keys(pilot, *"seen", "enter", until="type exactly: set-standby")
        await keys(pilot, *"standby", "enter", until="type exactly: set-standby")
        assert "approval.granted" not in one.stage.kinds()
        for _ in "standby":
            await pilot.press("backspace")
        await keys(pilot, *PHRASE, "enter", until="approved (second person not enforced here)")
        await asyncio.wait_for(asyncio.shield(run), 30)
        assert one.stage.machine.sets[0] == ("standby", "promoted")
        granted = next(
            each.fact for each in one.stage.journal.records if each.fact.kind == "approval.granted"
        )
        assert (granted.actor, granted.body["reason"]) == ("leo", "seen")


async def test_it_is_refused_with_a_reason() -> None:
    one = acted("leo")
    async with asking(one), opened(one) as pilot:
        await to_the_run(pilot)
        await keys(pilot, "down", "enter", until="Refuse “Set standby” of R-1?")
        await keys(pilot, "down", "enter", until="why you refuse it")
        await keys(pilot, "enter", until="it cannot be empty")
        await keys(pilot, *"lag", "enter", until="R-1 set-standby: refused")
        await seen(pilot, "held")
        assert one.stage.machine.sets == []
        refused = next(
            each.fact for each in one.stage.journal.records if each.fact.kind == "approval.refused"
        )
        assert (refused.actor, refused.body["reason"]) == ("leo", "lag")


async def test_who_may_not_answer_reads_why_and_is_offered_nothing() -> None:
    one = acted("zoe")
    async with asking(one), opened(one) as pilot:
        first = await seen(pilot, "R-1 Fail over orders-db")
        assert "approval waits" not in first
        await keys(pilot, "r", until="R-1")
        text = await keys(pilot, "g", "enter", until="You cannot answer: zoe may not answer for set-standby")
        assert "What now" not in text
        assert "What would be done" in text


async def test_whoever_asks_sees_who_may_answer_how_long_and_what_to_type_elsewhere() -> None:
    one = acted("mara")
    async with opened(one) as pilot:
        await to_the_first_question(pilot)
        text = await keys(pilot, "enter", until="a second person has to approve it")
        assert "may be answered by leo" in text
        assert "stands until" in text
        request = await asked_for(one.stage.world(actor="leo"), "R-1")
        command = f"cockpit approve R-1 set-standby --digest {request.digest[:12]} --reason TEXT"
        assert command in text
        assert "approval waits" not in text.splitlines()[0], "it does not wait for who asks"
        leo = one.stage.world(actor="leo", model=one.engine.state.model)
        await judge(leo, request, refuse_it=False, reason="seen")
        await seen(pilot, "Set proxy?")
        assert one.stage.machine.sets == [("standby", "promoted")]


async def test_broken_glass_is_told_wherever_the_run_is_told_of() -> None:
    one = acted("mara")
    told = "broken glass: Set standby, by mara: all asleep"
    async with opened(one) as pilot:
        await to_the_first_question(pilot)
        await keys(pilot, "enter", until="a second person has to approve it")
        await keys(pilot, "g", "enter", until="why")
        await keys(pilot, "down", "enter", *"all", "space", *"asleep", "enter", until="Set proxy?")
        await seen(pilot, told)
        await keys(pilot, "enter", until="Completed")
        await seen(pilot, told)
        await keys(pilot, "escape", "escape", "r", until=", broken glass")
    (row,) = glass.rows(one.engine.state, one.stage.clock.now())
    assert [text_of(cell) for cell in row.cells] == [
        "",
        "R-1 Set standby",
        "broken glass by mara: all asleep",
        "",
    ]
    assert row in bridge(one.engine.state, one.stage.clock.now()).next.rows


async def test_nothing_of_a_long_command_is_left_out() -> None:
    one = acted("leo")
    step = guarded().steps[0]
    whole = replace(step, action=Command(LONG), reconcile=None, on_unknown_ask=True)
    books = {"orders-db-failover": replace(guarded(), steps=(whole,))}
    one = Acted(who="leo", more={"books": books})
    async with asking(one), opened(one) as pilot:
        text = await to_the_run(pilot)
        for word in LONG:
            assert word in text
        text = await keys(pilot, "enter", until="Approve “Set standby” of R-1?")
        assert "more lines: esc, and read all of it below" in text


async def test_the_dialog_fits_a_small_terminal() -> None:
    one = acted("leo")
    async with asking(one), opened(one, (60, 16)) as pilot:
        await seen(pilot, "approval waits")
        await keys(pilot, "r", until="approval")
        await keys(pilot, "g", "enter", until="What")
        text = await keys(pilot, "enter", until="Approve “Set standby” of R-1?")
        assert "digest" in text
        assert "Cancel" in text


async def test_while_a_reason_is_typed_it_is_in_sight_what_it_is_for() -> None:
    """Approve and refuse both want one: who was woken must not have to remember which it was."""
    async with opened(acted("sam")) as pilot:
        await keys(pilot, "i", until="No incident is open")
        await keys(pilot, "D", until="▌ Cancel")
        await keys(pilot, "down", "down", until="▌ Declare SEV2")
        text = await keys(pilot, "enter", until="what it is, in plain words")
        assert "▌ Declare SEV2" in text
        assert "↑↓ choose" not in text
        await keys(pilot, "escape", until="↑↓ choose")
