"""Charts: a line only where something was seen, limits with their names, marks, round numbers."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.levels import Level
from cockpit.views.export.charts import MOST_MARKS, chart
from cockpit.views.export.scale import moments, ticks
from cockpit.views.export.series import Frame, Mark, Series, gaps, segments, told

T = 1_700_000_000.0
LIMITS = {Level.DEGRADED: 0.05, Level.FAILING: 0.2}
FRAME = Frame(T - 300, T + 1500, T, T + 1200)
Points = tuple[tuple[float, float | None], ...]


def series(points: Points, unit: str = "ratio", **fields: object) -> Series:
    return Series("checkout", "errors", unit, LIMITS, points, **fields)  # type: ignore[arg-type]


def drawn(points: Points, frame: Frame = FRAME) -> ElementTree.Element:
    return ElementTree.fromstring(chart(series(points), frame))


def spans(picture: ElementTree.Element, name: str) -> list[tuple[float, float]]:
    """Where elements of a class begin and end, from the left."""
    found = []
    for each in picture.iter():
        if each.get("class") != name:
            continue
        if each.tag == "polyline":
            xs = [float(pair.split(",")[0]) for pair in (each.get("points") or "").split()]
            found.append((min(xs), max(xs)))
        elif each.tag == "rect":
            x = float(each.get("x") or 0)
            found.append((x, x + float(each.get("width") or 0)))
    return found


def texts(picture: ElementTree.Element, name: str) -> list[str]:
    return [each.text or "" for each in picture.iter("text") if name in (each.get("class") or "").split()]


def test_the_line_is_torn_where_nobody_saw() -> None:
    points = tuple((T + at * 60, None if 5 <= at < 10 else 0.3) for at in range(20))
    assert [(each[0][0] - T, each[-1][0] - T) for each in segments(series(points))] == [
        (0.0, 240.0),
        (600.0, 1140.0),
    ]
    assert [(one - T, other - T) for one, other in gaps(series(points), T, T + 1140)] == [(240.0, 600.0)]
    picture = drawn(points)
    assert len(spans(picture, "line")) == 2
    assert "not known" in texts(picture, "why")


def test_a_missing_moment_tears_the_line_as_well() -> None:
    points = tuple((T + at * 60, 0.3) for at in range(20) if not 5 <= at < 12)
    assert len(segments(series(points))) == 2


def test_nothing_at_all_is_one_grey_field() -> None:
    picture = drawn(())
    assert spans(picture, "line") == []
    assert len(spans(picture, "unseen")) == 1
    assert texts(picture, "why") == ["not known"]
    assert told(series(())) == "errors of checkout: nobody could see it"


def test_a_lonely_sample_is_a_point() -> None:
    picture = drawn(((T, None), (T + 60, 0.3), (T + 120, None)))
    assert [each.get("class") for each in picture.iter("circle")] == ["sample"]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1), st.just(math.nan)), max_size=40))
def test_no_line_ever_crosses_what_is_not_known(values: list[float | None]) -> None:
    points = tuple((T + at * 30, value) for at, value in enumerate(values))
    picture = drawn(points)
    unseen = [span for span in spans(picture, "unseen")]
    for begun, ended in spans(picture, "line"):
        assert all(ended <= one + 0.11 or begun >= other - 0.11 for one, other in unseen)
    missing = [T + at * 30 for at, value in enumerate(values) if value is None or math.isnan(value)]
    for piece in segments(series(points)):
        assert not [at for at in missing if piece[0][0] < at < piece[-1][0]]


def test_limits_are_drawn_with_their_names() -> None:
    picture = drawn(tuple((T + at * 60, 0.3) for at in range(20)))
    assert texts(picture, "name") == ["DEGRADED > 5 %", "FAILING > 20 %"]
    assert [each.get("class") for each in picture.iter("line") if "limit" in (each.get("class") or "")] == [
        "limit is-degraded",
        "limit is-failing",
    ]


def test_names_of_limits_never_lie_upon_each_other() -> None:
    near = Series(
        "a",
        "b",
        "ratio",
        {Level.DEGRADED: 0.30, Level.FAILING: 0.301, Level.DOWN: 0.302},
        ((T, 0.5), (T + 60, 0.5)),
    )
    picture = ElementTree.fromstring(chart(near, FRAME))
    ys = [float(each.get("y") or 0) for each in picture.iter("text") if "name" in (each.get("class") or "")]
    assert len(ys) == 3
    assert all(one - other >= 12.9 for one, other in pairwise(ys))


def test_acts_are_marked_and_numbered_and_never_too_many() -> None:
    marks = tuple(Mark(T + at, at + 1, "x") for at in range(60))
    frame = Frame(T - 300, T + 1500, T, T + 1200, marks)
    picture = drawn(((T, 0.1), (T + 60, 0.1)), frame)
    lines = [each for each in picture.iter("line") if each.get("class") == "mark"]
    assert len(lines) == MOST_MARKS
    assert texts(picture, "mark")[0] == "1"


def test_infinite_values_stay_inside_the_drawing() -> None:
    picture = drawn(((T, math.inf), (T + 60, 0.1), (T + 120, -math.inf)))
    given = [value for each in picture.iter() for name, value in each.items() if name != "aria-label"]
    assert [value for value in given if "nan" in value or "inf" in value] == []


def test_ticks_are_round_and_inside() -> None:
    assert ticks(0.0, 1.0) == [0.0, 0.5, 1.0]
    assert ticks(0.0, 0.38) == [0.0, 0.1, 0.2, 0.30000000000000004]
    assert ticks(0.0, 9_000.0, time=True) == [0.0, 3600.0, 7200.0]
    assert ticks(2.0, 2.0) == [2.0]
    assert [at % 300 for at in moments(T, T + 1800)] == [0.0] * len(moments(T, T + 1800))


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12))
def test_there_are_never_many_ticks(low: float, size: float) -> None:
    found = ticks(low, low + size)
    assert len(found) <= 11
    assert len(moments(0.0, abs(size))) <= 33


def test_a_wild_sample_takes_no_export_away() -> None:
    for wild in (1.7e308, -1.7e308, 5e-324):
        picture = drawn(((T, 0.1), (T + 60, wild), (T + 120, -wild), (T + 180, 0.1)))
        assert len(spans(picture, "line")) == 1
        assert "nan" not in chart(series(((T, wild), (T + 60, -wild))), FRAME)
