from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.text import first_hidden
from cockpit.tui.glyphs import plain
from cockpit.tui.safe import CELL, safe, segment, tidy

from .payloads import PAYLOADS


def test_nothing_that_steers_a_terminal_is_left() -> None:
    for payload in PAYLOADS:
        assert first_hidden(safe(payload).plain) == ""
        assert first_hidden(segment(payload).text) == ""


def test_markup_stays_text() -> None:
    content = safe("[@click=app.quit]x[/] [/red] [$x] \\[")
    assert content.plain == "[@click=app.quit]x[/] [/red] [$x] \\["
    assert content.spans == []


def test_a_cell_is_capped() -> None:
    assert len(tidy("x" * 1_000_000)) == CELL
    assert len(tidy("\t" * CELL)) == CELL


@given(st.text())
def test_any_text_comes_out_clean(text: str) -> None:
    assert first_hidden(tidy(text)) == ""
    assert "\n" not in tidy(text)


@given(st.text())
def test_ascii_glyphs_are_one_for_one(text: str) -> None:
    assert len(plain(text)) == len(text)
