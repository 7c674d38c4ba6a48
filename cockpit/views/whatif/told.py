"""What happens next, in plain sentences in the order in which it comes. All of it is a prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cockpit.core.whatif.answer import Answer
from cockpit.views.whatif import doing, ending, felt, people
from cockpit.views.whatif.words import Told, between, span_of

MOST: Final = 40
"""Sentences of one phase: a large fleet has thousands, and nobody reads them."""


def told(answer: Answer, expected: Mapping[str, float]) -> tuple[Told, ...]:
    """`expected`: what each capability usually does a minute, where that is known; prices the loss."""
    phases = (
        felt.hurt(answer, expected),
        people.noticed(answer),
        people.called(answer),
        people.decided(answer),
        doing.switched(answer),
        doing.runbooks(answer),
        ending.data(answer),
        ending.sealed(answer),
        ending.over(answer),
    )
    return tuple(each for phase in phases for each in _not_endless(phase))


def _not_endless(phase: Iterator[Told]) -> Iterator[Told]:
    found = list(phase)
    yield from found[:MOST]
    if len(found) > MOST:
        yield Told(found[0].phase, f"And {len(found) - MOST:,} more like these.")


def sentence(answer: Answer, each: Told) -> str:
    """With its time, to stand alone: "After 11 min: when nobody answers, ..."."""
    clause = _clause(answer, each)
    return f"{clause[:1].upper()}{clause[1:]}: {each.text}" if clause else each.text


def _clause(answer: Answer, each: Told) -> str:
    if each.after is None:
        return f"by {span_of(each.until)}" if each.until is not None else ""
    if each.until is not None:
        return f"after {between(each.after, each.until)}"
    match each.base:
        case "start":
            return f"after {span_of(each.after)}" if each.after else "at once"
        case "notice":
            first = answer.noticing.first
            if not each.after:
                return ""
            since = f"after {span_of(each.after + first.latest)}" if first else ""
            return since or f"{span_of(each.after)} after it is noticed"
        case "switch":
            return f"{span_of(each.after)} after it is turned on" if each.after else ""
        case "run":
            return f"{span_of(each.after)} after it is started" if each.after else ""
