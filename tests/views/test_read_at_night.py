"""What two people who were woken read first: that the record is away, who runs what, and who said it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.incident import words
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.states import RunState
from cockpit.core.state import State
from cockpit.views import headline
from cockpit.views.firstline import firstline
from cockpit.views.incident import none_open, story
from cockpit.views.layout import draw_section
from cockpit.views.lines import text_of
from cockpit.views.run import run_view
from tests.core.runbook.played import begin, book, step
from tests.tui.scenes import NOW

from .shop import now
from .telling import ID, one, scene
from .test_others_runs import HELD, OVER, state


def away(known: State) -> State:
    """The database is gone, and with it the sight of the others."""
    lost = replace(known.picture, company=None, journal_trouble="gone", journal_lost=NOW - 60)
    return replace(known, picture=lost)


@pytest.mark.parametrize("readonly", [False, True])
def test_that_the_record_is_away_is_never_what_does_not_fit(readonly: bool) -> None:
    known = replace(away(scene()), readonly=readonly)
    known = replace(known, model=replace(known.model, journal={"postgres": "postgresql://db/cockpit"}))
    first = text_of(firstline(known, now(known), 80))
    assert "record away since" in first
    assert f"{ID} SEV1" in first
    assert "nothing can be decided" in text_of(firstline(known, now(known), 120))


def test_without_the_record_nobody_is_sent_to_start_something() -> None:
    said = " ".join(headline.sentences(away(state()), NOW))
    assert "The record is away since" in said
    assert "nobody sees what others do" in said
    assert "Press " not in said


def test_without_the_record_it_is_not_said_that_no_incident_is_open() -> None:
    told = " ".join(map(text_of, none_open(away(state()), NOW).headline))
    assert told.startswith("Whether one is open is not known.")
    assert "declares one" not in told
    assert "No incident is open." in text_of(none_open(state(), NOW).headline[0])


def test_what_waits_for_somebody_comes_before_when_people_are_told() -> None:
    known = scene()
    runs = {"R-1": state(OVER).record.runs["R-1"]}
    known = replace(known, record=replace(known.record, runs=runs))
    first = text_of(firstline(known, now(known), 300))
    assert first.index("R-1 needs you") < first.index("update due")


def test_where_somebody_runs_what_fits_it_is_not_said_that_nothing_does() -> None:
    known = state(HELD)
    known = replace(known, model=replace(known.model, runbooks=()))
    said = " ".join(headline.sentences(known, NOW))
    assert "mara runs R-1, " in said
    assert "No runbook fits" not in said


def test_a_run_of_our_own_that_asks_nothing_does_not_cry_for_somebody() -> None:
    busy = begin(book(step("restart")))
    first = text_of(firstline(state(one=busy, live=Live()), NOW, 300))
    assert "R-1 under way" in first
    assert "needs you" not in first
    assert "R-1 needs you" in text_of(firstline(state(live=Live()), NOW, 300)), "it asks"
    assert "R-1 needs you" in text_of(firstline(state(one=busy, live=Live(ours=False)), NOW, 300))


@pytest.mark.parametrize("kind", ["note", "hypothesis", "decision"])
def test_what_somebody_said_stands_beside_their_name_in_eighty_columns(kind: words.NoteKind) -> None:
    known = scene(words.noted(ID, kind, "the replica lags", "leo", NOW))
    told = [text_of(each) for each, _ in draw_section(story(known, one(known)), 78)]
    assert any("leo: the replica lags" in each for each in told)


def test_of_a_run_that_nobody_has_it_is_not_said_that_it_is_running() -> None:
    busy = begin(book(step("restart")))
    for hold, nobody in ((HELD, False), (OVER, True)):
        view = run_view(state(hold, one=busy), "R-1", NOW)
        assert view is not None
        assert text_of(view.now[0]).endswith("when it was last heard of") is nobody


def test_who_may_only_look_is_offered_nothing() -> None:
    for known in (state(OVER), state()):
        view = run_view(known, "R-1", NOW)
        looks = run_view(replace(known, readonly=True), "R-1", NOW)
        assert view is not None
        assert looks is not None
        assert any("Enter takes it" in text_of(each) for each in view.now)
        assert not any("Enter takes it" in text_of(each) for each in looks.now)


def test_what_was_in_the_way_of_a_run_is_not_said_once_it_is_over() -> None:
    busy = begin(book(step("restart")))
    known = state(one=busy, live=Live(complaint="nothing further starts", ours=False))
    over = replace(busy.run, state=RunState.COMPLETED, ended_at=NOW)
    ended = replace(known, record=replace(known.record, runs={"R-1": over}))
    for each, told in ((known, True), (ended, False)):
        view = run_view(each, "R-1", NOW)
        assert view is not None
        assert ("nothing further starts" in [text_of(line) for line in view.now]) is told
