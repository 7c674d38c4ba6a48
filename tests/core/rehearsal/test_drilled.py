"""What is known of the drills of each scenario: from the evidence they left, and from how they came out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cockpit.core.journal import Fact, Recorded
from cockpit.core.rehearsal.drilled import LastDrill, drilled, finished
from cockpit.core.rehearsal.evidence import Evidence

AT = 1_700_000_000.0
ONE = Evidence("r", "a", "d", AT, "mara", "simulated", scenario="s")


def test_the_last_drill_of_a_scenario_and_how_its_parts_went() -> None:
    told = (
        ONE,
        replace(ONE, at=AT + 10, result="failed"),
        replace(ONE, at=AT + 20, result="unknown"),
        replace(ONE, at=AT + 5, by="leo"),
        replace(ONE, at=AT - 9_000, result="failed"),
        replace(ONE, scenario="other", at=AT + 99),
        replace(ONE, scenario=""),
    )
    assert drilled(told) == {
        "s": LastDrill(AT + 20, "mara", well=1, failed=1, unknown=1),
        "other": LastDrill(AT + 99, "mara", well=1),
    }


def record(seq: int, kind: str = "drill.finished", at: float = AT, **body: Any) -> Recorded:
    return Recorded(seq, Fact(kind, at, "mara", body), "here", "boot", seq, "", "")


def test_how_drills_came_out_by_what_is_on_record() -> None:
    records = [
        record(1, scenario="s", passed=False),
        record(2, at=AT + 60, scenario="s", passed=True),
        record(3, kind="run.started", scenario="x", passed=True),
        record(4, scenario=None, passed=True),
        record(5, scenario="odd", passed="yes"),
    ]
    assert finished(records) == {"s": LastDrill(AT + 60, "mara", passed=True)}
