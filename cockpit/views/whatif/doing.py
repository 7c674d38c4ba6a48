"""What can be done: kill switches and other fallbacks with their limits, and runbooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.levels import Level
from cockpit.core.rehearsal.grades import Grade
from cockpit.core.whatif.answer import Answer
from cockpit.core.whatif.books import Way
from cockpit.core.whatif.outcome import Carried
from cockpit.text import join_names, plural
from cockpit.views.whatif.words import NAMED, Told, between, by_level, carries, span_of, terms, title_of

SHOWN: Final = 3
"""Runbooks that are told in full."""
GRADES: Final = {
    Grade.NEVER: "never rehearsed",
    Grade.WALKED: "only walked in a simulation",
    Grade.PROVEN: "proven",
}


def switched(answer: Answer) -> Iterator[Told]:
    asked = answer.outcome
    if asked.nobody and not asked.switches:
        yield Told("switched", "No kill switch would help, by what is declared.")
    hanging: dict[str, list[Carried]] = {}
    for each in asked.carried:
        if each.switch:
            hanging.setdefault(each.switch.key, []).append(each)
    for switch in asked.switches:
        mine = hanging.get(switch.key, [])
        modes = "; ".join(f"{carries(each)}{terms(each)}" for each in mine)
        effect = f" ({switch.effect})" if switch.effect else ""
        limit = f"; it is to be turned back after {span_of(switch.expires)}" if switch.expires else ""
        told = not switch.data_risk or _is_told(mine, switch.data_risk)
        risk = "" if told else f"; data at risk: {switch.data_risk}"
        text = f"Kill switch {switch.key}{effect}: {modes}{risk}{limit}."
        yield Told("switched", text, 0.0, base="notice", opens="switch", key=switch.key)
    if asked.switches:
        yield Told("switched", f"With {_keys(answer)}: {_better(answer)}.", 0.0, base="switch")
    yield from _own_switches(answer)
    for each in asked.carried:
        if each.how in ("hand", "flag", "condition"):
            yield Told("switched", f"{_other(each)}{terms(each)}.", opens="node", key=each.owner)


def _own_switches(answer: Answer) -> Iterator[Told]:
    """Of the chosen ones, beyond those that soften an edge: people may know what they are good for."""
    asked = answer.outcome
    used = {switch.key for switch in asked.switches}
    for switch in answer.graph.model.kill_switches:
        if switch.service in asked.chosen and switch.key not in used:
            effect = f" ({switch.effect})" if switch.effect else ""
            text = f"Kill switch {switch.key} of {switch.service}{effect}: no edge says whom it would help."
            yield Told("switched", text, opens="switch", key=switch.key)


def _is_told(carried: list[Carried], risk: str) -> bool:
    """What a mode leaves to clean up is often written beside its switch once more."""
    return any(risk.rstrip(".").casefold() == each.mode.data_debt.rstrip(".").casefold() for each in carried)


def _keys(answer: Answer) -> str:
    return join_names([switch.key for switch in answer.outcome.switches], NAMED)


def _better(answer: Answer) -> str:
    """Who is better off, and how it is then."""
    asked = answer.outcome
    better = {
        title_of(answer, name): asked.acted.get(name, Level.OK)
        for name, level in asked.nobody.items()
        if asked.acted.get(name, Level.OK) < level
    }
    return by_level(better)


def _other(each: Carried) -> str:
    match each.how:
        case "hand":
            by_hand = f"cockpit degrade {each.owner} {each.mode.name} on"
            return f"Once somebody marks it ({by_hand}), {carries(each)}"
        case "flag":
            key = each.mode.flag.key if each.mode.flag else ""
            return f"Flag {key} is no kill switch here; turned elsewhere, {carries(each)}"
        case _:
            return f"Where its own condition holds, {carries(each)}"


def runbooks(answer: Answer) -> Iterator[Told]:
    ready = [way for way in answer.ways if not way.draft]
    if not ready:
        drafts = f" but the draft {answer.ways[0].id}" if answer.ways else ""
        yield Told("run", f"No runbook fits{drafts}.")
    for way in ready[:SHOWN]:
        stale = ", changed since" if way.stale else ""
        text = f"Runbook {way.id} ({way.reason}; {GRADES[way.grade]}{stale}): {takes(way)}{_agreed(way)}."
        yield Told("run", text, 0.0, base="notice", opens="runbook", key=way.id)
        if way.decide_after is not None:
            what = way.decide_what or "somebody has to have decided"
            yield Told("run", f"{way.id}: {what.rstrip('.')}.", way.decide_after, base="run")
    if len(ready) > SHOWN:
        yield Told("run", f"{plural(len(ready) - SHOWN, 'more runbook')} would be proposed.")


def takes(way: Way) -> str:
    """How long, against its budget; never more than somebody wrote down or measured."""
    how = "measured" if way.learned else "by its author"
    budget = f", budget {span_of(way.budget)}" if way.budget else ""
    if way.half is None or way.mostly is None:
        return f"how long it takes nobody knows{budget}"
    over = ", which it may miss" if way.over_budget else ""
    return f"all of its steps take {between(way.half, way.mostly)} ({how}){budget}{over}"


def _agreed(way: Way) -> str:
    if not way.approved:
        return ""
    return f"; {' or '.join(way.approvers) or 'somebody else'} has to agree"
