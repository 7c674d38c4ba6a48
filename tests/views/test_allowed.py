"""Whom something is for, and that it is not for whoever sits here, is told before anything is tried."""

from __future__ import annotations

from dataclasses import replace

from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.access import Person
from cockpit.core.incident.words import declared, role
from cockpit.core.levels import Severity
from cockpit.core.model import KillSwitch, RunbookCard
from cockpit.core.runbook.live import Plan
from cockpit.core.runbook.model import Runbook
from cockpit.core.state import State
from cockpit.core.switches import SwitchSeen
from cockpit.core.team import Role
from cockpit.core.update_record import remembered
from cockpit.views import plan_lines
from cockpit.views.firstline import firstline
from cockpit.views.lines import text_of
from cockpit.views.plan import Asked, in_the_way, plan_view
from cockpit.views.runbooks import sections
from cockpit.views.switch_asking import choosing
from tests.tui.scenes import NOW, shop

LEO, ANN = Person("leo", Role.RESPONDER), Person("ann", Role.APPROVER)
EVE = Person("eve", Role.VIEWER, "eve may only look here (access.roles)")
BOOK = Runbook("change", "Change it", (), roles=("approver", "scribe"))
SWITCH = KillSwitch("off", "files", roles=("approver",))
PLAN, ASKED = Plan("change", NOW), Asked("change")


def sat_at(who: Person, **more: object) -> State:
    state = shop()
    model = replace(state.model, books={"change": BOOK}, runbooks=(RunbookCard("change", "Change it"),))
    given = {"model": model, "me": who, "readonly": bool(who.only_looks), **more}
    return replace(state, **given)  # type: ignore[arg-type]


def listed(state: State) -> str:
    return "\n".join(
        text_of(cell) for each in sections(state, NOW) for row in each.rows for cell in row.cells
    )


def test_a_runbook_that_is_for_others_says_so_in_the_list_and_in_its_plan() -> None:
    state = sat_at(LEO)
    assert "only approver or scribe" in listed(state)
    assert in_the_way(state, PLAN, ASKED) == "leo may not: it takes approver or scribe"
    view = plan_view(state, ASKED, NOW)
    assert view
    told = [text_of(each) for each in view.remarks]
    assert told[0] == "Who may: approver or scribe."
    assert "leo may not: it takes approver or scribe." in told  # a name stays as it is written
    assert "who may: approver or scribe" in plan_lines.lines(BOOK, PLAN)
    assert plan_lines.document(BOOK, PLAN)["who_may"] == ["approver", "scribe"]


def test_for_whom_it_is_it_stands_there_as_any_other() -> None:
    state = sat_at(ANN)
    assert "only" not in listed(state)
    assert in_the_way(state, PLAN, ASKED) == ""


async def test_a_role_in_the_open_incident_lets_them() -> None:
    state = sat_at(LEO)
    record = state.record
    facts = [
        declared("INC-1", "Orders fail", Severity.SEV1, "ann", NOW),
        role("INC-1", "scribe", "leo", "leo", NOW),
    ]
    for each in await MemoryJournal().append(facts):
        record = remembered(record, each)
    assert in_the_way(replace(state, record=record), PLAN, ASKED) == ""


def test_a_switch_that_is_for_others_says_so_where_it_would_be_moved() -> None:
    def asked(who: Person) -> tuple[list[str], list[str]]:
        asking = choosing(sat_at(who), SwitchSeen(SWITCH, "default", at=NOW), NOW)
        return [text_of(each) for each in asking.told], [each.why_not for each in asking.options]

    told, why_not = asked(LEO)
    assert "Who may: approver." in told
    assert why_not == ["leo may not: it takes approver"] * 2
    assert asked(ANN)[1][0] == ""


def test_who_may_only_look_reads_it_first_and_why_where_they_try() -> None:
    state = sat_at(EVE)
    assert "read-only" in text_of(firstline(state, NOW, 80))
    assert in_the_way(state, PLAN, ASKED) == "eve may only look here (access.roles)"
    assert "only approver" not in listed(state)  # which the first line says for all of them
