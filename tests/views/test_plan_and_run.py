"""What a plan and a run say before they are drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.runbook.live import Live, Plan, PlannedCheck
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.words import say
from cockpit.core.state import State
from cockpit.views import headline, run_asking, run_steps
from cockpit.views.asking import Option
from cockpit.views.lines import text_of
from cockpit.views.plan import Asked, as_written, in_the_way, plan_view
from cockpit.views.run import run_view
from tests.core.runbook.played import begin, book, step
from tests.tui.acting import failover
from tests.tui.scenes import NOW, shop


def with_books() -> State:
    state = shop()
    return replace(state, model=replace(state.model, books={"orders-db-failover": failover()}))


def planned(*checks: PlannedCheck, **more: object) -> Plan:
    steps = tuple(as_written(each) for each in failover().steps)
    return Plan("orders-db-failover", NOW, "prod", checks=checks, steps=steps, **more)  # type: ignore[arg-type]


ASKED = Asked("orders-db-failover")
BLIND = PlannedCheck("The primary is gone", None, "no data", "psql -h orders-db")


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (None, "still looking"),
        (planned(busy=True), "still looking"),
        (planned(trouble="there is no target 'x'"), "there is no target 'x'"),
        (planned(PlannedCheck("It is down", False)), "It is down: not so"),
        (planned(BLIND), "The primary is gone: cannot be told; enter on that line to go on with a reason"),
        (planned(replace(BLIND, blocks=False)), ""),
        (planned(PlannedCheck("It is down", True)), ""),
    ],
)
def test_what_is_in_the_way_of_a_start(plan: Plan | None, said: str) -> None:
    assert in_the_way(shop(), plan, ASKED) == said


def test_a_typed_reason_lets_an_unknown_check_pass_and_a_false_one_never() -> None:
    given = replace(ASKED, overrides={1: "I looked by hand"})
    assert in_the_way(shop(), planned(BLIND), given) == ""
    assert in_the_way(shop(), planned(PlannedCheck("It is down", False)), given) == "It is down: not so"


def test_read_only_or_without_a_record_nothing_starts() -> None:
    state = shop()
    assert in_the_way(replace(state, readonly=True), planned(), ASKED) == "this cockpit is read-only"
    broken = replace(state, picture=replace(state.picture, journal_trouble="disk full"))
    assert in_the_way(broken, planned(), ASKED) == "no record, so nothing starts: disk full"


def test_a_plan_shows_its_steps_as_written_before_anything_was_looked_at() -> None:
    view = plan_view(with_books(), ASKED, NOW)
    assert view is not None
    assert [section.title for section in view.sections] == ["Steps, as they are written"]
    told = [" ".join(text_of(cell) for cell in row.cells).strip() for row in view.sections[0].rows]
    assert told[:2] == ["1 Who is the primary?  only looks", "does: get primary"]
    assert told[-1] == "no undo: what is wiped is gone; instead: restore the backup"
    assert plan_view(shop(), ASKED, NOW) is None


def running(run: Run, **live: object) -> State:
    state = shop()
    picture = replace(state.picture, live={run.id: Live(**live)})  # type: ignore[arg-type]
    return replace(state, record=replace(state.record, runs={run.id: run}), picture=picture)


def test_a_run_asks_only_where_it_is_looked_after() -> None:
    played = begin(book(replace(step("one"), reconcile=None)))
    view = run_view(running(played.run), "R-1", NOW)
    assert view is not None
    assert view.question is not None
    assert text_of(view.now[-1]) == "enter One?"
    other = run_view(running(played.run, ours=False), "R-1", NOW)
    assert other is not None
    assert other.question is None
    assert text_of(other.now[-1]).startswith("Nobody here looks after it.")
    assert run_view(shop(), "R-1", NOW) is None


def test_what_may_have_happened_is_said_and_counts_as_standing() -> None:
    played = begin(book(replace(step("one"), reconcile=None), step("two")))
    key = played.run.key
    played.tell(say("confirmed", key, question="confirm", choice="y"), say("intent", key, argv=["one"]))
    played.tell(say("exited", key, ok=False, ending="lost", effect="unknown"))
    steps = run_steps.steps(played.run, NOW)
    said = [text_of(cell) for cell in steps.rows[0].cells]
    assert said[2] == "One"
    assert said[4] == "yes"
    assert [text_of(each) for each in run_steps.preview(played.run, NOW)] == ["1 One"]
    assert [each.why_not for each in run_asking.wrong(played.run, NOW).options] == ["", ""]


def test_a_way_out_needs_nothing_and_a_phrase_needs_every_letter() -> None:
    option = Option("y", "Do it", phrase="set-proxy")
    assert option.refuses("set-prox") == "type exactly: set-proxy"
    assert option.refuses("set-proxy") == ""
    assert Option("x", "X", wants="why").refuses("  ") == "why: it cannot be empty"
    assert Option("x", "X", wants="why", optional=True).refuses("") == ""
    assert Option("x", "X", why_not="sealed").refuses("anything") == "sealed"


def test_a_run_that_is_not_over_is_what_the_headline_leads_to() -> None:
    before = headline.sentences(shop(), NOW)[-1]
    played = begin(book(step("one")))
    assert "R-1" not in before
    assert (
        headline.sentences(running(played.run), NOW)[-1]
        == f"Press r: R-1, {played.run.runbook.title}, is not over."
    )
