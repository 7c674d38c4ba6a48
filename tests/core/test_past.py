"""What a server remembers: true beginnings, losses worked out by hand, and spent budgets."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.health.state import Loss
from cockpit.core.levels import Kind, Level, Shown
from cockpit.core.model import Capability, Query, ServiceLevel, Signal, Value
from cockpit.core.past import Budget, Point, began, budget_of, joined, level_at, lost_between

NAN = math.nan
MEASURE = Signal(
    "measure",
    Kind.TRAFFIC,
    Query("orders", volume="expected"),
    "below",
    {Level.DEGRADED: 0.85, Level.FAILING: 0.5, Level.DOWN: 0.1},
    min_volume=20.0,
)
BUY = Capability("buy", value=Value(48.0, "EUR"), measure=MEASURE)


def points(*actual: float, expected: float = 60.0, step: float = 60.0) -> list[Point]:
    return [Point(number * step, each, expected) for number, each in enumerate(actual)]


@pytest.mark.parametrize(
    ("actual", "expected", "level"),
    [
        (60.0, 60.0, Shown.OK),
        (51.0, 60.0, Shown.OK),  # crossed strictly: 0.85 is not below 0.85
        (50.0, 60.0, Shown.DEGRADED),
        (29.0, 60.0, Shown.FAILING),
        (0.0, 60.0, Shown.DOWN),
        (0.0, 19.0, None),  # too little is expected to tell
        (0.0, 0.0, None),
        (NAN, 60.0, Shown.UNKNOWN),
        (60.0, NAN, Shown.UNKNOWN),
    ],
)
def test_a_moment_has_a_level_where_enough_is_expected(
    actual: float, expected: float, level: Shown | None
) -> None:
    assert level_at(MEASURE, Point(0.0, actual, expected)) is level


def test_it_began_where_two_well_moments_come_before() -> None:
    told = points(60, 20, 60, 60, 60, 40, 30, 60, 20, NAN, 10)
    assert began(MEASURE, told, 11 * 60.0) == 5 * 60.0
    assert began(MEASURE, points(60, 60, 60), 170.0) == 170.0
    assert began(MEASURE, points(10, 10, 10), 170.0) == 0.0
    assert began(MEASURE, [], 170.0) == 170.0


def test_losses_as_worked_out_by_hand() -> None:
    # A minute at half of 60 orders: 30 orders of 48 euros. A minute at all of them: nothing.
    assert lost_between(BUY, points(30, 60, 30), 0.0, 180.0, 60.0) == Loss(
        "measured", 2880, 2880, "money", "EUR"
    )
    # More than expected earns nothing back.
    assert lost_between(BUY, points(90, 30), 0.0, 120.0, 60.0) == Loss("measured", 1440, 1440, "money", "EUR")
    # From the middle of it, and to half a minute after the last moment.
    assert lost_between(BUY, points(30, 30, 30), 60.0, 150.0, 60.0) == Loss(
        "measured", 2160, 2160, "money", "EUR"
    )
    # A minute that nobody saw: the rest is a least, and says so.
    assert lost_between(BUY, points(30, NAN, 30), 0.0, 180.0, 60.0) == Loss(
        "unknown", 2880, 2880, "money", "EUR"
    )
    assert lost_between(BUY, [], 0.0, 180.0, 60.0) == Loss("unknown", 0, 0, "money", "EUR")
    assert lost_between(Capability("buy", measure=MEASURE), points(30), 0.0, 60.0, 60.0) is None


def test_parts_together_have_the_tag_of_the_worse() -> None:
    seen, guessed = Loss("measured", 10, 10, "money", "EUR"), Loss("estimated", 1, 5, "money", "EUR")
    assert joined(seen, guessed) == Loss("estimated", 11, 15, "money", "EUR")
    assert joined(None, guessed) is guessed
    assert joined(seen, None) is seen
    assert joined(seen, Loss("measured", 1, 1, "%")) == Loss("measured", 1, 1, "%")


def test_a_budget_counts_bad_minutes_and_apart_what_nobody_saw() -> None:
    agreed = ServiceLevel(99.0, 600.0, Level.FAILING)
    told = points(60, 40, 20, 20, NAN, 60, 60)  # of ten moments three are missing, one said nothing
    assert budget_of(agreed, MEASURE, told, 60.0, 600.0) == Budget(pytest.approx(6.0), 120.0, 240.0, 600.0)
    assert Budget(6.0, 120.0, 0.0, 0.0).left == -114.0
    lenient = ServiceLevel(99.0, 600.0, Level.DEGRADED)
    assert budget_of(lenient, MEASURE, told, 60.0, 600.0).bad == 180.0


SHARES = st.floats(0.0, 1.2)


@given(st.lists(SHARES, min_size=1, max_size=60), st.floats(20.0, 1e6))
def test_a_measured_loss_is_the_true_one(shares: list[float], expected: float) -> None:
    told = [Point(60.0 * n, share * expected, expected) for n, share in enumerate(shares)]
    truth = sum(max(0.0, 1.0 - share) * expected * 48.0 for share in shares)
    found = lost_between(BUY, told, 0.0, 60.0 * len(told), 60.0)
    assert found is not None
    assert found.kind == "measured"
    assert found.low == found.high == pytest.approx(truth, rel=1e-9, abs=1e-6)


@given(st.lists(SHARES | st.just(NAN), max_size=40), st.floats(0.0, 2400.0))
def test_a_beginning_is_never_later_than_what_was_seen(shares: list[float], since: float) -> None:
    told = [Point(60.0 * n, share * 60.0, 60.0) for n, share in enumerate(shares)]
    first = began(MEASURE, told, since)
    assert first <= since
    bad = [each.at for each in told if each.at < since and level_at(MEASURE, each) in
           (Shown.DEGRADED, Shown.FAILING, Shown.DOWN)]  # fmt: skip
    assert first == since or first in bad
