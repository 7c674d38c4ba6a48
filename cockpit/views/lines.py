"""What a screen or a command prints: lines of spans that say what they mean, not how they look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from cockpit.core.levels import Shown
from cockpit.text import clean


class Tone(StrEnum):
    """What a span means. The screen gives each a style, plain text drops it; the text alone says it all."""

    PLAIN = "plain"
    DIM = "dim"
    """Less important: ages, owners, what is fine."""
    STRONG = "strong"
    """What the eye should find first in its line."""
    TITLE = "title"
    KEY = "key"
    """A key to press."""
    WARNING = "warning"
    """Odd, but no level: skew, insecure, stale, replay."""
    OK = "level-ok"
    AT_RISK = "level-at-risk"
    DEGRADED = "level-degraded"
    FAILING = "level-failing"
    DOWN = "level-down"
    BREACHED = "breached"
    """Data cannot be trusted; above DOWN."""
    UNKNOWN = "unknown"
    """Drawn in reverse: nobody can see."""
    UNMONITORED = "unmonitored"
    DRILL = "drill"
    """Nothing here is real."""


LEVEL_TONES = {
    Shown.OK: Tone.OK,
    Shown.AT_RISK: Tone.AT_RISK,
    Shown.DEGRADED: Tone.DEGRADED,
    Shown.FAILING: Tone.FAILING,
    Shown.DOWN: Tone.DOWN,
    Shown.UNKNOWN: Tone.UNKNOWN,
    Shown.UNMONITORED: Tone.UNMONITORED,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line. Its text is always clean: nothing in it can steer a terminal."""

    text: str
    tone: Tone = Tone.PLAIN

    def __post_init__(self) -> None:
        if not self.text.isprintable():
            object.__setattr__(self, "text", clean(self.text))


Line: TypeAlias = tuple[Span, ...]


def line(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """A line of one span; nothing for no text."""
    return (Span(text, tone),) if text else ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section in cells, one for each of the section's columns (missing ones are empty)."""

    cells: tuple[Line, ...]
    key: str = ""
    """What Enter opens: the name of a node, runbook or switch, or the id of a source; empty: nothing."""
    opens: Literal[
        "",
        "node",
        "runbook",
        "switch",
        "source",
        "alert",
        "silence",
        "link",
        "contact",
        "run",
        "step",
        "choice",
        "judge",
        "check",
        "parameter",
        "todo",
        "debt",
        "hypothesis",
        "role",
        "told",
        "incident",
        "question",
        "finding",
        "scenario",
    ] = ""
    shorter: tuple[Line, ...] = ()
    """Other ways to say the cell of the column that `chooses`, the better ones first."""


@dataclass(frozen=True, slots=True)
class Column:
    """How wide a column is: as its widest cell, at most `most`; the first that grows takes what is left, up
    to its `most`: on a wide screen what belongs together stays together.

    When a line is too narrow, columns shrink to `least` (0: they do not), and when that is not enough they
    go, both in the order of `drop`, the highest first; 0 never goes.
    """

    least: int = 0
    most: int = 200
    grow: bool = False
    right: bool = False
    drop: int = 0
    title: str = ""
    chooses: bool = False
    """A cell that does not fit is said in the first of its row's `shorter` ways that does, else not at all:
    half of a word or of a number misleads. Without such ways it is cut like any other."""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a screen. `note` stands for the rows when there are none, or below them."""

    title: str
    columns: tuple[Column, ...] = (Column(grow=True),)
    rows: tuple[Row, ...] = ()
    note: Line = ()
    head: bool = False
    """Show the column titles."""
    hints: tuple[Line, ...] = ()
    """Whole lines below the rows: what is next to fall, who can still do what."""


def text_of(spans: Line) -> str:
    return "".join(span.text for span in spans)
