"""Silences in a real Alertmanager, and through a proxy that loses answers on the way."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters.alertmanager import INTERVAL, READ_BACK, Alertmanagers
from cockpit.adapters.alertmanager import Alertmanager as Adapter
from cockpit.core.model import AlertServer
from cockpit.core.runbook.actions import EndSilence, Probe, Promql, Silence
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Confirm, Reach, Rollback, Runbook, Step
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.work import Answered
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.remembered import find_run
from tests.engine.runs.stage import Script, Stage, book

from .alertmanager import Alertmanager, require
from .behaviours import honest, unavailable
from .child import until
from .conftest import MakeProxy
from .proxies import Behaviour, Exchange

pytestmark = pytest.mark.lab
DONE, REFUSED, UNKNOWN = Answered.DONE, Answered.REFUSED, Answered.UNKNOWN
MATCHERS = ("service=search", 'alertname=~"High.*"', 'severity!="page"')


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Alertmanager]:
    require()
    with Alertmanager(tmp_path) as running:
        yield running


def server(url: str, name: str = "main") -> AlertServer:
    return AlertServer(name, url)


@asynccontextmanager
async def speaking(url: str) -> AsyncIterator[Adapter]:
    adapter = Adapter(server(url), timeout=5.0, read_back=1.0)
    try:
        yield adapter
    finally:
        await adapter.close()


async def quiet(adapter: Adapter | Alertmanagers, comment: str = "R-1 [R-1.quiet.1]") -> tuple[Answered, str]:
    now = time.time()
    return await adapter.silence(MATCHERS, now, now + 3600, "mara", comment)


def on(method: str, behaviour: Behaviour) -> Behaviour:
    """For this method only; everything else is passed on."""

    def behave(exchange: Exchange) -> None:
        (behaviour if exchange.asked.method == method else honest)(exchange)

    return behave


def lost(exchange: Exchange) -> None:
    """It is done, and nobody hears of it."""
    exchange.forward()
    exchange.hang_up()


def never_arrived(exchange: Exchange) -> None:
    exchange.hang_up()


async def test_a_silence_is_made_as_it_is_meant_and_ended(real: Alertmanager) -> None:
    async with speaking(real.url) as adapter:
        outcome, id = await quiet(adapter)
        (made,) = real.silences()
        assert (outcome, id) == (DONE, made["id"])
        assert (made["createdBy"], made["comment"], made["status"]["state"]) == (
            "mara",
            "R-1 [R-1.quiet.1]",
            "active",
        )
        assert sorted(made["matchers"], key=lambda each: str(each["name"])) == [
            {"name": "alertname", "value": "High.*", "isRegex": True, "isEqual": True},
            {"name": "service", "value": "search", "isRegex": False, "isEqual": True},
            {"name": "severity", "value": "page", "isRegex": False, "isEqual": False},
        ]
        assert await adapter.standing("R-1 [R-1.quiet.1]") is True
        assert await adapter.expire("R-1 [R-1.quiet.1]") == (DONE, "")
        assert await adapter.standing("R-1 [R-1.quiet.1]") is False
        assert real.states() == ["expired"]
        assert await adapter.expire("R-1 [R-1.quiet.1]") == (DONE, ""), "what is over is over"


async def test_it_is_never_made_twice_and_others_are_left_alone(real: Alertmanager) -> None:
    async with speaking(real.url) as adapter:
        assert await quiet(adapter) == await quiet(adapter)
        await quiet(adapter, "R-1 [R-1.quiet.2]")
        assert real.states() == ["active", "active"]
        await adapter.expire("R-1 [R-1.quiet.1]")
        assert await adapter.standing("R-1 [R-1.quiet.2]") is True
        await quiet(adapter)
        assert real.states() == ["active", "active", "expired"], "one that was ended can be made anew"


async def test_a_lost_answer_is_resolved_by_looking(real: Alertmanager, make_proxy: MakeProxy) -> None:
    async with speaking(make_proxy(real.url, on("POST", lost)).url) as adapter:
        outcome, id = await quiet(adapter)
        assert (outcome, [id]) == (DONE, [each["id"] for each in real.silences()])
    async with speaking(make_proxy(real.url, on("DELETE", lost)).url) as adapter:
        assert await adapter.expire("R-1 [R-1.quiet.1]") == (DONE, "")
    assert real.states() == ["expired"]


@pytest.mark.parametrize(
    ("trouble", "why"),
    [(never_arrived, "ended the connection in the middle"), (unavailable(), "it answers 503")],
)
async def test_what_is_not_found_after_a_lost_answer_is_unknown(
    real: Alertmanager, make_proxy: MakeProxy, trouble: Behaviour, why: str
) -> None:
    async with speaking(make_proxy(real.url, on("POST", trouble)).url) as adapter:
        outcome, said = await quiet(adapter)
        assert (outcome, real.silences()) == (UNKNOWN, [])
        assert why in said
    async with speaking(real.url) as adapter:
        await quiet(adapter)
    async with speaking(make_proxy(real.url, on("DELETE", trouble)).url) as adapter:
        outcome, said = await adapter.expire("R-1 [R-1.quiet.1]")
        assert (outcome, real.states()) == (UNKNOWN, ["active"])
        assert why in said


async def test_when_it_cannot_be_read_nothing_is_made(real: Alertmanager, make_proxy: MakeProxy) -> None:
    proxy = make_proxy(real.url, on("GET", unavailable()))
    async with speaking(proxy.url) as adapter:
        outcome, said = await quiet(adapter)
        assert (outcome, "it answers 503" in said) == (REFUSED, True)
        assert await adapter.standing("anything") is None
    assert real.silences() == []


async def test_what_it_refuses_is_refused(real: Alertmanager) -> None:
    async with speaking(real.url) as adapter:
        now = time.time()
        outcome, said = await adapter.silence(["service="], now, now + 60, "mara", "empty")
        assert (outcome, "it answers 400" in said) == (REFUSED, True)
        outcome, _ = await adapter.silence(["service=~("], now, now + 60, "mara", "no expression")
        assert outcome is REFUSED
        outcome, said = await adapter.silence(["no matcher"], now, now + 60, "mara", "none")
        assert (outcome, said) == (REFUSED, "a matcher has no name, or no = behind it")
    assert real.silences() == []


async def test_a_server_that_is_gone_has_done_nothing(real: Alertmanager) -> None:
    real.child.kill()
    async with speaking(real.url) as adapter:
        outcome, said = await quiet(adapter)
        assert (outcome, "refuses connections" in said) == (REFUSED, True)


async def test_of_several_all_are_silenced_or_it_is_said(real: Alertmanager, make_proxy: MakeProxy) -> None:
    dead = make_proxy(real.url, on("GET", unavailable()))
    both = Alertmanagers([server(real.url, "eu"), server(dead.url, "us")])
    try:
        outcome, said = await quiet(both)
        assert (outcome, said.partition(": it answers 503")[0]) == (UNKNOWN, "eu: done; us")
        assert await both.standing("R-1 [R-1.quiet.1]") is True
        dead.behaviour = honest
        assert (await quiet(both))[0] is DONE
        assert real.states() == ["active"], "the same one, of which the second has heard"
        assert await both.expire("R-1 [R-1.quiet.1]") == (DONE, "")
        assert await both.standing("R-1 [R-1.quiet.1]") is False
    finally:
        await both.close()


# In a run


def quiet_book(lasts: float = 3600.0) -> Runbook:
    """As it is read from a file: its undo comes with it."""
    step = Step(
        "quiet",
        "Keep it quiet",
        Silence(("service=search",), lasts),
        reach=Reach.WRITE,
        confirm=Confirm("key"),
        rollback=Rollback(EndSilence()),
    )
    last = Step("last", "Is it over?", Probe(Promql("over"), "value == 1"))
    return book(step, last)


@asynccontextmanager
async def staged(url: str) -> AsyncIterator[tuple[Stage, Alertmanagers]]:
    stage, silencer = Stage(), Alertmanagers([server(url)])
    stage.clock.at = time.time()
    stage.gauges.values["over"] = [0.0]
    try:
        yield stage, silencer
    finally:
        await silencer.close()


def undoing_all() -> Script:
    return Script({"hold:last": [Answer("undo-all")]})


def effects(run: Run) -> list[tuple[str, str]]:
    return [(f"{one.key.step} {one.key.phase}", str(one.effect)) for one in run.executions]


async def test_a_run_silences_and_its_rollback_ends_it(real: Alertmanager) -> None:
    async with staged(real.url) as (stage, silencer):
        run = await stage.run(quiet_book(), undoing_all(), silencer=silencer)
    (made,) = real.silences()
    assert str(made["comment"]).startswith("R-1 Change it: Keep it quiet [R-1.quiet.1.")
    assert (run.state, real.states()) == ("rolled_back", ["expired"])
    assert effects(run)[0] == ("quiet do", "reverted")


async def test_a_lost_silence_is_found_and_taken_back_too(real: Alertmanager, make_proxy: MakeProxy) -> None:
    """The server is away from the lost answer on until the adapter has given up."""
    blind = 0

    def behave(exchange: Exchange) -> None:
        nonlocal blind
        if exchange.asked.method == "POST":
            blind = int(READ_BACK / INTERVAL) + 1
            return lost(exchange)
        blind -= 1
        return (unavailable() if blind >= 0 else honest)(exchange)

    async with staged(make_proxy(real.url, behave).url) as (stage, silencer):
        script = Script({"hold:quiet": [Answer("undo-all")]})
        run = await stage.run(quiet_book(), script, silencer=silencer)
    assert stage.kinds().count("step.reconciled") == 1
    assert (run.state, real.states()) == ("rolled_back", ["expired"])


async def test_one_that_has_come_to_its_end_needs_no_undo(real: Alertmanager) -> None:
    async with staged(real.url) as (stage, silencer):
        script = Script({"hold:last": []})
        left = await stage.run(quiet_book(lasts=1.0), script, silencer=silencer)
        assert left.state == "held"
        until(lambda: real.states() == ["expired"])
        world = stage.world(silencer=silencer)
        run, seen = (await find_run(stage.journal, "R-1")) or (left, 0)
        ended = await Driver(world, run, seen, undoing_all(), {}).drive()
    assert (ended.state, effects(ended)[0]) == ("rolled_back", ("quiet do", "reverted"))


async def test_without_an_alertmanager_the_step_is_refused() -> None:
    run = await Stage().run(quiet_book(), Script())
    assert (run.state, effects(run)) == ("held", [("quiet do", "not_applied")])
    assert run.hold
    assert run.hold.reason == "no Alertmanager is configured"
