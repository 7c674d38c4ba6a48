"""Which data is in doubt, where there is no way back, when time runs out, and when it could be over."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.books import Way
from cockpit.text import join_names
from cockpit.views.whatif.doing import SHOWN
from cockpit.views.whatif.words import NAMED, Told, by_level, capability_of, span_of


def data(answer: Answer) -> Iterator[Told]:
    for each in answer.data:
        signals = join_names(each.checked_by)
        text = f"Wrong data of {each.writer} would show in {signals}; nobody reads it."
        if each.readers:
            seen = f"{signals} would show wrong data" if each.checked_by else "nothing would show wrong data"
            text = f"What {each.writer} writes is read by {join_names(each.readers, NAMED)}; {seen}."
        yield Told("data", text, opens="node", key=each.writer)


def sealed(answer: Answer) -> Iterator[Told]:
    """No way back in a runbook, then what runs out, the soonest first."""
    for way in ready(answer)[:SHOWN]:
        yield from _seals(way)
    yield from sorted(_limits(answer), key=lambda told: told.after or 0.0)


def ready(answer: Answer) -> list[Way]:
    return [way for way in answer.ways if not way.draft]


def _seals(way: Way) -> Iterator[Told]:
    for seal in way.seals:
        text = f"{way.id}: no way back from step {seal.step} on: {seal.reason.rstrip('.')}."
        if seal.reversible_for is not None:
            limit = span_of(seal.reversible_for)
            text = f"{way.id}: step {seal.step} can be undone for {limit}, and not longer."
        yield Told("sealed", text, seal.after, base="run", opens="runbook", key=way.id)


def _limits(answer: Answer) -> Iterator[Told]:
    hurt = answer.outcome.nobody
    used = {switch.key for switch in answer.outcome.switches}
    for each in answer.outcome.carried:
        limit = each.mode.max_duration
        if each.switch and each.switch.key in used and limit is not None:
            falls = {name: hurt[name] for name in each.whom if name in hurt}
            text = f"{each.mode.name} of {each.owner} no longer carries: {by_level(falls)} again."
            yield Told("sealed", text, limit, base="switch", opens="node", key=each.owner)
    for name in hurt:
        capability = capability_of(answer, name)
        if capability and capability.workaround and capability.workaround.good_for:
            text = f"{capability.title or name}: “{capability.workaround.what}” is at its end."
            yield Told("sealed", text, capability.workaround.good_for, opens="node", key=name)


def over(answer: Answer) -> Iterator[Told]:
    """When it could be well again, by the best runbook of which anybody said how long it takes."""
    first = answer.noticing.first
    # What only helps others through repairs nothing.
    timed = [way for way in ready(answer) if way.of and (way.half is not None or way.budget is not None)]
    if first is None:
        text = "When it is well again cannot be told: nothing measures that it begins."
        yield Told("over", text)
    elif not timed:
        text = "When it is well again cannot be told: no runbook that fits says how long it takes."
        yield Told("over", text)
    else:
        way = timed[0]
        half = way.half if way.half is not None else way.budget or 0.0
        mostly = way.mostly if way.mostly is not None else half
        only = "" if way.half is not None else ", and keeps its budget, which nobody has measured"
        text = f"Well again at best, where somebody starts {way.id} at once, and it works{only}."
        after, until = first.soonest + half, first.latest + mostly
        # A budget says only how long it may take at most.
        soonest = after if way.half is not None else None
        yield Told("over", text, soonest, until, opens="runbook", key=way.id)
        yield from _too_late(answer, until)


def _too_late(answer: Answer, until: float) -> Iterator[Told]:
    """What does not last until then."""
    short = [each for each in _limits(answer) if each.after is not None and each.after < until]
    if short:
        yield Told("over", f"Before that: {short[0].text}")
