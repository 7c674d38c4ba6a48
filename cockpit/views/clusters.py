"""Several clusters in one view: where something is wrong, which of them is blind, and what a filter hides."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.clusters import (
    InCluster,
    blind_clusters,
    cluster_of_source,
    in_clusters,
    lost_in,
    measuring,
    told_apart,
)
from cockpit.core.health.reading import Reading
from cockpit.core.health.state import Node
from cockpit.core.levels import Instant, Shown
from cockpit.core.state import SourceState, State
from cockpit.text import clock, join_names, short_age
from cockpit.views import facts, words
from cockpit.views.layout import choose
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.words import BADNESS

COLUMNS = (
    Column(least=8, most=30),
    Column(),
    Column(least=16, most=100, grow=True, chooses=True),
    Column(right=True, drop=1),
)


# One service


def where(state: State, name: str) -> str:
    """ " in us" where it is worst in some clusters and better in others; nothing where all are alike."""
    found = measured_in(state, name)
    worst = max((BADNESS[each.level] for each in found), default=0)
    named = [each.cluster for each in found if BADNESS[each.level] == worst]
    return f" in {join_names(named, 1)}" if 0 < len(named) < len(found) else ""


def unseen_in(state: State, name: str) -> tuple[str, ...]:
    """Clusters that should tell of it and of which nobody knows."""
    return tuple(each.cluster for each in measured_in(state, name) if each.level is Shown.UNKNOWN)


def measured_in(state: State, name: str) -> list[InCluster]:
    return [each for each in in_clusters(state, name) if each.level is not Shown.UNMONITORED]


def section(state: State, name: str, now: Instant) -> Section:
    """How it is in each; empty where there is only one."""
    rows = tuple(_row(state, name, each, now) for each in in_clusters(state, name))
    return Section("By cluster", COLUMNS, rows)


def _row(state: State, name: str, there: InCluster, now: Instant) -> Row:
    glyph, word = words.level_spans(there.level)
    sources = measuring(state.model, there.cluster)
    main = facts.main_of(each for each in state.health.readings(name) if each.source in sources)
    since = main.since if main is not None else None
    whole, *shorter = _said(state, there, main)
    cells = (
        (glyph, Span(f" {there.cluster}")),
        (word,),
        whole,
        line(short_age(now - since) if since is not None else "", Tone.DIM),
    )
    return Row(cells, shorter=tuple(shorter))


def _said(state: State, there: InCluster, main: Reading | None) -> list[Line]:
    """Why it is so, from all of it to the least that says something."""
    if main is None:
        return [line("no signal of it comes from there", Tone.DIM)]
    lost = [each for each in lost_in(state, there.cluster) if each.kind == "prometheus"]
    if lost:
        return [line(each, Tone.WARNING) for each in _unreachable(lost[0])]
    if main.no_traffic and main.level is None:
        return [line("no traffic to judge by", Tone.DIM)]
    value = words.measured_value(main.value, main.signal.unit)
    return [line(f"{main.signal.name} {value}", Tone.DIM if there.level is Shown.OK else Tone.PLAIN)]


def _unreachable(source: SourceState) -> Iterator[str]:
    title = facts.source_title(source)
    since = f" since {clock(source.since)} UTC" if source.since is not None else ""
    if source.reason:
        yield f"{title} unreachable{since} ({source.reason})"
    yield f"{title} unreachable{since}"
    yield f"{title} unreachable"
    yield "unreachable"


def of_source(state: State, name: str) -> str:
    """ "us", or "us/prom-2" where a cluster has more than one; the name alone where there are no clusters."""
    cluster = cluster_of_source(state.model, name) if told_apart(state) else ""
    if not cluster or cluster == name:
        return name
    return cluster if len(measuring(state.model, cluster)) == 1 else f"{cluster}/{name}"


# All of them


def blind(state: State) -> str:
    """ "cluster us blind"; empty: something is known of each."""
    names = blind_clusters(state)
    return f"cluster{'s' if len(names) > 1 else ''} {join_names(names, 2)} blind" if names else ""


def without_a_word(state: State) -> Iterator[str]:
    """Clusters whose Prometheus answers, and with nothing that is known."""
    for cluster in blind_clusters(state):
        if not lost_in(state, cluster):
            yield f"Nothing is known of cluster {cluster}: its Prometheus answers, but with no samples."


# A filter


def filtered(whole: State, seen: State, cluster: str, width: int) -> tuple[Line, ...]:
    """That only `cluster` is shown, and what is worse than it looks here; in one line, two at most."""
    hidden = worse_than(whole, seen)
    dark = [name for name in blind_clusters(whole) if name != cluster]
    only = Span(f"Only {cluster} is shown.", Tone.STRONG)
    told = choose(((only, Span(text, Tone.WARNING)) for text in _ways(whole, hidden, dark)), width)
    return (told or (only,),)


def _ways(whole: State, hidden: list[Node], dark: list[str]) -> Iterator[str]:
    """Longest first."""
    unseen = f" {join_names(dark, 1)} {'is' if len(dark) == 1 else 'are'} blind." if dark else ""
    if not hidden:
        yield f"{unseen} Elsewhere nothing is{' seen to be' if dark else ''} worse."
        yield unseen
        return
    first, others = hidden[0], len(hidden) - 1
    name, level = facts.called(whole, first.name), words.level_word(first.level)
    more = f" and {others} more" if others else ""
    yield f"{unseen} Worse than shown: {name} {level}{where(whole, first.name)}{more}."
    yield f"{unseen} Worse than shown: {name} {level}{more}."
    yield f"{unseen} Worse: {name} {level}{more}."
    yield f"{unseen} {len(hidden)} {'is' if len(hidden) == 1 else 'are'} worse than shown."
    yield f" {len(hidden)} worse than shown."


def worse_than(whole: State, seen: State) -> list[Node]:
    """What looks better through a filter than it is, the worst first; services before what rests on them."""
    services = whole.health.graph.services
    found = [
        (-BADNESS[node.level], at >= services, at)
        for at, (node, through) in enumerate(zip(whole.health.nodes, seen.health.nodes, strict=True))
        if node is not through and facts.is_wrong(node) and BADNESS[node.level] > BADNESS[through.level]
    ]
    return [whole.health.nodes[at] for _, _, at in sorted(found)]
