"""A run at a cockpit that does not look after it: who does, what is refused, and how it is taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.events import JournalFailed
from cockpit.core.frozen import to_json
from cockpit.core.runbook.actions import Command
from cockpit.core.runbook.live import Live
from cockpit.core.runbook.words import say
from cockpit.core.state import State
from cockpit.core.team import Company, Held, Present, Role
from cockpit.core.update import update
from cockpit.text import clock
from cockpit.views import company, run_others
from cockpit.views.bridge import do_next
from cockpit.views.firstline import firstline
from cockpit.views.layout import width_of
from cockpit.views.lines import text_of
from cockpit.views.run import run_view
from cockpit.views.run_others import last_step, taking_over
from cockpit.views.runbooks import waiting
from tests.core.runbook.played import Played, begin, book, step
from tests.tui.scenes import NOW, shop

OURS = "web-2:9"
THEIRS = "web-1:7"
PEOPLE = (
    Present(THEIRS, "mara", NOW - 600, NOW - 1, "runs R-1"),
    Present(OURS, "leo", NOW - 300, NOW - 1, role=Role.APPROVER),
)


def played() -> Played:
    """Its first step waits for a yes."""
    one = begin(book(step("restart", reconcile=None), step("check")))
    one.now = NOW - 30
    one.tell(say("asked", one.run.key, question="confirm"))
    return one


def meant(one: Played) -> Played:
    """It has begun on web-1, and nobody knows how it ended."""
    action = to_json(Command(("restart",)))
    body = {"action": {**action, "is": "Command"}, "host": "web-1", "nonce": "n"}  # type: ignore[dict-item]
    one.tell(say("intent", one.run.key, **body))  # type: ignore[arg-type]
    return one


def state(*holds: Held, one: Played | None = None, live: Live | None = None, **more: object) -> State:
    known = shop()
    here = Company(NOW, PEOPLE, origin=OURS, holds=holds, **more)  # type: ignore[arg-type]
    model = replace(known.model, journal={"postgres": "postgresql://db/cockpit"})
    record = replace(known.record, runs={"R-1": (one or played()).run})
    shown = {"R-1": live} if live else {}
    picture = replace(known.picture, company=here, live=shown)
    return replace(known, model=model, record=record, picture=picture, mode="live")


HELD = Held("run:R-1", "mara", THEIRS, NOW + 12)
OVER = Held("run:R-1", "mara", THEIRS, NOW - 3)


def screen(known: State) -> list[str]:
    view = run_view(known, "R-1", NOW)
    assert view is not None
    return [text_of(each) for each in view.now]


def test_who_has_it_is_said_and_nothing_is_asked_of_who_watches() -> None:
    known = state(HELD)
    view = run_view(known, "R-1", NOW)
    assert view is not None
    assert (view.ours, view.question) == (False, None)
    assert "mara on web-1 has it; you watch." in screen(known)
    assert "Waits for mara: Restart?" in screen(known)
    assert "While that cockpit lives nobody can take it over (its hold lasts 12 s)." in screen(known)
    assert not any("waits for you" in each for each in screen(known))


def test_keys_that_change_it_say_why_they_do_nothing() -> None:
    run = played().run
    assert run_others.refused(state(HELD), run, NOW) == (
        "mara on web-1 has it, and you only watch (its hold lasts 12 s)"
    )
    assert run_others.refused(state(OVER), run, NOW) == ""
    assert run_others.refused(state(), run, NOW) == ""
    assert run_others.refused(state(HELD, live=Live()), run, NOW) == ""


def test_how_long_a_hold_lasts_is_told_by_the_clock_of_the_database() -> None:
    known = state(HELD, skew=8.0)
    assert company.left(known, HELD, NOW + 8.0) == 12.0


def test_one_that_is_silent_may_be_taken_over_with_what_it_did_last_in_sight() -> None:
    known = state(OVER, one=meant(played()))
    run = known.record.runs["R-1"]
    told = screen(known)
    assert any(each.startswith("mara on web-1 had it, silent since ") for each in told)
    assert "“Restart” may still be running on web-1." in told
    asking = taking_over(known, run, run, OVER)
    lines = [text_of(each) for each in asking.told]
    assert (asking.title, asking.cancel) == ("Take R-1 over from mara?", "Cancel")
    assert text_of(last_step(run)) in lines
    assert "Last step: Restart, running" in text_of(last_step(run))
    assert "“Restart” may still be running on web-1." in lines


def test_a_command_that_takes_it_up_says_the_same() -> None:
    run = meant(played()).run
    who, last, doubt = run_others.before_us(run, "leo")
    assert (who, doubt) == ("R-1 was in the hands of mara.", "“Restart” may still be running on web-1.")
    assert last.startswith("Last step: Restart, running")
    assert run_others.before_us(run, "mara") == []


def test_a_hold_counts_until_a_look_has_seen_it_end() -> None:
    """Between two looks it may have been prolonged."""
    run = played().run
    known = state(HELD)
    assert company.holder(known, run) is HELD
    assert company.left(known, HELD, NOW + 60) == 0.0
    assert company.gone(state(OVER), run) is OVER


@pytest.mark.parametrize("hold", [replace(HELD, origin=OURS), replace(HELD, name="run:R-2")])
def test_what_is_ours_or_of_another_run_is_nobody_elses(hold: Held) -> None:
    run = played().run
    assert company.holder(state(hold), run) is None
    assert company.gone(state(hold), run) is None


def test_without_the_record_nobody_can_tell_who_has_it() -> None:
    known = state(HELD)
    away = replace(known, picture=replace(known.picture, company=None, journal_trouble="gone"))
    assert run_others.AWAY in screen(away)
    assert run_others.refused(away, away.record.runs["R-1"], NOW).startswith("the record is away")


def test_the_first_line_says_since_when_nothing_can_be_decided() -> None:
    known = state(HELD)
    lost = update(known, JournalFailed("no answer", NOW - 120))[0]
    lost = update(lost, JournalFailed("no answer, still", NOW))[0]
    since = f"record away since {clock(NOW - 120)}"
    assert since in text_of(firstline(lost, NOW, 300))
    assert "nothing can be decided" in text_of(firstline(lost, NOW, 300))
    back = update(lost, JournalFailed("", NOW))[0]
    assert "nothing can be decided" not in text_of(firstline(back, NOW, 300))
    alone = replace(lost, model=replace(lost.model, journal={}))
    assert "no record" in text_of(firstline(alone, NOW, 300))


def test_a_run_that_somebody_has_needs_nobody_else() -> None:
    known = state(HELD)
    first = text_of(firstline(known, NOW, 300))
    assert "needs you" not in first
    assert "mara runs R-1" in first
    assert "R-1 needs you" in text_of(firstline(state(OVER), NOW, 300))
    (row,) = waiting(known, NOW).rows
    assert any("mara has it, on web-1" in text_of(cell) for cell in row.cells)
    assert all(
        text_of(row.cells[0]) != "r" or not text_of(row.cells[1]).startswith("R-1")
        for row in do_next(known, NOW).rows
    )


def test_the_first_line_counts_who_is_here_and_says_whose_clock_is_off() -> None:
    assert "2 here" in text_of(firstline(state(), NOW, 300))
    assert "clock skew 8 s" in text_of(firstline(state(skew=-8.0), NOW, 300))
    assert "clock skew" not in text_of(firstline(state(skew=4.0), NOW, 300))
    assert "looked for twice a second" in text_of(
        firstline(state(note="news: looked for twice a second"), NOW, 300)
    )


def test_who_is_here_what_they_do_and_what_is_odd() -> None:
    silent = replace(PEOPLE[0], seen_at=NOW - 15, skew=9.0)
    known = state()
    here = replace(
        known, picture=replace(known.picture, company=Company(NOW, (silent, PEOPLE[1]), origin=OURS))
    )
    assert text_of(company.in_short(here)) == "Here: mara runs R-1, and you."
    section = company.section(here)
    assert section is not None
    assert [[text_of(cell) for cell in row.cells][:3] for row in section.rows] == [
        ["mara", "web-1", "runs R-1"],
        ["leo (you)", "web-2", "looks on"],
    ]
    assert [text_of(row.cells[4]) for row in section.rows] == [
        "silent for 15 s, clock 9 s ahead",
        "may approve",
    ]


def test_the_same_for_machines() -> None:
    found = company.document(state(HELD).picture.company)
    assert found["schema"] == "cockpit.who/v1"
    assert found["holds"] == [
        {"name": "run:R-1", "actor": "mara", "origin": THEIRS, "until": NOW + 12, "over": False}
    ]
    assert company.document(None)["shared"] is False


@pytest.mark.parametrize("hold", [HELD, OVER])
def test_at_eighty_columns_a_line_says_all_of_it(hold: Held) -> None:
    for each in screen(state(hold)):
        assert width_of(each) <= 80
