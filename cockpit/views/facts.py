"""Small questions about a state that several views ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cockpit.core.health.fallbacks import has_expired
from cockpit.core.health.reading import Reading
from cockpit.core.health.state import Impact, Node
from cockpit.core.levels import Instant, Integrity, Level, Shown
from cockpit.core.model import Capability, Degradation, Service, Team
from cockpit.core.past import joined
from cockpit.core.poll import PRESENT
from cockpit.core.state import SourceState, State
from cockpit.views.words import BADNESS


def declared(state: State, name: str) -> Service | Capability:
    """Raises KeyError for a name that nobody declared."""
    graph = state.health.graph
    return graph.declared(graph.index[name])


def title(state: State, name: str) -> str:
    """What people call it; the name itself where nobody gave a title."""
    return declared(state, name).title or name if name in state.health.graph.index else name


def called(state: State, name: str) -> str:
    """A service by its name, a capability by its title: nobody knows it by another."""
    graph = state.health.graph
    return title(state, name) if graph.index.get(name, 0) >= graph.services else name


def capability_of(state: State, name: str) -> Capability:
    found = declared(state, name)
    assert isinstance(found, Capability)
    return found


def impact_of(state: State, name: str) -> Impact | None:
    """What a capability costs, since its true beginning where a server remembers it."""
    impact, past = state.health.impacts.get(name), state.picture.past.get(name)
    if impact is None or impact.since is None or past is None or past.began is None:
        return impact
    return replace(impact, since=min(impact.since, past.began), so_far=joined(past.lost, impact.so_far))


def is_wrong(node: Node) -> bool:
    """Neither fine nor unmonitored; an idle service has nothing to be judged by, and is not wrong."""
    if node.integrity in (Integrity.BREACHED, Integrity.SUSPECT):
        return True
    return node.level not in (Shown.OK, Shown.UNMONITORED) and not node.idle


def is_failing(node: Node) -> bool:
    """Measured DEGRADED or worse."""
    return node.own is not None and node.own.lo >= Level.DEGRADED


def worst(nodes: Iterator[Node] | tuple[Node, ...] | list[Node]) -> Node | None:
    """The worst by level shown; the first declared of equals."""
    return max(nodes, key=lambda node: BADNESS[node.level], default=None)


def breached(state: State) -> tuple[Node, ...]:
    return tuple(node for node in state.health.services() if node.integrity is Integrity.BREACHED)


def most_urgent(state: State) -> str:
    """Whom the first step is about: whose data is wrong, else the first suspect; nobody when all is calm."""
    wrong = breached(state)
    if wrong:
        return wrong[0].name
    return state.health.suspects[0].service if state.health.suspects else ""


def blind(state: State) -> tuple[Node, ...]:
    """Services that are measured or depended upon, and that nobody can see now; idle ones left out."""
    return tuple(node for node in state.health.services() if node.level is Shown.UNKNOWN and not node.idle)


def unmonitored(state: State) -> tuple[Node, ...]:
    return tuple(node for node in state.health.services() if node.level is Shown.UNMONITORED)


def lost_sources(state: State) -> list[SourceState]:
    """Servers that cannot be reached, the ones that measure first."""
    lost = [source for source in state.picture.sources.values() if source.reachable is False]
    return sorted(lost, key=lambda source: (source.kind != "prometheus", source.since or 0.0, source.name))


def noted_sources(state: State) -> list[SourceState]:
    """Servers that answer and say that something is odd with it: partial answers, no certificate."""
    return [source for source in state.picture.sources.values() if source.reachable and source.note]


SOURCE_WORDS = {
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "flags": "Flag store",
    "recording": "File",
    "simulation": "Simulation",
}


def source_title(source: SourceState) -> str:
    return f"{SOURCE_WORDS[source.kind]} {source.name}".rstrip()


def team(state: State, name: str) -> Team | None:
    return next((team for team in state.model.teams if team.name == name), None)


def reach(state: State, owner: str) -> str:
    """How to reach a team: "+49 30 000001, #pay-oncall"; nothing when nobody said."""
    found = team(state, owner)
    return ", ".join(way for way in (found.phone, found.chat, found.email) if way) if found else ""


def main_reading(state: State, name: str) -> Reading | None:
    """The signal that makes a node what it is: the worst, else an unknown required one, else the first."""
    return main_of(state.health.readings(name))


def main_of(readings: Iterable[Reading]) -> Reading | None:
    best: Reading | None = None
    for reading in readings:
        if best is None or _weight(reading) > _weight(best):
            best = reading
    return best


def _weight(reading: Reading) -> int:
    if reading.level is None:
        return 2 if reading.signal.required and not reading.no_traffic else 0
    return 3 + reading.level if reading.level > Level.AT_RISK else 1 + reading.level


def last_seen(state: State, name: str, reading: Reading) -> tuple[float, Instant] | None:
    """(value, when) of the last poll in which it was answered; None: never, or then nothing came."""
    graph = state.health.graph
    for slot in graph.slots_of[graph.index[name]]:
        declared = graph.slots.slots[slot]
        if (declared.signal.name, declared.source) == (reading.signal.name, reading.source):
            template = graph.slots.templates[graph.template_of[slot]]
            at, samples = state.picture.answered.get(template.number, (0.0, None))
            row = slot - template.start
            if samples is not None and row < len(samples) and samples.answer[row] == PRESENT:
                return samples.value[row], at
    return None


def seen_last(state: State) -> Instant | None:
    """When anything was answered last, where the last poll brought no answer at all; None: it did."""
    times = [at for at, _ in state.picture.answered.values()]
    last = max(times, default=None)
    return None if last is None or last == state.health.at else last


def active_modes(state: State, name: str) -> list[tuple[Degradation, Instant]]:
    """Degraded modes that are on, worst first, and since when. `auto` ones only while they carry."""
    health = state.health
    shown = health.node(name).degradation
    found = [
        (mode, health.active_since[name, mode.name])
        for mode in declared(state, name).degradations
        if (name, mode.name) in health.active_since and (not mode.auto or mode.name == shown)
    ]
    return sorted(found, key=lambda each: -each[0].level)


def time_left(mode: Degradation, since: Instant, now: Instant) -> float | None:
    """Seconds until a degraded mode no longer carries; negative when it is over; None: no limit."""
    if mode.auto or mode.max_duration is None:
        return None
    return since + mode.max_duration - now


def is_over(mode: Degradation, since: Instant, now: Instant) -> bool:
    return has_expired(mode, since, now)
