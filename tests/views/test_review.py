"""A review as people read it, as a page, and for machines; hostile text stays text."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.review.model import Review
from cockpit.core.review.reviewing import review
from cockpit.views import review as view
from tests.core.review.made_up import RULES, T, declared, flip, gathered, run, update, well

DAY = 86_400.0
DRILL: dict[str, Json] = {
    "scenario": "bad-release",
    "title": "A release that doubles errors",
    "passed": False,
    "times": {"detected": 30.0, "owner": 90.0, "first_action": 150.0, "recovered": None},
    "wrong_turns": [
        {"kind": "runbook", "what": "restart", "at": 9.0, "why": "the good answers do without it"}
    ],
    "runs": [{"run": "R-1", "runbook": "restart", "rollback": "complete"}],
}


def found() -> Review:
    live = gathered(
        declared(),
        words.role("INC-1", "incident-commander", "ada", "ada", T + 360),
        flip("kill", T + 400, "f1"),
        run("R-1", T + 500, then="partial"),
        run("R-2", T + 700),
        *[update("INC-1", f"u{at}", T + at) for at in (900, 2100)],
        well(T + 1500, "orders-db", "place-order"),
        words.resolved("INC-1", "failed over", [], "ada", T + 2200),
        declared("INC-2", T + 2 * DAY, None, evidence={}, severity=None),
    )
    drill = gathered(Fact("drill.finished", T + DAY, "bo", DRILL))
    return review(live, drill, RULES, T - DAY, T + 3 * DAY)


TEXT = """\
2023-11-13 to 2023-11-17: 2 incidents, 1 drill

INCIDENTS, SINCE THEIR TRUE BEGINNING
                         median  known first half second half trend
 noticed                  5 min 1 of 2      5 min   not known too few
 taken on                 6 min 1 of 2      6 min   not known too few
 first update            15 min 1 of 2     15 min   not known too few
 first action that stood  6 min 1 of 2      6 min   not known too few
 better for good         25 min 1 of 2     25 min   not known too few
 recovered               25 min 1 of 2     25 min   not known too few

ONE BY ONE (? IS NOT KNOWN)
                        noticed owner update action better recovered
 INC-1 SEV1               5 min 6 min 15 min  6 min 25 min    25 min Nobody can…
 INC-2 no severity open       ?     ?      ?      ?      ?         ? Nobody can…
 INC-1: Fail over orders-db (R-1) could not be taken back; 1 update overdue,
   by 5 min at the most; still switched: pay-async@prod
 INC-2: when it began is not known: nothing seemed wrong when it was declared

1 wrong turn; 0 of 1 rollback worked; 0 reopenings; 1 switch left on; 1 update
overdue.

DRILLS, SINCE THEIR TRUE BEGINNING
                            median  known first half second half trend
 noticed                      30 s 1 of 1  not known        30 s too few
 taken on                    1 min 1 of 1  not known       1 min too few
 first action that stood     2 min 1 of 1  not known       2 min too few
 recovered               not known 0 of 1  not known   not known too few

ONE BY ONE (? IS NOT KNOWN)
                    noticed owner update action better recovered
 bad-release failed    30 s 1 min      ?  2 min      ?         ? A release that…
 bad-release: restart: the good answers do without it

1 wrong turn; 1 of 1 rollback worked."""


def test_as_people_read_it() -> None:
    lines = list(view.text(found()))
    assert max(map(len, lines)) <= 80
    assert "\n".join(lines) == TEXT


def test_for_machines() -> None:
    document = view.document(found())
    assert list(document) == ["schema", "from", "to", "incidents", "drills", "summary"]
    assert document["schema"] == "cockpit.review/v1"
    first, second = document["incidents"]
    assert first == {
        "id": "INC-1",
        "title": "Nobody can pay",
        "mode": "live",
        "at": T + 300,
        "severity": "SEV1",
        "open": False,
        "passed": None,
        "times": {
            "detect": 300.0,
            "owner": 360.0,
            "first_update": 900.0,
            "first_action": 400.0,
            "mitigation": 1500.0,
            "recovery": 1500.0,
        },
        "milestones": {
            "began": T,
            "detected": T + 300,
            "owner": T + 360,
            "first_update": T + 900,
            "first_action": T + 400,
            "mitigated": T + 1500,
            "recovered": T + 1500,
            "resolved": T + 2200,
        },
        "wrong_turns": [{"run": "R-1", "title": "Fail over orders-db", "what": "could not be taken back"}],
        "reopened": 0,
        "rollbacks": [{"run": "R-1", "title": "Fail over orders-db", "outcome": "failed"}],
        "switches_left": ["pay-async@prod"],
        "obligations_left": [],
        "overdue_updates": 1,
        "overdue_longest": 300.0,
        "notes": [],
    }
    assert set(second["times"].values()) == {None}
    assert second["overdue_updates"] is None
    summary = document["summary"]["incidents"]
    assert summary["times"]["detect"] == {
        "median": 300.0,
        "known": 1,
        "of": 2,
        "first_half": 300.0,
        "second_half": None,
        "trend": "cannot tell",
    }
    assert (summary["count"], summary["rollbacks"], summary["overdue_updates"]) == (2, {"failed": 1}, 1)
    assert document["summary"]["drills"]["rollbacks"] == {"complete": 1}
    # The result of a drill tells nothing of these.
    (drill,) = document["drills"]
    assert [drill[name] for name in ("reopened", "switches_left", "obligations_left", "overdue_updates")] == [
        None
    ] * 4


def test_what_is_not_known_is_never_a_nought() -> None:
    said = "\n".join(view.markdown(found()))
    assert said.count("not known") >= 12
    assert "| 0 s" not in said


def test_hostile_text_stays_text() -> None:
    nasty = "\x1b[2J[x](javascript:1) | <b>\n# "
    live = gathered(words.declared("INC-1", nasty, None, "ada", T, began_at=T - 60))
    drill = gathered(Fact("drill.finished", T, "bo", {**DRILL, "scenario": nasty, "title": nasty}))
    both = review(live, drill, RULES, T - DAY, T + DAY)
    page = "\n".join(view.markdown(both))
    assert "\x1b" not in page
    assert "<b>" not in page.replace("\\<b\\>", "")
    assert not any(line.startswith("# ") for line in page.splitlines()[1:])
    assert not any("\x1b" in line or "\n" in line for line in view.text(both))
