"""No machine word is without its screen word, and none of them is jargon by accident."""

from __future__ import annotations

import pytest

from cockpit.core.health.state import Loss, Spread
from cockpit.core.levels import FailureClass, Integrity, Shown, Verdict
from cockpit.core.model import Audience
from cockpit.core.poll import Change
from cockpit.tui.glyphs import plain
from cockpit.views import words
from cockpit.views.lines import LEVEL_TONES


def test_every_machine_word_has_a_screen_word() -> None:
    assert set(words.GLYPHS) == set(words.BADNESS) == set(LEVEL_TONES) == set(Shown)
    assert set(words.CLASSES) == set(words.FIRST_MOVES) == set(FailureClass)
    assert set(words.INTEGRITY) == set(Integrity)
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.AUDIENCES) == set(Audience)


def test_levels_look_different_without_colour_and_in_ascii() -> None:
    assert len(set(words.GLYPHS.values())) == len(Shown)
    assert [plain(glyph) for glyph in words.GLYPHS.values()] == ["o", "~", "!", "#", "X", "?", "."]


def test_unknown_is_worse_than_at_risk_and_never_sorts_with_what_is_fine() -> None:
    order = sorted(Shown, key=words.BADNESS.__getitem__)
    assert [shown.name for shown in order] == [
        "UNMONITORED",
        "OK",
        "AT_RISK",
        "UNKNOWN",
        "DEGRADED",
        "FAILING",
        "DOWN",
    ]


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        (Spread(Verdict.SPREADING, new=("a", "b"), failing=4, since=100.0), "spreading 2→4 in 6 min"),
        (Spread(Verdict.TOO_EARLY, settles_at=710.0), "too early: contained in 04:10 if nothing new"),
        (Spread(Verdict.CONTAINED), "contained"),
        (Spread(Verdict.CANNOT_TELL), "cannot tell whether it spreads"),
    ],
)
def test_the_verdict_is_said_in_words(spread: Spread, said: str) -> None:
    assert words.verdict(spread, 460.0) == said


@pytest.mark.parametrize(
    ("loss", "a_minute", "so_far"),
    [
        (Loss("measured", 1240, 1240, "money", "EUR"), "€1,240 a minute (measured)", "€1.2k"),
        (Loss("estimated", 240, 960, "money", "EUR"), "€240-€960 a minute (estimated)", "about €240-€960"),
        (Loss("unknown", 0, 5000, "money", "EUR"), "loss not known yet", "not known yet"),
        (Loss("unknown", 1200, 5000, "money", "EUR"), "loss not known yet", "at least €1.2k"),
        (Loss("estimated", 20, 80, "%"), "20-80 % lost (estimated)", "about 20-80 %"),
    ],
)
def test_a_number_never_stands_without_its_tag(loss: Loss, a_minute: str, so_far: str) -> None:
    assert (words.loss_a_minute(loss), words.loss_so_far(loss)) == (a_minute, so_far)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.31, "ratio", "31 %"),
        (1.4, "seconds", "1.4 s"),
        (0.05, "seconds", "50 ms"),
        (9000.0, "messages", "9k"),
        (None, "ratio", "no samples"),
        (float("nan"), "ratio", "not a number"),
        (float("inf"), "ratio", "infinite"),
    ],
)
def test_values_are_said_in_the_unit_that_people_use(value: float | None, unit: str, said: str) -> None:
    assert words.measured_value(value, unit) == said


def test_how_a_change_can_be_taken_back() -> None:
    assert words.reversible(Change("a", 0, "x")) == ""
    assert words.reversible(Change("a", 0, "x", reversible=True)) == "reversible"
    assert words.reversible(Change("a", 0, "x", reversible=False)) == "not reversible"
    assert words.reversible(Change("a", 0, "x", reversible="until", until=9000.0)) == "reversible until 02:30"
    assert words.change_words(Change("a", 0, "release 1.42", "1.42")) == "release 1.42"
    assert words.change_words(Change("a", 0, "deploy", "7")) == "deploy 7"


def test_a_sparkline_leaves_gaps_and_survives_infinities() -> None:
    assert words.sparkline([0.0, 1.0, None, 2.0]) == "▁▅ █"
    assert words.sparkline([1.0, float("inf"), float("-inf")]) == "▁█▁"
    assert words.sparkline([None, None]) == ""
    assert words.sparkline([3.0] * 20) == "▁" * 8
