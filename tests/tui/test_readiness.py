"""How ready all is, by keyboard: the answers first, then what to fix, what is rehearsed, what to drill."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from cockpit.core.audit.auditing import audit
from cockpit.core.audit.standing import basis_of, known_of
from cockpit.core.events import AuditAsked, Audited
from cockpit.core.model import ScenarioCard
from cockpit.core.rehearsal.drilled import LastDrill
from cockpit.core.state import State
from cockpit.core.update import update
from cockpit.tui.jump import destination
from cockpit.views.keys import on
from tests.core.audit.world import done

from .acting import Acted, failover
from .conftest import screen_text, staged
from .hostile import hostile
from .payloads import PAYLOADS
from .scenes import fleet, shop
from .test_runs import keys, seen

SIZES = [(80, 24), (120, 36)]
SCENES = (ScenarioCard("db-down", "The database is gone", "Look at what fell first", ("orders-db",)),)


def answered(state: State) -> State:
    """As it is once the engine has worked it out."""
    return update(state, Audited(audit(known_of(state)), basis_of(state)))[0]


def ready() -> State:
    state = shop()
    books = {failover().id: failover()}
    evidence = done(failover(), "mara", mode="simulated", scenario="db-down", at=1_700_000_000.0)
    model = replace(state.model, books=books, scenarios=SCENES, evidence=evidence)
    return answered(replace(state, model=model))


def text(pilot: Pilot[None]) -> str:
    return "\n".join(screen_text(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_the_answers_stand_first_and_everything_can_be_reached(size: tuple[int, int]) -> None:
    stage = staged(ready())
    async with stage.app().run_test(size=size) as pilot:
        first = await keys(pilot, "6", until="Seven questions")
        assert "Can one fault reach unrelated workflows?" in first
        assert "Are there controls without boundaries?" in first
        assert "should be no" in first
        assert "Fix first (" in first
        assert "YES, and it should be no" in first  # what the cursor is on
        last = await keys(pilot, "G", until="The database is gone")
        assert "db-down" in last
        assert "went well; mara" in last
        assert "cockpit drill db-down" in last
        assert stage.events == [AuditAsked()]  # a drill may have come meanwhile


async def test_what_is_not_known_yet_is_asked_for_once() -> None:
    stage = staged(shop())
    async with stage.app().run_test(size=(80, 24)) as pilot:
        assert "being worked out" in await keys(pilot, "6", until="Seven questions")
        await pilot.press("j", "k")
        await pilot.pause(0.3)
        assert stage.events == [AuditAsked()]


async def test_the_engine_works_it_out() -> None:
    acted = Acted()
    async with acted.app().run_test(size=(80, 24)) as pilot:
        await seen(pilot, "Customers cannot buy")
        told = await keys(pilot, "6", until="answered well")
        assert "orders-db" in told
        assert acted.stage.journal.records == []
        assert acted.stage.machine.sets == []


async def test_an_old_audit_is_said_to_be_old() -> None:
    state = ready()
    stage = staged(replace(state, model=replace(state.model, title="another")))
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="From before the last change")
        assert stage.events == [AuditAsked()]


async def test_a_question_opens_with_its_evidence_and_leads_to_a_service() -> None:
    async with staged(ready()).app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="Seven questions")
        page = await keys(pilot, "enter", until="The worst")
        assert "With orders-db down and nobody acting these fail" in page
        assert "findings about this" in page
        rows = pilot.app.screen.query_one("#all").rows  # type: ignore[attr-defined]
        at = next(at for at, row in enumerate(rows) if row.row and row.row.opens == "node")
        pilot.app.screen.query_one("#all").move_to(at)  # type: ignore[attr-defined]
        assert "Belongs to" in await keys(pilot, "enter", "G", until="Belongs to")
        await keys(pilot, "escape", until="The worst")
        await keys(pilot, "escape", until="Seven questions")


async def test_a_finding_opens_with_why_and_what_to_do() -> None:
    async with staged(ready()).app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="Seven questions")
        page = await keys(pilot, *["j"] * 7, "enter", until="What to do")
        assert "Why it matters" in page
        assert "(who is hurt x tier x gap)" in page
        await keys(pilot, "escape", until="Seven questions")
        assert "Why it matters" in await keys(pilot, "minus", until="What to do")


async def test_a_runbook_opens_its_plan_and_a_scenario_says_how_it_is_started() -> None:
    state = ready()
    async with staged(state).app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="Seven questions")
        told = await keys(pilot, "G", "enter", until="a world of its own")
        assert "cockpit drill db-down" in told
        assert "only walked" in await keys(pilot, "k", until="only walked")
        assert pilot.app.screen.node == "orders-db-failover"  # type: ignore[attr-defined]


async def test_how_a_drill_came_out_says_more_than_what_was_done_in_it() -> None:
    state = ready()
    audited = state.picture.audited
    assert audited is not None
    late = LastDrill(1_700_000_500.0, "leo", passed=False)
    state = replace(state, picture=replace(state.picture, audited=replace(audited, drills={"db-down": late})))
    async with staged(state).app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="Seven questions")
        assert "FAILED; leo, 6 min ago" in await keys(pilot, "G", until="The database is gone")


def test_it_is_reached_by_name_and_from_the_palette() -> None:
    assert destination(shop(), "readiness").screen == "readiness"
    assert destination(shop(), "audit").screen == "readiness"
    (binding,) = [each for each in on("bridge") if each.keys == ("6",)]
    assert binding.palette


@pytest.mark.parametrize("which", range(0, len(PAYLOADS), 3))
async def test_hostile_names_steer_nothing(which: int) -> None:
    state = hostile(which)
    async with staged(answered(state)).app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="Seven questions")
        await keys(pilot, *["j"] * 7, "enter", until="What to do")
        assert all(line.isprintable() for line in screen_text(pilot))


async def test_of_thousands_of_findings_the_first_are_shown() -> None:
    state = answered(fleet(500))
    async with staged(state).app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "6", until="Fix first (")
        assert len(pilot.app.screen.query_one("#all").rows) < 200  # type: ignore[attr-defined]
