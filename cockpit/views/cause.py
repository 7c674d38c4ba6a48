"""What is probably broken, what changed there before, and what tells two candidates apart."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.health.state import Suspect
from cockpit.core.state import State
from cockpit.text import age, clock, join_names
from cockpit.views import clusters, facts, words
from cockpit.views.sentence import Sentence, Weight, say

TWO_CANDIDATES = 0.1
"""Scores closer than this tell nobody apart."""


def cause(state: State) -> Iterator[Sentence]:
    suspects = state.health.suspects
    if not suspects:
        return
    first = suspects[0]
    if len(suspects) > 1 and first.score - suspects[1].score < TWO_CANDIDATES:
        second = suspects[1]
        either = f"{_suspected(state, first)}, or {_suspected(state, second)}"
        yield say(Weight.CAUSE, f"Two candidates: {either}.")
        yield from _change(state, first)
        yield say(Weight.TELL_APART, _tell_apart(state, first, second))
        return
    drags = f", dragging down {_names(first.explains)}" if first.explains else ""
    missing = f"; evidence missing from {join_names(first.blind_spots, 2)}" if first.blind_spots else ""
    yield say(Weight.CAUSE, f"Probably {_suspected(state, first)}{drags}{missing}.")
    yield from _change(state, first)


def _names(explained: tuple[str, ...]) -> str:
    """ "checkout-api and 2 more": one name says enough."""
    return join_names(explained, 2 if len(explained) == 2 else 1)


def _suspected(state: State, suspect: Suspect) -> str:
    level = words.level_word(state.health.node(suspect.service).level)
    return f"{suspect.service}, {level}{clusters.where(state, suspect.service)}"


def _change(state: State, suspect: Suspect) -> Iterator[Sentence]:
    change = suspect.change
    onset = state.health.node(suspect.service).onset
    if change is None:
        return
    before = f", {age(onset - change.at)} before" if onset is not None else f" at {clock(change.at)} UTC"
    undo = words.reversible(change)
    text = (
        f"Last change of {suspect.service}: {words.change_words(change)}{before}{', ' if undo else ''}{undo}."
    )
    yield say(Weight.CHANGE, text)


def _tell_apart(state: State, first: Suspect, second: Suspect) -> str:
    """The check that tells two candidates apart: whose own signal moved first."""
    shown = []
    for suspect in (first, second):
        reading = facts.main_reading(state, suspect.service)
        shown.append(f"{suspect.service} {reading.signal.name}" if reading else suspect.service)
    return f"To tell: which moved first, {shown[0]} or {shown[1]}?"
