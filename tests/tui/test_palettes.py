"""Contrast by WCAG 2.2; colours as seen with deuteranopia (Machado, Oliveira, Fernandes 2009)."""

from __future__ import annotations

from itertools import combinations

import pytest

from cockpit.tui.palettes import PALETTES, themes

Rgb = tuple[float, float, float]

INKS = (
    "ink",
    "dim",
    "title",
    "key",
    "warning",
    "level-ok",
    "level-at-risk",
    "level-degraded",
    "level-failing",
)
GROUNDS = ("paper", "cursor")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    ("ink", "selection"),
    ("title", "selection"),
    ("down-ink", "down-paper"),
    ("breached-ink", "breached-paper"),
]
LEVELS = ("level-ok", "level-at-risk", "level-degraded", "level-failing")


def linear(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def as_seen(colour: str) -> Rgb:
    """CIE L*a*b* of what is left of a colour without the middle cones."""
    red, green, blue = linear(colour)
    seen = (
        0.367322 * red + 0.860646 * green - 0.227968 * blue,
        0.280085 * red + 0.672501 * green + 0.047413 * blue,
        -0.011820 * red + 0.042940 * green + 0.968881 * blue,
    )
    return lab(*(min(1.0, max(0.0, part)) for part in seen))


def lab(red: float, green: float, blue: float) -> Rgb:
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def apart(one: str, other: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(as_seen(one), as_seen(other), strict=True)) ** 0.5


@pytest.mark.parametrize("name", PALETTES)
def test_every_ink_has_seven_to_one_on_its_paper(name: str) -> None:
    colours = PALETTES[name]
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: round(found, 2) for pair, found in weak.items() if found < 7} == {}


@pytest.mark.parametrize("name", [name for name in PALETTES if name != "mono"])
def test_levels_differ_without_green(name: str) -> None:
    colours = PALETTES[name]
    near = {pair: apart(colours[pair[0]], colours[pair[1]]) for pair in combinations(LEVELS, 2)}
    assert {pair: round(found, 1) for pair, found in near.items() if found < 12} == {}


def test_rules_and_scrollbars_can_be_seen() -> None:
    for colours in PALETTES.values():
        assert contrast(colours["rule"], colours["paper"]) >= 3


def test_every_palette_names_the_same_colours() -> None:
    assert len({frozenset(colours) for colours in PALETTES.values()}) == 1
    assert [theme.name for theme in themes()] == list(PALETTES)
