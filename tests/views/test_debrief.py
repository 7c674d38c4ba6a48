"""The debrief says what came of a drill in words that a team can talk about."""

from __future__ import annotations

from cockpit.core.json import Json
from cockpit.core.levels import Shown
from cockpit.core.model import Model
from cockpit.core.rehearsal.debrief import Budgeted, Debrief, Drill, Times, Unexercised, WrongTurn
from cockpit.core.rehearsal.earlier import Earlier, earlier, finished
from cockpit.core.rehearsal.expecting import Judged, Performed
from cockpit.core.rehearsal.track import Seen, Track
from cockpit.core.scenario import Expectation, Scenario
from cockpit.views.debrief import document, expectation, span, text
from tests.core.rehearsal.test_expecting import fact, performed

DEBRIEF = Debrief(
    Drill("mine", title="It breaks", teaches="Look first", answers="good", by="lena", seed=7),
    Performed(Model(), Scenario("mine"), 0.0, 60.0, (), (), Track({"shop": (Seen(0.0, Shown.OK),)})),
    (
        Judged(Expectation("detected", service="shop", within=90.0), True, 100.0, 30.0),
        Judged(Expectation("recovered", capability="buy"), False, why="it is DOWN in the end"),
    ),
    Times(30.0, None, 61.04, None),
    (WrongTurn("runbook", "restart", 240.0, "the good answers do without it"),),
    (Unexercised("restart", "undo:restart", "undo"), Unexercised("restart", "look", "step")),
    (Budgeted("R-1", "restart", 60.0, 90.0),),
)


def test_all_of_it_is_told() -> None:
    assert text(DEBRIEF, [Earlier(1.0, True, Times(45.0)), Earlier(0.0, True, Times(20.0))]) == [
        "DRILL mine: FAILED",
        "  It breaks",
        "  teaches: Look first",
        "  simulated, nothing left this machine, answers: good",
        "",
        "  ok      shop detected within 1 min 30 s: after 30 s",
        "  FAILED  buy recovered: it is DOWN in the end",
        "",
        "From the moment it went wrong:",
        "  seen          30 s  (last time 45 s, best 20 s)",
        "  taken on      never",
        "  first action  1 min 1 s",
        "  recovered     never",
        "  against 2 earlier drills of it that went otherwise",
        "  R-1 restart: 1 min 30 s, OVER its budget of 1 min",
        "",
        "Wrong turns:",
        "  at 4 min  restart (not the way): the good answers do without it",
        "",
        "Never exercised of what was used:",
        "  restart: undo:restart and look",
    ]


def test_the_document_holds_the_same_and_no_time_of_day() -> None:
    found = document(DEBRIEF)
    assert found["schema"] == "cockpit.drill/v1"
    assert (found["passed"], found["answers"], found["seed"]) == (False, "good", 7)
    assert found["expect"] == [
        {
            "what": "detected",
            "service": "shop",
            "within": 90.0,
            "passed": True,
            "at": 100.0,
            "took": 30.0,
            "why": "",
        },
        {
            "what": "recovered",
            "capability": "buy",
            "passed": False,
            "at": None,
            "took": None,
            "why": "it is DOWN in the end",
        },
    ]
    assert found["times"] == {"detected": 30.0, "owner": None, "first_action": 61.0, "recovered": None}
    assert found["budgets"] == [{"run": "R-1", "runbook": "restart", "budget": 60.0, "took": 90.0}]


def test_drills_that_went_the_same_are_no_news() -> None:
    now = document(DEBRIEF)
    other: dict[str, Json] = {**now, "passed": True, "times": {"detected": 5.0, "owner": "soon"}}
    elsewhere: dict[str, Json] = {**now, "scenario": "yours", "passed": True}
    facts = [finished(each, "lena", at) for at, each in enumerate((other, now, elsewhere, other), 1)]
    records = performed(*facts, fact("incident.declared", 1)).records
    assert earlier(records, now) == (Earlier(4.0, True, Times(5.0)),)
    assert earlier(records, elsewhere) == ()


def test_expectations_read_as_sentences() -> None:
    assert [
        expectation(each)
        for each in (
            Expectation("first_action", within=300.0),
            Expectation("undo_used", runbook="rollback"),
            Expectation("flag_set", flag="off", to=True),
            Expectation("flag_set", flag="off"),
            Expectation("integrity", service="shop"),
            Expectation("not_worse", capability="buy", level="AT_RISK"),
            Expectation("declared"),
            Expectation("not_used", runbook="restart"),
        )
    ] == [
        "first action within 5 min",
        "rollback used to take something back",
        "off set to true",
        "off set",
        "shop data OK in the end",
        "buy never worse than AT RISK",
        "an incident declared",
        "restart not used",
    ]
    assert [span(each) for each in (0.4, 59.6, 60.0, 3661.0, None)] == [
        "0 s",
        "1 min",
        "1 min",
        "61 min 1 s",
        "never",
    ]
