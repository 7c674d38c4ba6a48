"""Templates by audience: conditions, actions, needs inside; what still works outside; the cost upstairs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from cockpit.core.health.state import Node
from cockpit.core.incident.model import Incident, Status
from cockpit.core.levels import Instant, Shown
from cockpit.core.model import Audience, Degradation
from cockpit.core.state import State
from cockpit.text import join_names
from cockpit.views import business, facts
from cockpit.views import update_doing as people
from cockpit.views import update_parts as parts
from cockpit.views.lines import text_of

Lines: TypeAlias = Callable[[State, Incident, Instant, Status], Iterator[str]]
WORKS: Final = frozenset({Shown.OK, Shown.AT_RISK})
UNSEEN: Final = frozenset({Shown.UNKNOWN, Shown.UNMONITORED})
NOTHING_YET: Final = "People are looking for the cause"
TO_CUSTOMERS: Final[Mapping[Status, str]] = {
    "investigating": "We are looking into a problem.",
    "identified": "We have found what causes a problem and are working on it.",
    "monitoring": "We have taken steps against a problem and are watching whether they help.",
    "resolved": "The problem is over.",
}


def _items(lines: Iterable[str], otherwise: str = "") -> Iterator[str]:
    found = [each for each in lines if each]
    yield from (f"- {each}" for each in found or filter(None, [otherwise]))


def _head(state: State, incident: Incident, now: Instant, status: Status) -> str:
    severity = incident.severity or "severity not set yet"
    title = parts.quoted(incident.title)
    return f"{incident.id}, {severity}, {status}: {title}. {parts.as_of(state, now)}."


# Inside


def _internal(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    yield _head(state, incident, now, status)
    yield "CONDITIONS"
    yield from _items(_conditions(state, incident, now), "Nothing is hurt, as far as anybody can see")
    yield "ACTIONS"
    yield from _items(_actions(state, incident), "Nothing has been begun from here")
    yield "NEEDS"
    yield from _items(people.needs(state, incident), "Nothing right now")
    yield people.next_update(state, incident, status, now)


def _conditions(state: State, incident: Incident, now: Instant) -> Iterator[str]:
    yield parts.wrong_data(state)
    yield from parts.impacts(state)
    for each in parts.modes(state, parts.owners(state)):
        yield parts.mode_line(*each)
    yield from parts.suspected(state)
    yield from people.hypotheses(incident, "", "confirmed")
    yield parts.spread(state, now)
    yield from parts.unseen(state)


def _actions(state: State, incident: Incident) -> Iterator[str]:
    for run in people.running(state):
        yield f"{run.id} {run.runbook.title}, begun {parts.at(run.started_at)}: {people.run_stands(run)}"
    yield from people.switched(state)
    yield from people.decisions(incident)
    for name, ack in state.record.acknowledged.items():
        if name in incident.touched:
            yield f"{ack.actor} has {name}"


# Upstairs


def _leadership(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    yield _head(state, incident, now, status)
    yield "BUSINESS IMPACT"
    yield from _items(_business(state, now), _unhurt(state.health.capabilities()))
    yield "WHAT IS BEING DONE"
    yield from _items(_doing(state, incident), NOTHING_YET if status != "resolved" else "Nothing more")
    yield people.next_update(state, incident, status, now)


def _business(state: State, now: Instant) -> Iterator[str]:
    if parts.wrong_data(state):
        yield "Some data is wrong and has to be put right; what it costs is not known yet"
    hurt = business.felt_first(state)
    yield from parts.impacts(state)
    for what, ends in parts.workarounds(state, hurt):
        yield f"Meanwhile: {what}{', ' if ends else ''}{ends}"
    for node in hurt:
        due = business.deadline(facts.capability_of(state, node.name), now)
        if due is not None:
            yield f"{facts.title(state, node.name)}: it matters by {parts.at(due)}"
    if hurt:
        yield from map(text_of, business.continuity(state, now))


def _unhurt(nodes: Iterable[Node]) -> str:
    if any(node.level in UNSEEN for node in nodes):
        return "Nothing is hurt that can be seen, but not all of it can be seen"
    return "No business capability is hurt"


def _doing(state: State, incident: Incident) -> Iterator[str]:
    for run in people.running(state):
        yield f"{run.runbook.title}, begun {parts.at(run.started_at)}: {people.run_stands(run)}"
    effects = {switch.key: switch.effect for switch in state.model.kill_switches}
    for story in state.record.flips.open():
        if (flip := story.standing or story.last) and flip.kind == "kill":
            doubt = "may or may not be switched off" if story.doubtful else "switched off"
            costs = effects.get(flip.key) or flip.key
            yield f"On purpose {doubt} since {parts.at(flip.at)}: {costs}"
    yield from people.decisions(incident)


# Outside


def _customers(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    yield f"{TO_CUSTOMERS[status]} {parts.as_of(state, now)}:"
    mine, hurt = _felt(state)
    yield from _items((f"{_outside(state, node)}." for node in hurt), f"{_unhurt_outside(mine)}.")
    yield from _labelled("Still works", _works(state, hurt))
    yield from _labelled("Different for now", _lost(state, hurt))
    ways = (f"{what}{', ' if ends else ''}{ends}" for what, ends in parts.workarounds(state, hurt))
    yield from _labelled("What helps meanwhile", _public(state, ways))
    if hurt:
        yield from _labelled(
            "Not affected", (facts.title(state, each.name) for each in mine if each not in hurt)
        )
    yield people.next_update(state, incident, status, now)


def _felt(state: State) -> tuple[list[Node], list[Node]]:
    """What customers do here, and what of it does not work or cannot be seen."""
    mine = [
        node
        for node in business.worst_first(state)
        if facts.capability_of(state, node.name).audience is Audience.CUSTOMERS
    ]
    return mine, [node for node in mine if node.level not in WORKS]


def _outside(state: State, node: Node) -> str:
    if node.level in UNSEEN:
        return f"We cannot see at the moment whether this works: {facts.title(state, node.name)}"
    return parts.how(state, node)


def _unhurt_outside(mine: list[Node]) -> str:
    return "Everything that we watch for you works" if mine else "What customers can do is not watched"


def _works(state: State, hurt: Iterable[Node]) -> Iterator[str]:
    return _public(state, (mode.works for mode in _modes(state, hurt)))


def _lost(state: State, hurt: Iterable[Node]) -> Iterator[str]:
    return _public(state, (mode.lost for mode in _modes(state, hurt)))


def _modes(state: State, hurt: Iterable[Node]) -> list[Degradation]:
    names = dict.fromkeys(name for node in hurt for name in parts.needed(state, node.name))
    return [mode for _, mode, _ in parts.modes(state, names)]


def _public(state: State, texts: Iterable[str]) -> Iterator[str]:
    """Without those that name a part of ours: a name with a dash or a digit is nobody's word outside."""
    names = [name for name in state.health.graph.names if not name.isalpha()]
    names += [switch.key for switch in state.model.kill_switches if not switch.key.isalpha()]
    inside = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names) or "(?!)")
    return (text for text in dict.fromkeys(texts) if text and not inside.search(text))


