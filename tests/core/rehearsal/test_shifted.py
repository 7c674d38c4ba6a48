"""Facts of a drill keep their meaning under the numbers that they have among all drills."""

from __future__ import annotations

from cockpit.core.journal import Fact
from cockpit.core.rehearsal.shifted import Shift, incident_number, run_number, shifted

SHIFT = Shift("d1", runs={1: 5, 2: 6}, incidents={1: 3})


def test_runs_and_incidents_go_on_where_the_others_ended() -> None:
    fact = Fact(
        "step.intent",
        1.0,
        "lena",
        {
            "parent": "R-1",
            "op": "R-1.2.promote",
            "why": "R-1 was wrong",
            "in": ["INC-1", {"of": "R-2"}],
            "n": 1,
        },
        "INC-1",
        "R-1.2",
        "promote",
        1,
        1,
        uid="u",
    )
    assert shifted(fact, SHIFT) == Fact(
        "step.intent",
        1.0,
        "lena",
        {
            "parent": "R-5",
            "op": "R-5.2.promote",
            "why": "R-1 was wrong",
            "in": ["INC-3", {"of": "R-6"}],
            "n": 1,
        },
        "INC-3",
        "R-5.2",
        "promote",
        1,
        1,
        uid="d1-u",
    )


def test_what_is_no_number_of_ours_stays() -> None:
    for name in ("", "R-", "R-1x", "INC-", "INC-one", "R-12345678901", "xR-1"):
        assert shifted(Fact("a", 1.0, "b", {}, name, name, uid="u"), SHIFT).run == name
        assert run_number(name) == incident_number(name) == 0
