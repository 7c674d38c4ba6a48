from __future__ import annotations

import math
import random
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit import text
from cockpit.text import clean

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
TAGS = "".join(map(chr, range(0xE0000, 0xE0080)))


def is_safe(shown: str, *, multiline: bool = False) -> bool:
    """Independent of how `clean` goes about it."""
    return not any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in BIDI + TAGS
        for character in (shown.replace("\n", "") if multiline else shown)
    )


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        ("\x1b]0;pwned\x07up", "up"),
        ("\x1b]2;pwned\x1b\\up", "up"),
        ("\x9d0;pwned\x9cup", "up"),
        ("\x1b]52;c;cm0gLXJm\x07up", "up"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0;2;0;0;0\nsixel\x1b\\up", "up"),
        ("\x90q sixel\x9cup", "up"),
        ("\x1b_Gf=100;AAAA\x1b\\up", "up"),
        ("\x1b^private\x1b\\up", "up"),
        ("\x1bXstart of string\x1b\\up", "up"),
        ("\x1bPtmux;\x1b\x1b]52;c;AAAA\x07\x1b\\up", "up"),
        ("\x1b[2J\x1b[Hup", "up"),
        ("\x9b2Jup", "up"),
        ("\x1b[38;2;255;0;0mred\x1b[0m", "red"),
        ("\x1b[?1049hup\x1b[?25l", "up"),
        ("\x1bcup", "up"),
        ("\x1b(0up", "up"),
        ("\x1b7up\x1b8", "up"),
        ("\x1b", ""),
        ("up\x1b[31", "up"),
        ("u\x00\x07\x08\x0e\x7f\x80\x9fp", "up"),
        ("rm\rup", "rmup"),
        (f"u{BIDI}p", "up"),
        (f"u{TAGS}p", "up"),
        ("u\ud800\udfffp", "up"),
        ("check\u200bout\u2060\ufeff\xad", "checkout"),
        ("[/red] up", "[/red] up"),
        ("[@click=app.kill]up[/]", "[@click=app.kill]up[/]"),
    ],
)
def test_a_payload_leaves_only_what_may_be_read(payload: str, left: str) -> None:
    assert clean(payload) == left
    assert clean(payload, multiline=True) == left


def test_tabs_become_spaces_and_newlines_stay_only_where_there_are_lines() -> None:
    assert clean("a\tb") == "a       b"
    assert clean("one\ntwo\r\nthree\u2028four") == "one␤two␤three␤four"
    assert clean("one\ntwo\r\nthree\u2028four", multiline=True) == "one\ntwo\nthree\nfour"


def test_an_unclosed_sequence_takes_at_most_its_line() -> None:
    assert clean("before\x1b]0;title\nafter", multiline=True) == "before\nafter"


def test_a_misdecoded_quotation_mark_hides_nothing() -> None:
    assert clean("the â\x80\x9ddatabase is down") == "the âdatabase is down"


@pytest.mark.parametrize(
    "plain", ["checkout-api", "Zürich 東京", "👩‍🚒 ▇▆▂▁", "نامه‌ای", "a\N{NO-BREAK SPACE}b", "", "\ue0b0 main"]
)
def test_ordinary_text_of_any_script_is_untouched(plain: str) -> None:
    assert clean(plain) == plain
    assert clean(plain, multiline=True) == plain


pieces = st.sampled_from(
    [
        "\x1b",
        "\x1b]",
        "\x1b[",
        "\x1bP",
        "\x9b",
        "\x9d",
        "\x9c",
        "\x07",
        "\\",
        "\n",
        "\r",
        "\t",
        ";",
        "0",
        "m",
        *BIDI,
    ]
)
hostile = st.lists(pieces | st.text(max_size=5) | st.characters(categories=["Cs", "Cc", "Cf"])).map("".join)


@settings(max_examples=1000)
@given(hostile, st.booleans())
@example("\x1b\x1b]]0;\x07", False)
def test_no_control_character_survives_and_twice_is_once(raw: str, multiline: bool) -> None:
    shown = clean(raw, multiline=multiline)
    assert is_safe(shown, multiline=multiline)
    assert clean(shown, multiline=multiline) == shown
    assert text.first_hidden(shown) == ""
    shown.encode()


def test_of_two_hundred_thousand_strings_none_steers() -> None:
    chance = random.Random(8)
    steering = [
        "\x1b",
        "\x1b[",
        "\x1b]",
        "\x9b",
        "\x9d",
        "\x9c",
        "\x07",
        "\r",
        "\n",
        "\t",
        *BIDI,
        *TAGS,
        "\ud800",
    ]
    parts = [*steering, *map(chr, range(0x100)), *";:\\m0?hJ$<>", "界", "e\u0301"]
    for _ in range(200_000):
        raw = "".join(chance.choices(parts, k=chance.randrange(12)))
        shown = clean(raw)
        assert not first_control(shown), ascii(raw)