def _labelled(label: str, texts: Iterable[str]) -> Iterator[str]:
    if found := list(texts):
        yield f"{label}: {'; '.join(found)}."


# In one line


def _internal_line(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    yield from _line_of(state, incident, now, status)
    yield from parts.suspected(state)[:1]
    if said := parts.spread(state, now):
        yield f"{said}."
    doing = [*(f"{run.id} {run.runbook.title}" for run in people.running(state)), *people.switched(state)]
    yield f"Doing: {join_names(doing, 2) if doing else 'nothing begun from here yet'}."
    yield people.next_update(state, incident, status, now)


def _leadership_line(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    yield from _line_of(state, incident, now, status)
    doing = [run.runbook.title for run in people.running(state)]
    yield f"Being done: {join_names(doing, 2) if doing else 'people are looking for the cause'}."
    yield people.next_update(state, incident, status, now)


def _line_of(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    severity = incident.severity or "severity not set yet"
    yield f"{incident.id} {severity} {status}. {parts.as_of(state, now)}:"
    first, *others = [*parts.impacts(state), ""]
    more = len(others) - 1
    yield f"{first or _unhurt(state.health.capabilities())}{f' and {more} more' if more > 0 else ''}."


def _customers_line(state: State, incident: Incident, now: Instant, status: Status) -> Iterator[str]:
    mine, hurt = _felt(state)
    yield f"{TO_CUSTOMERS[status]} {parts.as_of(state, now)}:"
    yield from (f"{_outside(state, node)}." for node in hurt[:2]) if hurt else (f"{_unhurt_outside(mine)}.",)
    ways = (f"{what}{', ' if ends else ''}{ends}" for what, ends in parts.workarounds(state, hurt[:1]))
    yield from _labelled("What helps meanwhile", _public(state, ways))
    yield people.next_update(state, incident, status, now)


DRAFTS: Final[Mapping[str, Lines]] = {
    "internal": _internal,
    "customers": _customers,
    "leadership": _leadership,
}
ONE_LINES: Final[Mapping[str, Lines]] = {
    "internal": _internal_line,
    "customers": _customers_line,
    "leadership": _leadership_line,
}
