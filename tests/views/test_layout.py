"""Lines never run over the edge, however odd the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.views.layout import cut, draw_section, fit, line_width, pad, width_of, wrap
from cockpit.views.lines import Column, Row, Section, Span, Tone, line, text_of

texts = st.text(st.sampled_from("ab é漢字👍 \x1b[\u0301\u202e-"), max_size=40)
spans = st.lists(st.builds(Span, texts), max_size=5).map(tuple)


def test_a_span_is_clean_whatever_it_is_given() -> None:
    assert Span("\x1b]0;title\x07up\x9b2J").text == "up"
    assert Span("two\nlines").text == "two␤lines"


def test_wide_characters_count_twice_and_marks_nothing() -> None:
    assert [width_of(text) for text in ("ab", "漢字", "e\u0301", "●")] == [2, 4, 1, 1]


@given(texts, st.integers(0, 30))
def test_cut_text_fits(text: str, room: int) -> None:
    clean = Span(text).text
    assert width_of(cut(clean, room)) <= room
    assert cut(clean, width_of(clean)) == clean


@given(spans, st.integers(1, 30))
def test_a_fitted_line_fits_and_a_padded_one_fills(given_line: tuple[Span, ...], room: int) -> None:
    assert line_width(fit(given_line, room)) <= room
    assert line_width(pad(given_line, room)) == room


@given(spans, st.integers(2, 30))
def test_wrapping_loses_no_word_that_fits_and_keeps_to_the_width(
    given_line: tuple[Span, ...], width: int
) -> None:
    wrapped = wrap(given_line, width)
    assert all(line_width(each) <= width for each in wrapped)
    words = text_of(given_line).split()
    if all(width_of(word) <= width for word in words):
        assert [word for each in wrapped for word in text_of(each).split()] == words


def test_wrapping_keeps_tones() -> None:
    wrapped = wrap((Span("Press "), Span("r", Tone.KEY), Span(": fail over")), 9)
    assert wrapped == [
        (Span("Press "), Span("r", Tone.KEY), Span(":")),
        (Span("fail over"),),
    ]


def test_columns_shrink_before_they_go_and_the_growing_one_takes_the_rest() -> None:
    columns = (Column(least=4, grow=True), Column(least=3, drop=1), Column(drop=2))
    section = Section("", columns, (Row((line("name-long"), line("what it is"), line("owner")), "k"),))

    def at(width: int) -> str:
        return text_of(draw_section(section, width)[0][0])

    assert at(40) == "name-long               what it is owner"
    assert at(20) == "name-long wha… owner"
    assert at(14) == "nam… wh… owner"
    assert at(13) == "name-long wh…"
    assert at(9) == "name… wh…"
    assert at(6) == "name-…"
