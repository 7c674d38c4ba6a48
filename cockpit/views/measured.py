"""Parts of the service screen that come from measuring: signals, neighbours, suspicion."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.core.clusters import cluster_of_source, told_apart
from cockpit.core.health.reading import Reading
from cockpit.core.health.state import Suspect
from cockpit.core.levels import Level, Shown
from cockpit.core.model import Criticality, Dependency, Service
from cockpit.core.state import State
from cockpit.text import join_names, percent, short_age
from cockpit.views import clusters, facts, words
from cockpit.views.lines import LEVEL_TONES, Column, Line, Row, Section, Span, Tone, line

SIGNAL_COLUMNS = (
    Column(least=10, title="signal"),
    Column(title="level"),
    Column(title="value"),
    Column(least=8, most=90, title="not OK when", drop=3, chooses=True),
    Column(title="trend", drop=2),
    Column(right=True, title="age", drop=1),
    Column(title="from", drop=6),
    Column(title="note", most=40, drop=5),
)
BY_CLUSTER = (*SIGNAL_COLUMNS[:6], Column(title="from", most=20), SIGNAL_COLUMNS[7])
"""What is whose must not be lost where there are several."""
EDGE_COLUMNS = (Column(least=14, most=40, grow=True), Column(), Column(most=40), Column(most=30, drop=1))


def signals(state: State, name: str) -> Section:
    names = told_apart(state)
    readings = sorted(
        state.health.readings(name),
        key=lambda each: _place(names, cluster_of_source(state.model, each.source)),
    )
    rows = tuple(_signal(state, name, reading) for reading in readings)
    note = (
        () if rows else line("No signal is configured: its level is what its dependencies predict.", Tone.DIM)
    )
    return Section("Signals", BY_CLUSTER if names else SIGNAL_COLUMNS, rows, note, head=True)


def _place(names: Sequence[str], cluster: str) -> int:
    """Signals of one cluster stand together; without clusters they stay as declared."""
    return names.index(cluster) if cluster in names else 0


def _signal(state: State, name: str, reading: Reading) -> Row:
    signal = reading.signal
    shown = Shown.of(reading.level) if reading.level is not None else Shown.UNKNOWN
    glyph, word = words.level_spans(shown)
    cells = (
        (glyph, Span(f" {signal.name}")),
        (word,),
        _value(state, name, reading, shown),
        line(thresholds(reading), Tone.DIM),
        line(words.sparkline(state.health.trail(name, signal.name, reading.source))),
        line(_age(state, name, reading), Tone.DIM),
        line(clusters.of_source(state, reading.source), Tone.DIM),
        line(_odd(reading), Tone.WARNING),
    )
    return Row(cells, shorter=(line(_nearest_threshold(reading), Tone.DIM),))


def _value(state: State, name: str, reading: Reading, shown: Shown) -> Line:
    """Where it could not be asked, what it was when it could: never in the tone of a level."""
    before = facts.last_seen(state, name, reading) if reading.failed else None
    if before is None:
        return line(words.measured_value(reading.value, reading.signal.unit), LEVEL_TONES[shown])
    return line(f"was {words.measured_value(before[0], reading.signal.unit)}", Tone.DIM)


def _age(state: State, name: str, reading: Reading) -> str:
    before = facts.last_seen(state, name, reading) if reading.failed else None
    if before is not None and state.health.at is not None:
        return short_age(state.health.at - before[1])
    return short_age(reading.age) if reading.age is not None else ""


def thresholds(reading: Reading) -> str:
    """ "> 2 % DEGRADED, > 10 % FAILING"."""
    return ", ".join(_threshold(reading, level) for level in sorted(reading.signal.thresholds))


def _nearest_threshold(reading: Reading) -> str:
    """The one that makes it what it is, or the first that it would cross."""
    levels = sorted(reading.signal.thresholds)
    crossed = [level for level in levels if reading.level is not None and level <= reading.level]
    return _threshold(reading, crossed[-1] if crossed else levels[0]) if levels else ""


def _threshold(reading: Reading, level: Level) -> str:
    sign = ">" if reading.signal.direction == "above" else "<"
    limit = words.measured_value(reading.signal.thresholds[level], reading.signal.unit)
    return f"{sign} {limit} {words.level_word(Shown.of(level))}"


def _odd(reading: Reading) -> str:
    if reading.failed:
        return "could not be asked"
    if reading.no_traffic:
        return "too little traffic to judge"
    if reading.stale:
        return "stale: level from before"
    too_old = reading.signal.max_age is not None and (reading.age or 0) > reading.signal.max_age
    return "too old" if too_old else "" if reading.signal.required else "not required"


def needs(state: State, name: str) -> Section:
    """One row for each member of each edge, alternatives marked as such."""
    graph = state.health.graph
    rows = [
        _edge(state, member, edge.dependency)
        for edge in graph.edges[graph.index[name]]
        for member in edge.dependency.members
    ]
    return Section("Needs", EDGE_COLUMNS, tuple(rows))


def needed_by(state: State, name: str) -> Section:
    graph = state.health.graph
    me = graph.index[name]
    rows = [
        _edge(state, graph.names[other], edge.dependency)
        for other in graph.dependents[me]
        for edge in graph.edges[other]
        if me in edge.members
    ]
    return Section("Is needed by", EDGE_COLUMNS, tuple(rows))


def _edge(state: State, other: str, dependency: Dependency) -> Row:
    return Row(
        (*_neighbour(state, other), line(_kind(dependency), Tone.DIM), _fallback(dependency)), other, "node"
    )


def _neighbour(state: State, other: str) -> tuple[Line, Line]:
    glyph, word = words.level_spans(state.health.node(other).level)
    return (glyph, Span(f" {other}")), (word,)


def _kind(dependency: Dependency) -> str:
    """ "hard", "soft, seen but not reviewed", "1 of 2: stripe or adyen"."""
    kind = "only explains" if dependency.criticality is Criticality.NONE else dependency.criticality.value
    if dependency.any_of:
        kind += f", needs {dependency.need} of {len(dependency.members)}"
    return kind if dependency.reviewed else f"{kind}, not reviewed"


def _fallback(dependency: Dependency) -> Line:
    return line(f"fallback {dependency.fallback}" if dependency.fallback else "", Tone.DIM)


def feeds(state: State, name: str) -> Section:
    """Who reads the data written here."""
    declared = facts.declared(state, name)
    readers = declared.feeds if isinstance(declared, Service) else ()
    rows = tuple(
        Row((*_neighbour(state, reader), line("reads its data", Tone.DIM)), reader, "node")
        for reader in readers
    )
    return Section("Feeds", EDGE_COLUMNS, rows)


def because(suspect: Suspect) -> Section:
    """The parts of a suspicion and their share, most telling words first."""
    parts = suspect.because
    said = (
        (
            "explains",
            parts.coverage,
            f"{join_names(suspect.explains)} besides itself" if suspect.explains else "only itself",
        ),
        ("came first", parts.precedence, "before what it explains"),
        ("not explained", parts.unexplained, "by what it needs itself"),
        (
            "changed",
            parts.change,
            words.change_words(suspect.change) if suspect.change else "no change shortly before",
        ),
        ("how bad", parts.severity, ""),
    )
    rows = tuple(Row((line(name), line(percent(share)), line(why, Tone.DIM))) for name, share, why in said)
    columns = (Column(least=14), Column(right=True), Column(most=80, grow=True))
    missing = f"evidence missing from {join_names(suspect.blind_spots)}" if suspect.blind_spots else ""
    title = f"Why it is suspected: {percent(suspect.score)}, a hypothesis"
    return Section(title, columns, rows, line(missing, Tone.WARNING))
