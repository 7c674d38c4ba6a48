"""Whole sentences, each with how early it gets its room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cockpit.views.lines import Line, Tone, line


class Weight(IntEnum):
    """How early a sentence gets its room: the lowest first."""

    DATA = 0
    FEEL = 1
    CAUSE = 2
    KEY = 3
    CHANGE = 4
    SPREAD = 5
    BLIND = 6
    TELL_APART = 7


@dataclass(frozen=True, slots=True)
class Sentence:
    weight: Weight
    line: Line


def say(weight: Weight, text: str, tone: Tone = Tone.PLAIN) -> Sentence:
    return Sentence(weight, line(text, tone))
