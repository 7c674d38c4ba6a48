"""Many incidents together: medians of what is known, and a trend only where there is enough of it."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.core.review.model import Looked, Measure
from cockpit.core.review.reviewing import measure, review

from .made_up import RULES, T, declared, gathered, well

DAY = 86_400.0


def one(day: float, detect: float | None) -> Looked:
    return Looked("INC-1", "", "live", T + day * DAY, {"detect": detect})


def measured(*days: tuple[float, float | None]) -> Measure:
    return measure([one(*each) for each in days], "detect", T, T + 10 * DAY)


def test_only_what_is_known_goes_into_a_median() -> None:
    assert measured((1, 60.0), (2, None), (3, 180.0)) == Measure(120.0, 2, 3, 120.0, None, "cannot tell")
    assert measured((1, None)) == Measure(None, 0, 1, None, None, "cannot tell")


def test_a_trend_needs_two_on_each_side() -> None:
    assert measured((1, 60.0), (2, 60.0), (8, 30.0)).way == "cannot tell"
    assert measured((1, 60.0), (2, 60.0), (8, 30.0), (9, 30.0)).way == "faster"
    assert measured((1, 60.0), (2, 60.0), (8, 90.0), (9, 90.0)).way == "slower"
    assert measured((1, 60.0), (2, 60.0), (8, 63.0), (9, 63.0)).way == "the same"
    assert measured((1, 0.0), (2, 0.0), (8, 0.0), (9, 0.0)).way == "the same"


def test_only_what_was_declared_since_then_counts_and_drills_are_told_apart() -> None:
    live = gathered(
        declared("INC-1", T + 300, T),
        well(T + 400, "orders-db", "place-order"),
        words.resolved("INC-1", "done", [], "ada", T + 500),
        declared("INC-2", T + 9 * DAY, T + 9 * DAY - 60),
    )
    drill = gathered(
        Fact(
            "drill.finished", T + 8 * DAY, "bo", {"scenario": "s", "passed": True, "times": {"detected": 5}}
        ),
        Fact("drill.finished", T - DAY, "bo", {"scenario": "old"}),
        declared("INC-1", T + 8 * DAY),
    )
    found = review(live, drill, RULES, T + DAY, T + 10 * DAY)
    assert [(each.id, each.mode) for each in found.looked] == [("s", "drill"), ("INC-2", "live")]
    assert found.live["detect"] == Measure(60.0, 1, 1, None, 60.0, "cannot tell")
    assert found.drills["detect"] == Measure(5.0, 1, 1, None, 5.0, "cannot tell")


def test_a_drill_without_a_result_is_told_as_far_as_it_came() -> None:
    found = review(gathered(), gathered(declared()), RULES, T, T + DAY)
    assert [(each.id, each.mode, each.passed) for each in found.looked] == [("INC-1", "drill", None)]
    assert found.live == {}