def first_control(shown: str) -> str:
    return next((each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs")), "")


@given(st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" ")))
def test_printable_text_comes_back_as_it_is(plain: str) -> None:
    assert clean(plain) == plain


def test_the_first_hidden_character_is_named() -> None:
    assert text.first_hidden("a\tb\nc") == ""
    assert text.first_hidden("a\u202eb\x1b") == "\u202e"


def test_the_screen_speaks_words_of_people() -> None:
    assert dict(text.WORDS) == {
        "attest": "I checked it myself",
        "reconcile": "finding out whether it happened",
        "effect unknown": "may or may not have happened",
        "inconclusive": "the check could not see",
        "sealed": "can no longer be undone",
        "obligation": "to clean up",
        "exposure": "should be hurt by",
        "contradiction": "does not add up",
    }
    assert text.say("sealed") == "can no longer be undone"
    assert text.say("retry") == "retry"


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (-3, "0 s", "0s"),
        (4.9, "4 s", "4s"),
        (59.9, "59 s", "59s"),
        (60, "1 min", "1m"),
        (14 * 60 + 59, "14 min", "14m"),
        (3 * 3600, "3 h", "3h"),
        (2 * 86400 + 5, "2 d", "2d"),
        (None, "unknown", "?"),
        (math.nan, "unknown", "?"),
        (math.inf, "unknown", "?"),
    ],
)
def test_an_age_is_rounded_down_to_one_unit(seconds: float | None, long: str, short: str) -> None:
    assert (text.age(seconds), text.short_age(seconds)) == (long, short)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0 s"),
        (59.9, "59 s"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (3_659, "1 h"),
        (14_399, "3 h 59 min"),
        (86_400, "1 d"),
        (101_000, "1 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_what_is_left_keeps_its_minutes(seconds: float, shown: str) -> None:
    assert text.remaining(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "unknown"),
        (math.nan, "not a number"),
        (math.inf, "infinite"),
        (-math.inf, "minus infinite"),
        (0, "0"),
        (-0.0, "0"),
        (0.31, "0.31"),
        (0.504, "0.504"),
        (0.00001, "1e-5"),
        (12.345, "12.3"),
        (842, "842"),
        (999.7, "1k"),
        (1234, "1.2k"),
        (9034, "9k"),
        (-12_345, "-12k"),
        (999_600, "1M"),
        (3e15, "3e15"),
    ],
)
def test_a_number_is_short_and_says_when_it_is_none(value: float | None, shown: str) -> None:
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (None, "unknown"),
        (math.nan, "unknown"),
        (0, "0 %"),
        (0.00001, "<0.01 %"),
        (0.031, "3.1 %"),
        (0.31, "31 %"),
        (-0.61, "-61 %"),
        (0.9995, "99.95 %"),
        (0.99999, ">99.99 %"),
        (1, "100 %"),
    ],
)
def test_only_the_whole_is_a_hundred_percent(ratio: float | None, shown: str) -> None:
    assert text.percent(ratio) == shown


def test_money_carries_its_currency() -> None:
    assert text.money(1240, "EUR") == "€1,240"
    assert text.money(1240.4, "XYZ") == "1,240 XYZ"
    assert text.money(0.45, "USD") == "$0.45"
    assert text.money(-1240, "EUR") == "-€1,240"
    assert text.money(None, "EUR") == "unknown"
    assert text.short_money(17_123, "EUR") == "€17k"
    assert text.short_money(17_123, "CHF") == "17k CHF"


def test_the_clock_is_utc_and_never_fails() -> None:
    assert text.clock(2 * 3600 + 16 * 60 + 59) == "02:16"
    assert [text.clock(odd) for odd in (None, math.nan, math.inf, 1e20, -1e20)] == ["unknown"] * 5


def test_counts_and_lists_read_like_sentences() -> None:
    assert [text.plural(n, "service") for n in (0, 1, 2, 5000)] == [
        "0 services",
        "1 service",
        "2 services",
        "5,000 services",
    ]
    assert text.plural(2, "dependency", "dependencies") == "2 dependencies"
    assert text.join_names([]) == "none"
    assert text.join_names(["a"]) == "a"
    assert text.join_names(["a", "b", "c"]) == "a, b and c"
    assert text.join_names(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert text.join_names(["a", "b"], 0) == "a and 1 more"
