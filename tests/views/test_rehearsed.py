"""What screens and commands say of rehearsals: never more than was done."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.grades import BookGrades, graded
from cockpit.core.rehearsal.times import Usual, learned, of_book
from cockpit.core.runbook.actions import Decide, Option
from cockpit.core.runbook.model import Confirm, Reach, Runbook, Step
from cockpit.core.update import initial
from cockpit.views import bridge, fit, headline, plan_lines, rehearsed, runbook_list, runbooks
from cockpit.views.lines import Section, Tone, text_of
from cockpit.views.plan import Asked, as_written, plan_view, starting
from cockpit.views.rehearsed import of, sentence, step_words, usually
from tests.core.runbook.played import book, step
from tests.tui.acting import failover
from tests.tui.scenes import NOW, shop
from tests.views.rehearsals import AT, changed, done, with_evidence
from tests.views.test_plan_and_run import ASKED, planned

BOOK = book(step("freeze", digest="f"), step("promote", digest="p", rollback=None))
STEPS = ("freeze", "promote")


def told(*evidence: Evidence, runbook: Runbook = BOOK) -> rehearsed.Rehearsed:
    return of(runbook, grades(*evidence, runbook=runbook))


def grades(*evidence: Evidence, runbook: Runbook = BOOK) -> BookGrades:
    return graded(Model(books={runbook.id: runbook}), evidence)[runbook.id]


WALKED = done(BOOK, mode="simulated")
PROVEN = done(BOOK)
UNDONE = done(BOOK, "undo:freeze", at=AT + 1)
CASES = {
    "nothing": ([], "not rehearsed", "never rehearsed"),
    "a part of it walked": (
        done(BOOK, "freeze", mode="simulated"),
        "1 of 2 walked",
        "1 of 2 walked; nobody has done this for real, aiko walked it",
    ),
    "all of it walked": (
        WALKED,
        "only walked",
        "only walked (simulated), never proven; nobody has done this for real, aiko walked it",
    ),
    "a part of it proven": (
        [*WALKED, *done(BOOK, "freeze")],
        "1 of 2 proven",
        "1 of 2 proven; only aiko has done this",
    ),
    "not its undo": (
        done(BOOK, *STEPS),
        "undo not proven",
        "proven, but its undo never was; took 2 min once; only aiko has done this",
    ),
    "its undo walked": (
        [*done(BOOK, *STEPS), *WALKED],
        "undo not proven",
        "proven, but its undo was only walked (simulated); took 2 min once; only aiko has done this",
    ),
    "all of it proven by two": (
        [*PROVEN, *done(BOOK, by="mara", at=AT + 9)],
        "undo proven, 2 min",
        "proven, and so is its undo; usually 2 min; mara and aiko have done this",
    ),
    "failed since": (
        [*PROVEN, *done(BOOK, "undo:freeze", at=AT + 9, result="failed", mode="live")],
        "failed last time",
        "it failed when it was last done for real; took 2 min once; only aiko has done this",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_how_far_it_is_rehearsed(case: str) -> None:
    evidence, short, whole = CASES[case]
    found = told(*evidence)
    assert (found.short, sentence(found)) == (short, whole)
    assert (found.tone is Tone.PLAIN) == (short == "undo proven, 2 min")


def test_whoever_changes_a_step_reads_that_it_changed() -> None:
    found = told(*PROVEN, runbook=changed(BOOK, "promote"))
    assert found.short == "changed since"
    assert sentence(found) == "changed since it was rehearsed; only aiko has done this"


def test_one_without_undo_is_just_proven() -> None:
    alone = book(step("promote", digest="p", rollback=None))
    assert told(*done(alone), runbook=alone).short == "proven, 1 min"
    assert told(*done(alone, seconds=None), runbook=alone).short == "proven"


def test_what_is_simulated_has_no_usual_time() -> None:
    assert told(*WALKED).usual is None


def test_times_are_those_of_proven_tries() -> None:
    assert learned(()) is None
    assert learned((5.0,)) == Usual(5.0, 5.0, 1)
    assert learned((30.0, 10.0, 20.0)) == Usual(20.0, 30.0, 3)
    assert learned(tuple(map(float, range(1, 101)))) == Usual(50.0, 95.0, 100)


def test_a_time_that_nobody_knows_is_not_made_up() -> None:
    assert of_book(BOOK, grades(*done(BOOK, "freeze"))) is None
    expected = replace(BOOK, steps=tuple(replace(each, expected=(60.0, 90.0)) for each in BOOK.steps))
    assert usually(of_book(expected, None)) == "expected 2 min"
    assert usually(of_book(expected, grades(*done(BOOK, *STEPS, seconds=300.0)))) == "took 10 min once"


def test_a_way_around_some_of_it_makes_it_the_most_it_takes() -> None:
    way = Step("way", "Way", Decide((Option("left"), Option("right", goto="promote"))), digest="w")
    branched = book(way, *BOOK.steps)
    evidence = [*done(branched), *done(branched, at=AT + 1, seconds=600.0)]
    assert usually(of_book(branched, grades(*evidence, runbook=branched))) == (
        "usually up to 3 min, seldom over 30 min"
    )
    assert step_words(branched, "way", told(*evidence, runbook=branched)) == (
        "proven 2025-11-13 by aiko; usually 1 min, seldom over 10 min; "
        "“left” proven 2025-11-13 by aiko; “right” proven 2025-11-13 by aiko"
    )


def test_a_step_says_what_was_done_when_and_by_whom() -> None:
    found = told(*done(BOOK, "freeze"), *done(BOOK, "undo:freeze", mode="simulated", by="mara"))
    assert step_words(BOOK, "freeze", found) == (
        "proven 2025-11-13 by aiko; undo only walked 2025-11-13 by mara; took 1 min once"
    )
    assert step_words(BOOK, "promote", found) == "never rehearsed"
    assert step_words(BOOK, "freeze", told()) == ""
    stale = told(*done(BOOK, "freeze"), runbook=changed(BOOK, "freeze"))
    assert step_words(BOOK, "freeze", stale) == ("changed since it was rehearsed; undo never rehearsed")


def test_the_list_of_runbooks_says_it() -> None:
    model = Model(books={"book": BOOK})
    assert runbook_list.lines(model, {"book": grades(*PROVEN)}) == [
        "book  Book; 1 of 2 can be undone; undo proven, 2 min; only aiko has done this"
    ]
    entry = runbook_list.document(model, {"book": grades(*PROVEN)})["runbooks"][0]  # type: ignore[index]
    assert entry["rehearsal"] | {"parts": []} == {
        "grade": "proven",
        "undo": "proven",
        "changed_since": False,
        "p50": 120.0,
        "p95": 120.0,
        "people": ["aiko"],
        "walked_by": [],
        "parts": [],
    }
    assert entry["rehearsal"]["parts"][1] == {
        "part": "undo:freeze",
        "kind": "undo",
        "grade": "proven",
        "changed_since": False,
        "at": AT,
        "by": "aiko",
        "mode": "sandbox",
        "failed_at": None,
    }


def rows(section: Section) -> list[list[str]]:
    return [[text_of(cell) for cell in row.cells] for row in section.rows]


FAILOVER = failover()
DO_IT = with_evidence(shop(), FAILOVER, *done(FAILOVER))


def test_what_was_rehearsed_fits_better_by_one() -> None:
    never = {each.runbook: each.fit for each in fit.proposals(with_evidence(shop(), FAILOVER))}
    rehearsed_once = {each.runbook: each.fit for each in fit.proposals(DO_IT)}
    assert rehearsed_once == {**never, FAILOVER.id: never[FAILOVER.id] + 1}


def test_the_bridge_and_the_headline_say_proven_where_it_is() -> None:
    assert "Press r: Fail over orders-db (proven)." in headline.sentences(DO_IT, NOW)
    first = rows(bridge.do_next(DO_IT, NOW))[0]
    assert first[-1] == told(*done(FAILOVER), runbook=FAILOVER).short
    assert bridge.do_next(DO_IT, NOW).rows[0].cells[-1][0].tone is Tone.PLAIN
    walked = with_evidence(shop(), FAILOVER, *done(FAILOVER, mode="simulated"))
    assert "Press r: Fail over orders-db (only walked)." in headline.sentences(walked, NOW)


def test_the_list_on_the_screen_says_who_alone_has_done_it() -> None:
    found = [
        row for section in runbooks.sections(DO_IT, NOW) for row in section.rows if row.key == FAILOVER.id
    ]
    assert text_of(found[0].cells[1]).endswith("; only aiko has done this")
    assert text_of(found[0].cells[3]) == told(*done(FAILOVER), runbook=FAILOVER).short
    assert [text_of(each) for each in found[0].shorter][-1] in text_of(found[0].cells[1])


def test_a_plan_says_it_of_the_whole_and_of_each_step() -> None:
    state = replace(DO_IT, picture=replace(DO_IT.picture, plan=planned()))
    view = plan_view(state, Asked(FAILOVER.id), NOW)
    assert view is not None
    assert text_of(view.rehearsal) in [text_of(each) for each in view.remarks]
    assert text_of(view.rehearsal).endswith("Only aiko has done this.") or "only aiko" in text_of(
        view.rehearsal
    )
    cells = [text_of(row.cells[1]) for row in view.sections[-1].rows]
    assert sum(cell.startswith("proven 2025-11-13 by aiko") for cell in cells) == len(FAILOVER.steps)
    said = plan_lines.lines(FAILOVER, planned(), grades(*done(FAILOVER), runbook=FAILOVER))
    assert [each for each in said if each.startswith("rehearsal: ")] != []
    assert sum(each.startswith("   proven 2025-11-13") for each in said) == len(FAILOVER.steps)


WIPES = replace(FAILOVER, steps=tuple(replace(each, reach=Reach.DESTRUCTIVE) for each in FAILOVER.steps))
SILENT = replace(FAILOVER, steps=(replace(step("one"), confirm=Confirm("none")),))


def phrase(runbook: Runbook, *evidence: Evidence, mode: Literal["live", "drill"] = "live") -> str:
    plan = replace(planned(), steps=tuple(as_written(each) for each in runbook.steps))
    state = with_evidence(shop(), runbook, *evidence)
    state = replace(state, mode=mode, picture=replace(state.picture, plan=plan))
    view = plan_view(state, Asked(runbook.id), NOW)
    assert view is not None
    (option,) = starting(view, Asked(runbook.id)).options
    return option.phrase


def test_what_is_grave_and_was_never_rehearsed_is_typed_to_start() -> None:
    assert phrase(WIPES) == phrase(SILENT) == FAILOVER.id
    assert phrase(WIPES, mode="drill") == ""
    assert phrase(WIPES, *done(WIPES, "look", mode="simulated")) == ""


def test_a_key_will_do_where_every_change_is_asked_for() -> None:
    assert phrase(FAILOVER) == ""


def test_what_is_not_proven_is_said_before_it_starts() -> None:
    state = with_evidence(shop(), FAILOVER)
    view = plan_view(replace(state, picture=replace(state.picture, plan=planned())), ASKED, NOW)
    assert view is not None
    told = [text_of(each) for each in starting(view, ASKED).told]
    assert told == ["on prod", "2 of 3 can be undone.", "Never rehearsed."]


def test_asking_again_costs_nothing() -> None:
    state = initial(Model(books={"book": BOOK}), "live")
    assert rehearsed.rehearsed(state) is rehearsed.rehearsed(replace(state, readonly=True))
