"""The dependency picture: nobody above what needs it, no box upon another, lines around boxes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.levels import Shown
from cockpit.views.export.graph import Need, Part, Picture, drawn
from cockpit.views.export.layers import BOX, MARGIN, arranged, size_of

NAMES = [f"s{at}" for at in range(14)]
WAYS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=40)


def test_what_rests_on_something_stands_above_it() -> None:
    place = arranged(["buy", "api", "db"], [("buy", "api"), ("api", "db"), ("buy", "db")])
    assert [place.row_of(name) for name in ("buy", "api", "db")] == [0, 1, 2]
    (lane,) = place.stops["buy", "db"]
    assert lane in place.rows[1]


@given(WAYS)
def test_boxes_never_touch_and_every_way_has_its_lanes(ways: list[tuple[str, str]]) -> None:
    place = arranged(NAMES, ways)
    assert sorted(name for row in place.rows for name in row if "\0" not in name) == sorted(NAMES)
    for row in place.rows:
        edges = [
            (place.centres[name] - size_of(name) / 2, place.centres[name] + size_of(name) / 2) for name in row
        ]
        assert all(one[1] < other[0] for one, other in pairwise(edges))
        assert edges[0][0] >= MARGIN - 0.01
        assert edges[-1][1] <= place.width - MARGIN + 0.01
    for (of, on), stops in place.stops.items():
        assert len(stops) == max(0, abs(place.row_of(of) - place.row_of(on)) - 1)


@given(WAYS)
def test_without_circles_everything_stands_below_what_needs_it(ways: list[tuple[str, str]]) -> None:
    downwards = [(one, other) for one, other in ways if NAMES.index(one) < NAMES.index(other)]
    place = arranged(NAMES, downwards)
    assert all(place.row_of(one) < place.row_of(other) for one, other in downwards)


def test_forty_in_one_row_go_on_below() -> None:
    place = arranged([f"x{at}" for at in range(40)], [])
    assert max(map(len, place.rows)) * BOX < place.width


def test_a_circle_and_a_need_of_itself_are_drawn_all_the_same() -> None:
    parts = tuple(Part(name, name, Shown.DOWN, None) for name in ("a", "b", "c"))
    needs = (
        Need("a", "b"),
        Need("b", "c", "soft"),
        Need("c", "a", "none"),
        Need("a", "a"),
        Need("a", "gone"),
    )
    picture = drawn(Picture(parts, needs))
    assert [picture.count(f'class="need {kind}"') for kind in ("hard", "soft", "none")] == [1, 1, 1]


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawn(Picture()) == ""
