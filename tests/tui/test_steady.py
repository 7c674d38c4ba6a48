from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from cockpit.tui.widgets.steady import follow, keep_order, nearest, replaced, step


@dataclass(frozen=True, eq=False)
class Row:
    key: str


def rows(keys: str) -> list[Row]:
    return [Row("" if key == " " else key) for key in keys]


def keys(found: object) -> str:
    assert isinstance(found, list)
    return "".join(row.key for row in found)


def test_rows_keep_their_old_places() -> None:
    assert keys(keep_order(rows("cab"), rows("abc"))) == "abc"


def test_a_new_row_comes_after_its_neighbour() -> None:
    assert keys(keep_order(rows("cxab"), rows("abc"))) == "abcx"


def test_a_row_that_is_gone_leaves_no_gap() -> None:
    assert keys(keep_order(rows("ca"), rows("abc"))) == "ac"


def test_a_part_that_has_only_come_keeps_its_title_and_its_place() -> None:
    kept = keep_order(rows(" ba c"), rows(" ab"))
    assert [row.key for row in kept] == ["", "a", "b", "", "c"]


@given(st.text("abcdefgh", max_size=8), st.permutations("abcdef"))
def test_no_row_is_lost_or_made_up(new: str, old: list[str]) -> None:
    unique = "".join(dict.fromkeys(new))
    assert sorted(keys(keep_order(rows(unique), rows("".join(old))))) == sorted(unique)


def test_the_cursor_follows_its_row_and_else_stays_near() -> None:
    assert follow(rows("abc"), "c", 0) == 2
    assert follow(rows("abc"), "x", 1) == 1
    assert follow(rows("ab"), "x", 5) == 1
    assert follow([], "x", 5) == -1


def test_the_cursor_passes_over_titles() -> None:
    assert step(rows(" a  b"), 1, 1) == 4
    assert step(rows(" a  b"), 1, -1) == -1
    assert nearest(rows(" a  b "), 5) == 4
    assert nearest(rows("   "), 1) == -1


def test_only_rows_that_are_another_object_count_as_replaced() -> None:
    a, b, other = Row("a"), Row("b"), Row("b")
    assert list(replaced([a, other, Row("new")], [a, b])) == [(b, other)]
    assert list(replaced([a, b], [b, a])) == []
