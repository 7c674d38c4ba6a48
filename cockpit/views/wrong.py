"""What is wrong: data first, then causes with their symptoms below them, then what cannot be seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from cockpit.core.health.edges import uncapped
from cockpit.core.health.state import BrokenBoundary, Node
from cockpit.core.levels import FailureClass, Instant, Integrity, Level, Shown
from cockpit.core.state import State
from cockpit.text import join_names, plural, short_age
from cockpit.views import clusters, facts, words
from cockpit.views.lines import LEVEL_TONES, Column, Line, Row, Section, Span, Tone, line

COLUMNS = (
    Column(least=18, most=40, grow=True),
    Column(),
    Column(least=11, most=60, drop=1, chooses=True),
    Column(right=True, drop=2),
    Column(most=24, drop=3),
)
"""Tree and name; level; what the main signal says; how long; owner."""
MOST_AT_RISK = 8
MOST_UNKNOWN = 8
MOST_SUSPECTS = 200
WHY_BROKEN = {
    "soft": "is declared soft",
    "any_of": "still has enough alternatives",
    "fallback": "has its fallback active",
}


def wrong(state: State, now: Instant) -> Section:
    rows = (*_sources(state, now), *_tree(state, now), *_unseen(state, now))
    note = () if rows else line(_nothing(state), Tone.DIM)
    return Section("What is wrong", COLUMNS, rows, note, hints=tuple(_hints(state)))


def _nothing(state: State) -> str:
    if state.health.at is None:
        return "Nothing is known yet."
    return "Nothing that is watched." if state.health.total else "Nothing is watched, so nothing can be said."


def _sources(state: State, now: Instant) -> Iterator[Row]:
    for source in facts.lost_sources(state):
        cells = (
            (Span("?", Tone.UNKNOWN), Span(f" {facts.source_title(source)}")),
            line("UNREACHABLE", Tone.UNKNOWN),
            line(source.reason),
            line(short_age(now - source.since) if source.since is not None else "", Tone.DIM),
            line(source.owner, Tone.DIM),
        )
        yield Row(cells, source.name, "source")


def _tree(state: State, now: Instant) -> Iterator[Row]:
    """Breached data, then suspects by score; below each the symptoms it covers and what it puts at risk."""
    order = _order(state)
    children = _nested(state, order)
    yield from _branch(state, now, children, "", "")


def _order(state: State) -> list[str]:
    """Who stands in the tree: breached first, then every failing service by suspicion."""
    names = [node.name for node in facts.breached(state)]
    names += [suspect.service for suspect in state.health.suspects[:MOST_SUSPECTS]]
    if not state.health.suspects:  # not reasoned about yet: as declared, never left out
        names += [node.name for node in state.health.services() if facts.is_failing(node)]
    return list(dict.fromkeys(names))


def _nested(state: State, order: list[str]) -> dict[str, list[str]]:
    """Children by parent; the empty name holds the roots. A symptom goes under the first that covers it."""
    explains = {suspect.service: set(suspect.explains) for suspect in state.health.suspects}
    rooted = {node.name for node in facts.breached(state)}
    children: dict[str, list[str]] = {"": []}
    for at, name in enumerate(order):
        covering = (other for other in order[:at] if name in explains.get(other, ()))
        parent = "" if name in rooted else next(covering, "")
        children.setdefault(parent, []).append(name)
    for name, parent in _at_risk(state, set(order)):
        children.setdefault(parent, []).append(name)
    return children


def _at_risk(state: State, failing: set[str]) -> Iterator[tuple[str, str]]:
    """Services at risk, each with the failing one nearest to it among those it needs."""
    found = [node for node in state.health.services() if node.level is Shown.AT_RISK]
    found += [
        node for node in state.health.services() if _only_data(node) and node.level is not Shown.AT_RISK
    ]
    for node in found[:MOST_AT_RISK]:
        if node.name not in failing:
            yield node.name, _nearest(state, node.name, failing)


def _only_data(node: Node) -> bool:
    return node.integrity is Integrity.SUSPECT and node.level is Shown.OK


def _nearest(state: State, name: str, failing: set[str]) -> str:
    graph = state.health.graph
    queue, seen = deque([graph.index[name]]), {graph.index[name]}
    while queue and len(seen) < 200:
        for edge in graph.edges[queue.popleft()]:
            for member in edge.members:
                if graph.names[member] in failing:
                    return graph.names[member]
                if member not in seen:
                    seen.add(member)
                    queue.append(member)
    return ""


def _branch(
    state: State, now: Instant, children: Mapping[str, list[str]], parent: str, before: str
) -> Iterator[Row]:
    """Rows below `parent`, with the lines of the tree drawn."""
    below = children.get(parent, [])
    for at, name in enumerate(below):
        last = at == len(below) - 1
        branch = "" if not parent else f"{before}{'└' if last else '├'}"
        yield _row(state, state.health.node(name), now, branch)
        deeper = "" if not parent else f"{before}{' ' if last else '│'}"
        yield from _branch(state, now, children, name, deeper)


def _row(state: State, node: Node, now: Instant, branch: str = "") -> Row:
    glyph, _ = words.level_spans(node.level)
    tree = (Span(branch, Tone.DIM),) if branch else ()
    whole, *shorter = ways(state, node)
    cells = (
        (*tree, glyph, Span(f" {node.name}")),
        (words.state_span(node),),
        whole,
        line(short_age(now - node.since) if state.health.at is not None else "", Tone.DIM),
        line(facts.declared(state, node.name).owner, Tone.DIM),
    )
    return Row(cells, node.name, "node", (*shorter, ()))


def ways(state: State, node: Node) -> list[Line]:
    """What is wrong in a few words, from all of it to the least that still says something.

    "unavailable, errors 31 %", "errors 31 %", "unavailable"; first of all that data is wrong. Never empty.
    Where some clusters are better than others, those in which it is so come with it: "errors 31 % in us".
    """
    main, shortest = _main(state, node)
    kind = _class(node, main)
    data = list(_of_data(node))
    measured = ", ".join(filter(None, (kind, main)))
    whole = ", ".join(filter(None, (*data[:1], measured)))
    tone = LEVEL_TONES[node.level] if node.level is Shown.AT_RISK else Tone.PLAIN
    said = [each for each in (*data, measured, main, kind, shortest) if each]
    there = clusters.where(state, node.name) if node.own and not data else ""
    placed = [f"{each}{there}" for each in (whole, main, kind, shortest) if there and each]
    return [line(each, tone) for each in dict.fromkeys([*placed, whole, *said, there.lstrip()])]


def _of_data(node: Node) -> Iterator[str]:
    """What is wrong with its data, said at length and shortly."""
    if node.integrity is Integrity.BREACHED:
        yield "not reconciled yet"
        yield "unreconciled"
    elif node.tainted_by:
        yield f"reads wrong data of {join_names(node.tainted_by, 1)}"
        yield "reads wrong data"
        yield "data wrong"


def _class(node: Node, main: str) -> str:
    """The kind of failure; not where the level or the main signal says as much: "throttled 38 %"."""
    if node.failure_class in (None, FailureClass.BLIND, FailureClass.DEGRADATION, FailureClass.CORRUPTION):
        return ""
    word = words.CLASSES[node.failure_class]
    return "" if main.startswith(word) else word


def _main(state: State, node: Node) -> tuple[str, str]:
    """The signal that makes it what it is, or what else does, and shortly: "errors 31 %", "errors"."""
    reading = facts.main_reading(state, node.name)
    if node.level is Shown.AT_RISK and node.degradation:
        return node.degradation, "fallback"
    if node.level is Shown.UNKNOWN and node.idle:
        return "no traffic", ""
    if reading and (reading.level is None or reading.level > Level.OK):
        value = words.measured_value(reading.value, reading.signal.unit)
        unseen = reading.value is None and reading.level is None
        return (value, "") if unseen else (f"{reading.signal.name} {value}", reading.signal.name)
    if node.level is Shown.UNKNOWN and node.exposure > Level.AT_RISK:
        return f"predicted at least {words.level_word(Shown.of(node.exposure))}", "predicted"
    if node.exposure > Level.OK and node.level is Shown.AT_RISK:
        return _feared(state, node)
    return "", ""


def _feared(state: State, node: Node) -> tuple[str, str]:
    """Why what it needs puts it at risk; who lost no alternative is not told so."""
    if node.exposure > Level.AT_RISK:
        return "needs what fails", "predicted"
    graph, nodes = state.health.graph, state.health.nodes

    def level_of(member: int) -> int:
        other = nodes[member]
        return max(other.own.lo if other.own else Level.OK, other.exposure)

    passed = [(edge.dependency, uncapped(edge, level_of)) for edge in graph.edges[graph.index[node.name]]]
    if any(needed.any_of and level == Level.AT_RISK for needed, level in passed):
        return "redundancy lost", ""
    if any(not needed.reviewed and level > Level.AT_RISK for needed, level in passed):
        return "unreviewed need", "predicted"
    return "needs what fails", "predicted"


def _unseen(state: State, now: Instant) -> Iterator[Row]:
    unseen = facts.blind(state)
    for node in unseen[:MOST_UNKNOWN]:
        yield _row(state, node, now)
    if len(unseen) > MOST_UNKNOWN:
        more = len(unseen) - MOST_UNKNOWN
        yield Row(((Span("?", Tone.UNKNOWN), Span(f" and {more:,} more")), line("UNKNOWN", Tone.UNKNOWN)))


def _hints(state: State) -> Iterator[Line]:
    health = state.health
    hidden = sum(node.level is Shown.AT_RISK for node in health.services()) - MOST_AT_RISK
    if hidden > 0:
        yield line(f"and {plural(hidden, 'more service')} at risk", Tone.DIM)
    if health.spread.next_to_fall:
        falling = [facts.called(state, name) for name in health.spread.next_to_fall]
        yield Span("next to fall: ", Tone.STRONG), Span(join_names(falling, 4))
    for boundary in health.broken[:3]:
        yield _broken(boundary)
    for node in [node for node in health.services() if node.contradiction][:3]:
        yield (
            Span("does not add up: ", Tone.WARNING),
            Span(f"{node.name} {words.readable(node.contradiction or '')}"),
        )


def _broken(boundary: BrokenBoundary) -> Line:
    why = WHY_BROKEN[boundary.why]
    text = f"{boundary.service} fails too, although {boundary.edge_from} > {boundary.edge_to} {why}"
    return Span("boundary broken: ", Tone.WARNING), Span(text)
