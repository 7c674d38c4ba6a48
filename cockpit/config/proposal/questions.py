"""The question for each shipped preset whose metrics are there: for whom does it return something now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from cockpit.config.expansion import Preset, written
from cockpit.config.presets import shipped, shipped_names
from cockpit.config.texts import cut
from cockpit.core import promql
from cockpit.core.known import KeyQuestion
from cockpit.core.levels import Seconds

BY_RULES: Final = "alerts"
"""Answers only while something burns; whom it is for is told by rules."""
USUAL_SCRAPE: Final[Seconds] = 15.0
_word: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def key_questions(metrics: frozenset[str], scrape: Seconds | None = None) -> Mapping[str, KeyQuestion]:
    """By preset; `scrape` makes the windows of rates long enough to see anything."""
    return dict(_questions(metrics, USUAL_SCRAPE if scrape is None else scrape))


@cache
def signal_names(preset: str) -> tuple[str, ...]:
    found = shipped(preset)
    return tuple(signal.name for signal in found.file.signals) if found else ()


@cache
def key_of(preset: str) -> str:
    """The parameter that holds the key."""
    found = shipped(preset)
    return next(iter(found.file.key), "") if found else ""


def _questions(metrics: frozenset[str], scrape: Seconds) -> Iterator[tuple[str, KeyQuestion]]:
    for name in shipped_names():
        preset = shipped(name)
        if preset is None or name == BY_RULES or len(preset.file.key) != 1:
            continue
        text = _filled(preset, scrape)
        if metrics.intersection(_word.findall(text)):
            (label,) = preset.file.key.values()
            yield name, KeyQuestion(text, label)


def _filled(preset: Preset, scrape: Seconds) -> str:
    values = {name: written(each.default, scrape) for name, each in preset.file.parameters.items()}
    return promql.fill(cut(preset.file.signals[0].expr).fill(values), "")
