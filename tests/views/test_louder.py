"""What was never proven is said before the yes; only what destroys has to be typed for it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from cockpit.cli.answers import Answers
from cockpit.cli.desk import TerminalDesk
from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.grades import BookGrades, graded
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Confirm, Reach, Runbook, Step
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import Question
from cockpit.core.state import State
from cockpit.views.lines import text_of
from cockpit.views.louder import careful, louder
from cockpit.views.run import run_view
from tests.core.runbook.played import begin, book, step
from tests.tui.scenes import NOW
from tests.views.rehearsals import changed, done, with_evidence
from tests.views.test_plan_and_run import running

WRITES = step("set", digest="s")
DESTROYS = step("wipe", digest="w", reach=Reach.DESTRUCTIVE, reconcile=None)
BOOK = book(WRITES, DESTROYS)
WALKED = done(BOOK, mode="simulated")
FAILED = done(BOOK, "set", at=2e9, result="failed")


def run(runbook: Runbook = BOOK) -> Run:
    return begin(runbook).run


def asked(one: Step, phase: Phase = Phase.DO, phrase: str = "") -> Question:
    return Question("confirm", Key(one.id, 1, 1, phase), f"{one.title}?", phrase)


def grades(*evidence: Evidence, runbook: Runbook = BOOK) -> BookGrades:
    return graded(Model(books={"book": runbook}), evidence)["book"]


def test_what_destroys_and_was_never_proven_is_typed() -> None:
    assert louder(run(), asked(DESTROYS), grades()).phrase == "wipe"
    assert louder(run(), asked(DESTROYS), grades(*done(BOOK, mode="simulated"))).phrase == "wipe"
    assert louder(run(), asked(DESTROYS), grades(*done(BOOK))).phrase == ""
    assert louder(run(), asked(DESTROYS, Phase.UNDO), grades(*done(BOOK, "wipe"))).phrase == "wipe"
    assert louder(run(), asked(DESTROYS), None).phrase == "wipe"


def test_a_key_stays_a_key_for_everything_else() -> None:
    for question in (asked(WRITES), asked(WRITES, Phase.UNDO)):
        assert louder(run(), question, grades()) is question
    own = asked(DESTROYS, phrase="go")
    assert louder(run(), own, grades()) is own
    hold = Question("hold", Key("wipe", 1), "held")
    assert louder(run(), hold, grades()) is hold


def test_a_rehearsal_asks_as_the_runbook_does() -> None:
    drill = replace(run(), mode="drill")
    question = asked(DESTROYS)
    assert louder(drill, question, grades()) is question
    assert careful(drill, question, grades()) == ""


def test_a_proof_of_an_older_step_does_not_count() -> None:
    later = changed(BOOK, "wipe")
    proven = grades(*done(later), runbook=later)
    assert louder(run(BOOK), asked(DESTROYS), proven).phrase == "wipe"


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ([], "this step was never rehearsed, nor was its undo"),
        (WALKED, "this step was only walked, never proven, nor was its undo"),
        (done(BOOK, "set"), "its undo was never rehearsed"),
        (done(BOOK), ""),
        (
            [*done(BOOK), *FAILED],
            "this step failed when it was last done",
        ),
    ],
)
def test_what_a_person_should_know_before_the_yes(evidence: list[Evidence], said: str) -> None:
    assert careful(run(), asked(WRITES), grades(*evidence)) == said


def test_of_what_has_changed_that_is_what_is_said() -> None:
    later = changed(BOOK, "set")
    found = careful(run(later), asked(WRITES), grades(*done(BOOK), runbook=later))
    assert found == "this step has changed since it was rehearsed, and so has its undo"


def test_an_undo_is_told_by_itself_and_a_look_needs_no_word() -> None:
    assert careful(run(), asked(WRITES, Phase.UNDO), grades()) == "this undo was never rehearsed"
    look = step("look", reach=Reach.READ, confirm=Confirm("key"))
    assert careful(run(book(look)), asked(look), grades()) == ""


def screen(*evidence: Evidence) -> tuple[str, list[str]]:
    """(what has to be typed, what the screen says) where a step that destroys is next."""
    alone = book(DESTROYS)
    state: State = with_evidence(running(run(alone)), alone, *evidence)
    view = run_view(state, "R-1", NOW)
    assert view is not None
    assert view.question is not None
    return view.question.phrase, [text_of(each) for each in view.now[-2:]]


def test_the_screen_says_it_above_the_key() -> None:
    assert screen() == (
        "wipe",
        ["Careful: this step was never rehearsed, nor was its undo.", "enter Wipe, then type wipe"],
    )
    phrase, said = screen(*done(book(DESTROYS)))
    assert (phrase, said[-1]) == ("", "enter Wipe?")


def desk(
    monkeypatch: pytest.MonkeyPatch, typed: str, *, yes: bool = False, asks: bool = True
) -> TerminalDesk:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    made = TerminalDesk(Answers.of((), yes), asks=asks)
    made.grades = {"book": grades()}
    return made


async def test_in_the_terminal_it_is_typed_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await desk(monkeypatch, "y\nwipe\n").answer(run(), asked(DESTROYS))
    assert found == Answer("y", "wipe")
    told = capsys.readouterr()
    assert told.err == "cockpit: type exactly: wipe\n"
    assert told.out.splitlines()[:3] == [
        "  careful: this step was never rehearsed, nor was its undo",
        "? Wipe?",
        "  type exactly: wipe",
    ]
    assert await desk(monkeypatch, "y\n").answer(run(), asked(WRITES)) == Answer("y")
    assert await desk(monkeypatch, "y\n").answer(run(), asked(DESTROYS)) is None


async def test_a_script_answers_what_the_runbook_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await desk(monkeypatch, "", yes=True).answer(run(), asked(DESTROYS)) == Answer()
    assert await desk(monkeypatch, "", asks=False).answer(run(), asked(DESTROYS)) is None
