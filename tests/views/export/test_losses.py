"""What it cost, against tables worked by hand; never a number without its tag."""

from __future__ import annotations

import pytest

from cockpit.core.health.state import Loss
from cockpit.core.levels import Shown
from cockpit.core.model import Capability, Value
from cockpit.views.export.courses import Course
from cockpit.views.export.losses import lost, said
from cockpit.views.export.series import Series

T = 1_000_000.0
PRICED = Capability("buy", value=Value(10.0, "EUR"))
PLAIN = Capability("answer")
DOWN_FOR_TEN = Course("buy", ((T, Shown.DOWN), (T + 600, Shown.OK)), Shown.OK)


def flow(*ratios: float | None, step: float = 60.0, expected: float | None = 100.0) -> Series:
    points = tuple((T + at * step, ratio) for at, ratio in enumerate(ratios))
    return Series("buy", "orders", "ratio", {}, points, "below", expected=(expected,) * len(points))


@pytest.mark.parametrize(
    ("capability", "series", "expected"),
    [
        # ten minutes, three quarters of 100 missing, 10 each
        (PRICED, flow(*[0.25] * 11), Loss("measured", 7_500.0, 7_500.0, "money", "EUR")),
        # the last five minutes without a sample: what was expected is known, so its level estimates 80-100 %
        (PRICED, flow(*[0.25] * 5, *[None] * 6), Loss("estimated", 7_750.0, 8_750.0, "money", "EUR")),
        # nobody knows what was expected: the level alone, as a share
        (PRICED, flow(*[0.25] * 11, expected=None), Loss("estimated", 80.0, 100.0, "%")),
        (PRICED, None, Loss("estimated", 80.0, 100.0, "%")),
        (PLAIN, flow(*[0.25] * 11), Loss("measured", 75.0, 75.0, "%")),
        # half of the time a quarter, half of the time three quarters missing
        (PLAIN, flow(*[0.75] * 5, *[0.25] * 6), Loss("measured", 50.0, 50.0, "%")),
        # more than was expected is no loss
        (PRICED, flow(*[1.5] * 11), Loss("measured", 0.0, 0.0, "money", "EUR")),
    ],
    ids=[
        "measured",
        "half estimated",
        "no expectation",
        "no history",
        "no price",
        "average",
        "more than expected",
    ],
)
def test_ten_minutes_down(capability: Capability, series: Series | None, expected: Loss) -> None:
    assert lost(capability, DOWN_FOR_TEN, series, T, T + 600) == expected


def test_what_nobody_saw_has_no_upper_end() -> None:
    course = Course("buy", ((T, Shown.DOWN), (T + 300, Shown.UNKNOWN), (T + 600, Shown.OK)), Shown.OK)
    found = lost(PRICED, course, flow(*[0.0] * 5), T, T + 600)
    assert found is not None
    assert (found.kind, found.low) == ("unknown", 5_000.0)
    assert said(found) == "at least €5,000"


def test_a_long_silence_between_samples_is_not_filled_in() -> None:
    points = (*((T + at * 60, 0.0) for at in range(5)), (T + 570, 0.0))
    series = Series("buy", "orders", "ratio", {}, points, "below", expected=(100.0,) * 6)
    found = lost(PRICED, DOWN_FOR_TEN, series, T, T + 600)
    assert found is not None
    assert (found.kind, found.low) == ("unknown", 4_500.0)  # four minutes, and the last half


def test_a_history_that_is_coarse_is_still_a_measurement() -> None:
    course = Course("buy", ((T, Shown.DOWN), (T + 36_000, Shown.OK)), Shown.OK)
    assert lost(PRICED, course, flow(*[0.5] * 61, step=600.0), T, T + 36_000) == Loss(
        "measured", 300_000.0, 300_000.0, "money", "EUR"
    )


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (None, "nothing"),
        (Loss("measured", 17_230.4, 17_230.4, "money", "EUR"), "€17,230"),
        (Loss("estimated", 2_100.0, 17_400.0, "money", "EUR"), "between €2,100 and €17,400"),
        (Loss("unknown", 0.0, 100.0, "%"), "not known"),
        (Loss("unknown", 0.0, 5.0, "money", "EUR"), "not known"),
        (Loss("estimated", 20.0, 80.0, "%"), "between 20 % and 80 %"),
    ],
)
def test_amounts_are_worded_as_what_they_are(loss: Loss | None, words: str) -> None:
    assert said(loss) == words


@pytest.mark.parametrize(
    "flow_", [flow(*[0.0] * 11, expected=1.7e308), flow(*[0.0] * 5, *[None] * 6, expected=1e308)]
)
def test_a_measure_gone_wild_is_no_amount(flow_: Series) -> None:
    found = lost(PRICED, DOWN_FOR_TEN, flow_, T, T + 600)
    assert (found, said(found)) == (Loss("unknown", 0.0, 0.0, "money", "EUR"), "not known")
