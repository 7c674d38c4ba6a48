"""What a second person reads: all that would be done and nothing less, for whom it waits, and until when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.access import Access, person
from cockpit.core.runbook.actions import Command, HttpCall
from cockpit.core.runbook.approvals import digest_of
from cockpit.core.runbook.model import Approval, Confirm, PointOfNoReturn, Reach, Step
from cockpit.core.runbook.requests import Request, request_of
from cockpit.core.runbook.words import say
from cockpit.core.state import State
from cockpit.core.team import Company, Held, Role
from cockpit.views import approvals, judging
from cockpit.views.firstline import firstline
from cockpit.views.layout import width_of
from cockpit.views.lines import text_of
from tests.core.runbook.played import Played, begin, book, step
from tests.tui.scenes import NOW, shop

LEO = person(Access(), "leo")


def asked(action: Command | HttpCall | None = None, **more: object) -> Played:
    """Mara asks, for the next ten minutes."""
    given: dict[str, object] = {"approval": Approval(by=("leo", "mara")), "confirm": Confirm("none"), **more}
    guarded: Step = step("promote", reconcile=None, **given)
    played = begin(book(replace(guarded, action=action) if action else guarded))
    digest = digest_of(played.run, played.run.runbook.steps[0])
    played.now = NOW
    played.tell(say("approval.requested", played.run.key, digest=digest, expires_at=NOW + 600, min=1))
    return played


def request(action: Command | HttpCall | None = None, **more: object) -> Request:
    found = request_of(asked(action, **more).run)
    assert found is not None
    return found


def state(**more: object) -> State:
    run = asked().run
    known = shop()
    given: dict[str, object] = {"me": LEO, **more}
    return replace(known, record=replace(known.record, runs={"R-1": run}), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "waits"),
    [
        ({}, True),
        ({"me": person(Access(), "mara")}, False),
        ({"me": person(Access(), "zoe")}, False),
        ({"me": person(Access(), "")}, False),
        ({"me": person(Access(roles={Role.RESPONDER: ("leo",)}), "leo")}, False),
        ({"readonly": True}, False),
    ],
    ids=["asked", "runs it", "not asked", "nobody", "no approver", "read-only"],
)
def test_it_waits_only_for_who_may_answer(more: dict[str, object], waits: bool) -> None:
    known = state(**more)
    assert bool(judging.answerable(known, NOW)) is waits
    assert ("1 approval waits" in text_of(firstline(known, NOW))) is waits
    assert judging.answerable(known, NOW + 601) == []


def test_a_row_says_who_asks_and_how_long_it_stands() -> None:
    row = judging.row(request(), NOW + 60, "r")
    assert [text_of(cell) for cell in row.cells] == [
        "r",
        "R-1 Promote",
        "mara asks you to approve it",
        "9m left",
    ]


def test_what_is_only_played_names_no_other_terminal() -> None:
    live = request()
    (section,) = judging.sections(state(), live, NOW, ours=True)
    assert text_of(section.rows[0].cells[0]) == approvals.command(live)
    demo = replace(live, run=replace(live.run, mode="demo"))
    assert judging.sections(state(), demo, NOW, ours=True) == ()


def test_a_run_that_somebody_has_is_not_offered_to_be_taken_up() -> None:
    known = state()
    free = judging.choices(known, request(), NOW)
    assert [row.key for row in free.rows] == ["approve", "refuse", "take-up"]
    held = Company(NOW, holds=(Held("run:R-1", "mara", "web-1:7", NOW + 30),), origin="web-2:8")
    known = replace(known, picture=replace(known.picture, company=held))
    assert [row.key for row in judging.choices(known, request(), NOW).rows] == ["approve", "refuse"]


def said(one: Request) -> list[tuple[str, str]]:
    return list(approvals.rendered(one))


def test_a_long_command_is_told_word_by_word() -> None:
    argv = (
        "kubectl",
        "--context",
        "prod-eu",
        "patch",
        "deployment/search",
        "--patch",
        '{"spec": {"a": "b c"}}',
    )
    assert said(request(Command(argv)))[:7] == [
        ("run", "kubectl"),
        ("run", "--context"),
        ("run", "prod-eu"),
        ("run", "patch"),
        ("run", "deployment/search"),
        ("run", "--patch"),
        ("run", """'{"spec": {"a": "b c"}}'"""),
    ]


def test_what_hides_or_steers_is_written_as_an_escape() -> None:
    told = dict(said(request(Command(("rm", "a\u202eb", "c\x1b[2Jd", "e\u200bf")))))
    assert told["run"] == r"rm 'a\u202eb' 'c\x1b[2Jd' 'e\u200bf'"


def test_a_request_is_told_with_everything_that_is_sent() -> None:
    call = HttpCall("POST", "https://db/promote", {"x-env": "prod"}, {"force": True})
    assert said(request(call))[:5] == [
        ("http", "POST https://db/promote"),
        ("method", "POST"),
        ("url", "https://db/promote"),
        ("headers", '{"x-env":"prod"}'),
        ("json", '{"force":true}'),
    ]


def test_the_way_back_and_that_there_is_none_behind_it_are_told() -> None:
    grave = request(reach=Reach.DESTRUCTIVE, point_of_no_return=PointOfNoReturn("the old one is wiped"))
    assert list(approvals.way_back(grave)) == [
        ("undo", "undo promote"),
        ("no way back", "the old one is wiped"),
    ]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_nothing_is_lost_where_it_is_broken_into_lines(text: str) -> None:
    pieces = judging.pieces(approvals.visible(text), 20)
    assert "".join(pieces) == approvals.visible(text)
    assert all(0 < width_of(each) <= 20 for each in pieces if width_of(each))
    assert approvals.visible(text).isprintable()


def test_the_dialog_counts_down_and_says_when_it_is_over() -> None:
    counts = judging.asking(request(), refuse=False).counts
    assert counts is not None
    assert text_of(counts(NOW + 598)) == "ends in    0:02"
    assert text_of(counts(NOW + 601)).startswith("It is over since")


def test_how_many_have_agreed_is_told_where_it_matters() -> None:
    one = request()
    assert approvals.counted(one) == ""
    two = replace(one, step=replace(one.step, approval=Approval(2)), approvals=("ines",))
    assert approvals.counted(two) == "1 of 2 has agreed (ines)"
    assert approvals.until(one, NOW) == "until 22:38 UTC, 10 min left"
    assert approvals.until(one, NOW + 601) == "over since 22:38 UTC"
