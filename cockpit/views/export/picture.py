"""Which services and capabilities were hurt, and which of them needs which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cockpit.core.model import Dependency
from cockpit.core.state import State
from cockpit.views import facts
from cockpit.views.export.courses import Course, is_hurt
from cockpit.views.export.graph import Need, Part, Picture
from cockpit.views.words import BADNESS

MOST = 40
"""More than that nobody can read on a page."""


def pictured(state: State, known: Mapping[str, Course]) -> Picture:
    ranked = sorted(known.values(), key=lambda each: -BADNESS[each.worst])
    chosen = {each.node for each in ranked[:MOST]}
    first = _first(known, state)
    parts = tuple(
        _part(state, course, _note(course, first)) for name, course in known.items() if name in chosen
    )
    return Picture(parts, tuple(_needs(state, chosen)), len(known) - len(parts))


def _first(known: Mapping[str, Course], state: State) -> str:
    """The service that was hurt before all others; nobody where two were at the same moment."""
    capabilities = {each.name for each in state.model.capabilities}
    began = [
        (next((at for at, level in course.turns if is_hurt(level)), None), name)
        for name, course in known.items()
        if name not in capabilities
    ]
    times = sorted((at, name) for at, name in began if at is not None)
    if not times or (len(times) > 1 and times[0][0] == times[1][0]):
        return ""
    return times[0][1]


def _note(course: Course, first: str) -> str:
    if course.data_wrong:
        return "data wrong"
    return "first to fail" if course.node == first else ""


def _part(state: State, course: Course, note: str) -> Part:
    graph = state.health.graph
    capability = graph.index.get(course.node, -1) >= graph.services
    since = course.turns[0][0]
    return Part(course.node, facts.title(state, course.node), course.worst, since, capability, note)


def _needs(state: State, chosen: set[str]) -> Iterator[Need]:
    declared = [(each.name, each.depends_on) for each in state.model.services]
    declared += [(each.name, each.requires) for each in state.model.capabilities]
    for name, needs in declared:
        for need in needs if name in chosen else ():
            yield from _edges(name, need, chosen)


def _edges(name: str, need: Dependency, chosen: set[str]) -> Iterator[Need]:
    for member in need.members:
        if member in chosen and member != name:
            yield Need(name, member, need.criticality.value)
