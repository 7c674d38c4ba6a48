"""Parts of an update or a handover about the world: every number with its tag and its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cockpit.core.health.state import Impact, Loss, Node
from cockpit.core.levels import Instant, Shown
from cockpit.core.model import Degradation
from cockpit.core.state import State
from cockpit.text import age, clean, clock, join_names, number
from cockpit.views import business, facts, headline, words
from cockpit.views.cause import cause
from cockpit.views.layout import cut
from cockpit.views.lines import text_of

LONGEST: Final = 300
"""Cells of what somebody wrote."""


def at(instant: Instant | None) -> str:
    return f"{clock(instant)} UTC"


def as_of(state: State, now: Instant) -> str:
    """Of the picture, not of the moment in which somebody writes; an old one says how old."""
    seen_at = state.health.at
    if seen_at is None:
        return "Nothing has been seen yet"
    old = now - seen_at > 2 * state.model.poll + 1
    return f"As of {at(seen_at)}{f', {age(now - seen_at)} ago' if old else ''}"


def quoted(text: str) -> str:
    """What somebody wrote, as one line that can be nothing else."""
    return cut(" ".join(clean(text).split()), LONGEST)


# How it is


def how(state: State, node: Node) -> str:
    """A capability without its numbers: "Customers often cannot buy"."""
    name = facts.title(state, node.name)
    match node.level:
        case Shown.UNKNOWN | Shown.UNMONITORED:
            return f"Nobody can see whether this works: {name}"
        case Shown.OK:
            return name
        case Shown.AT_RISK:
            return f"{name}, but it is at risk"
        case Shown.DEGRADED:
            return f"{name}, but worse than agreed"
        case Shown.FAILING:
            return _cannot(name, "often cannot", "often does not work")
        case Shown.DOWN:
            return _cannot(name, "cannot", "does not work")


def _cannot(name: str, verb: str, otherwise: str) -> str:
    before, can, after = name.partition(" can ")
    return f"{before} {verb} {after}" if can else f"{name} ({otherwise})"


def impacts(state: State, *, short: bool = False) -> Iterator[str]:
    """Each capability that is hurt, with what it costs; the worst first.

    `short`: a minute costs so much, where the time of the picture stands above it.
    """
    felt = business.felt_first(state)
    blind = [node for node in felt if node.level is Shown.UNKNOWN]
    for node in felt:
        if node.level is Shown.UNKNOWN and len(blind) > 1:
            continue
        told = "; ".join(_losses(state, node, short))
        between = "; " if node.level is Shown.UNKNOWN else ": "
        yield f"{how(state, node)}{between if told else ''}{told}"
    if len(blind) > 1:
        names = join_names([facts.title(state, node.name) for node in blind], 8)
        yield f"Nobody can see whether these work: {names}; loss not known yet"


def _losses(state: State, node: Node, short: bool) -> Iterator[str]:
    impact = facts.impact_of(state, node.name)
    if impact is None or node.level is Shown.AT_RISK:
        return
    if impact.per_minute.kind == "unknown" or impact.per_minute.high > 0:
        yield tagged(impact.per_minute, None if short else state.health.at)
    if not short and (so_far := lost_so_far(impact)):
        yield so_far
    past = state.picture.past.get(node.name)
    if not short and past and past.affected is not None and past.affected_at is not None:
        yield f"{number(past.affected)} people affected (counted as of {at(past.affected_at)})"


def tagged(loss: Loss, seen_at: Instant | None) -> str:
    """ "€1,240 a minute (measured as of 02:14 UTC)", "loss not known yet"."""
    said = words.loss_a_minute(loss)
    if seen_at is None or not said.endswith(")"):
        return said
    return f"{said.removesuffix(')')} as of {at(seen_at)})"


def lost_so_far(impact: Impact) -> str:
    """ "€17k so far (measured since 02:00 UTC)"; empty where there is nothing to say."""
    lost = impact.so_far
    if lost is None or lost.high <= 0 or lost.unit != "money":
        return ""
    since = f" since {at(impact.since)}" if impact.since is not None else ""
    if lost.kind == "unknown":
        known = f"{words.loss_so_far(lost)} so far, " if lost.low else "lost so far: "
        return f"{known}how much more is not known yet" if lost.low else f"{known}not known yet{since}"
    return f"{words.loss_so_far(lost)} so far ({lost.kind}{since})"


def modes(state: State, names: Iterable[str]) -> Iterator[tuple[str, Degradation, Instant]]:
    """Degraded modes in force of these nodes, each once: owner, mode, since when."""
    for name in names:
        for mode, since in facts.active_modes(state, name):
            yield name, mode, since


def owners(state: State) -> list[str]:
    """Who has a degraded mode in force, in the order of the model."""
    having = {owner for owner, _ in state.health.active_since}
    return [name for name in state.health.graph.names if name in having]


def needed(state: State, name: str) -> list[str]:
    """`name` and everything it lives from."""
    graph = state.health.graph
    found, waiting = {graph.index[name]: None}, [graph.index[name]]
    while waiting:
        for edge in graph.edges[waiting.pop()]:
            news = [member for member in edge.members if member not in found]
            found.update(dict.fromkeys(news))
            waiting += news
    return [graph.names[each] for each in found]


def mode_line(owner: str, mode: Degradation, since: Instant) -> str:
    parts = [f"{owner} runs in {mode.name} since {at(since)}"]
    parts += [f"still works: {mode.works}"] if mode.works else []
    parts += [f"lost meanwhile: {mode.lost}"] if mode.lost else []
    if mode.max_duration is not None and not mode.auto:
        parts.append(f"carries until {at(since + mode.max_duration)}")
    return "; ".join(parts)


def workarounds(state: State, nodes: Iterable[Node]) -> Iterator[tuple[str, str]]:
    """(what people do meanwhile, until when): of capabilities that are hurt."""
    for node in nodes:
        declared = facts.capability_of(state, node.name)
        if declared.workaround is None or node.level in (Shown.OK, Shown.AT_RISK, Shown.UNMONITORED):
            continue
        impact, good_for = facts.impact_of(state, node.name), declared.workaround.good_for
        since = impact.since if impact else None
        ends = f"until {at(since + good_for)}" if since is not None and good_for is not None else ""
        yield declared.workaround.what, ends


def suspected(state: State) -> list[str]:
    return [text_of(each.line) for each in cause(state)]


def spread(state: State, now: Instant) -> str:
    """Empty while nobody has thought about it."""
    if state.health.reasoned_at is None:
        return ""
    said = words.verdict(state.health.spread, now)
    return f"{said[:1].upper()}{said[1:]}"


def unseen(state: State) -> Iterator[str]:
    for source in facts.lost_sources(state)[:2]:
        yield headline.unreachable(state, source).rstrip(".")
    if blind := facts.blind(state):
        yield f"Cannot be seen: {join_names([node.name for node in blind], 6)}"


def wrong_data(state: State) -> str:
    names = [node.name for node in facts.breached(state)]
    return f"Data written by {join_names(names)} is wrong" if names else ""
