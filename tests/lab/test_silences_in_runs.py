"""Silences made by runs, in a real Alertmanager: once, told as they are, ended by the rollback."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters.alertmanager import INTERVAL, READ_BACK, Alertmanagers
from cockpit.core.runbook.actions import EndSilence, Probe, Promql, Silence
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Confirm, Reach, Rollback, Runbook, Step
from cockpit.core.runbook.run import Run
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.remembered import find_run
from tests.cli.running import CONFIG, cockpit, small
from tests.engine.runs.stage import Script, Stage, book

from .alertmanager import Alertmanager
from .behaviours import honest, unavailable
from .child import until
from .conftest import MakeProxy
from .proxies import Exchange
from .test_alertmanager import lost, server

pytestmark = pytest.mark.lab
BOOK = """\
apiVersion: cockpit/v1
kind: Runbook
metadata: {id: quiet, title: Keep it quiet, services: [checkout], owner: web}
parameters: {which: {type: string}}
steps:
  - title: Quiet
    silence: {matchers: ['service=${params.which}'], for: 1h}
"""


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
    said = [record.fact.body.get("reason") for record in stage.journal.records[-6:]]
    assert "it has come to its end, or somebody ended it" in said


@pytest.mark.parametrize("stage_of_death", ["after_intent", "after_act"])
async def test_a_crash_around_the_silence_makes_no_second_one(
    real: Alertmanager, stage_of_death: str
) -> None:
    class Died(BaseException):
        pass

    def die(point: str) -> None:
        if point == stage_of_death:
            raise Died

    async with staged(real.url) as (stage, silencer):
        with pytest.raises(Died):
            await stage.run(quiet_book(), Script(), silencer=silencer, die_at=die)
        assert real.states() == ["active"] * (stage_of_death == "after_act")
        found = await find_run(stage.journal, "R-1")
        assert found is not None
        script = Script({"hold:quiet": [Answer("retry")], "hold:last": [Answer("undo-all")]})
        run = await Driver(stage.world(silencer=silencer), *found, script, {}).drive()
    assert len(real.silences()) == 1
    assert (run.state, real.states()) == ("rolled_back", ["expired"])


def test_on_the_command_line_it_is_made_told_and_ended(real: Alertmanager, tmp_path: Path) -> None:
    config = small(
        tmp_path, CONFIG.replace("teams:", f"alertmanager: [{{name: main, url: '{real.url}'}}]\nteams:")
    )
    (config / "runbooks").mkdir()
    (config / "runbooks" / "quiet.yaml").write_text(BOOK)

    def go(*arguments: str) -> str:
        done = cockpit(*arguments, "--yes", cwd=tmp_path, XDG_STATE_HOME=str(tmp_path / "state"))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    go("run", "quiet", "-p", "which=search")
    (made,) = real.silences()
    assert made["matchers"] == [{"name": "service", "value": "search", "isRegex": False, "isEqual": True}]
    assert real.states() == ["active"]
    assert "TAKEN BACK" in go("rollback", "last")
    assert real.states() == ["expired"]


async def test_without_an_alertmanager_the_step_is_refused() -> None:
    run = await Stage().run(quiet_book(), Script())
    assert (run.state, effects(run)) == ("held", [("quiet do", "not_applied")])
    assert run.hold
    assert run.hold.reason == "no Alertmanager is configured"
