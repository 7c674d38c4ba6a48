"""Every service in one list: flat, or a tree by system or owner; made to be rebuilt at every poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import attrgetter, is_
from typing import Final

from cockpit.core.health.state import Node
from cockpit.core.levels import Instant, Integrity, Shown
from cockpit.core.model import Service
from cockpit.core.state import SourceState, State
from cockpit.text import clean
from cockpit.views import facts, words
from cockpit.views.lines import LEVEL_TONES, Tone


class Grouping(StrEnum):
    FLAT = "flat"
    SYSTEM = "system"
    OWNER = "owner"


class Order(StrEnum):
    SEVERITY = "severity"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Options:
    """What the person at the screen chose."""

    grouping: Grouping = Grouping.FLAT
    order: Order = Order.SEVERITY
    filter: str = ""
    """Words that name, title, owner, system, level or class must hold, all of them; a leading `!` inverts."""
    only_wrong: bool = False
    folded: frozenset[str] = frozenset()
    """Keys of header rows whose members are hidden."""


class RowKind(StrEnum):
    SERVICE = "service"
    HEADER = "header"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, eq=False)
class ServiceRow:
    """One line of the list. The same object as in the previous list when nothing of it changed.

    Compared by identity: what moves by itself (ages, the value of the main signal) is not in here and is
    drawn by `draw` for the rows on screen.
    """

    key: str
    """Name of the service; for headers and sources `group:NAME` and `source:NAME`."""
    kind: RowKind
    depth: int
    glyph: str
    tone: Tone
    name: str
    level: str
    """As people read it: "AT RISK"; for headers "2 of 7 not OK"."""
    failure: str = ""
    """Failure class as a word."""
    since: Instant | None = None
    owner: str = ""
    tier: str = ""
    overlays: tuple[str, ...] = ()
    """Words beside the level: `acked`, `flapping`, `stale`, `fallback pay-later-queue`, `data wrong`, ..."""
    node: Node | None = None
    folded: bool = False
    marks: tuple[object, ...] = ()
    """What else the row was made of; equal marks and the same node make the same row."""
    haystack: str = ""
    """Lower case; what a filter looks in."""
    rank: tuple[int, str] = (0, "")
    """Its place by severity."""
    is_wrong: bool = False
    """Neither OK nor unmonitored."""


@dataclass(frozen=True, slots=True)
class ServiceList:
    """The rows to show, and what the next call of `rows` needs to be fast."""

    rows: tuple[ServiceRow, ...] = ()
    shown: int = 0
    """Services in the list; with a filter fewer than `total`."""
    total: int = 0
    not_ok: int = 0
    """Services that are neither OK nor unmonitored, of all."""
    cache: Mapping[str, ServiceRow] = field(default_factory=dict)
    options: Options = Options()
    """What these rows were made with."""
    model: object = None
    made_of: tuple[object, ...] = ()
    """What else these rows were made of; as long as all of it is the same object, so are the rows."""


BY_SEVERITY: Final = attrgetter("rank")
BY_NAME: Final = attrgetter("name")
IS_WRONG: Final = attrgetter("is_wrong")
OF_SOURCES = "group:what we see with"


def rows(
    state: State, now: Instant, options: Options | None = None, previous: ServiceList | None = None
) -> ServiceList:
    """All rows by `options`; rows of `previous` are reused where their node is the same object."""
    options = options or Options()
    sources = _sources(state, options, previous)
    made_of = state.model, state.health.nodes, state.record.acknowledged, *sources
    if previous and previous.options == options and _are(previous.made_of, made_of):
        return previous
    depth = 0 if options.grouping is Grouping.FLAT else 1
    every = _every(state, depth, previous, options)
    kept = _chosen(every, options)
    kept.sort(key=BY_NAME if options.order is Order.NAME else BY_SEVERITY)
    shown = _grouped(state, kept, every, options, previous) if depth else kept
    cache = {row.key: row for row in every}
    cache |= {row.key: row for row in (*sources, *shown) if row.kind is not RowKind.SERVICE}
    first = bool(facts.lost_sources(state))  # what we see with is the news only when it is lost
    return ServiceList(
        (*sources, *shown) if first else (*shown, *sources),
        len(kept),
        len(every),
        sum(map(IS_WRONG, every)),
        cache,
        options,
        state.model,
        made_of,
    )


def _are(these: tuple[object, ...], those: tuple[object, ...]) -> bool:
    """Whether they are the same objects; to compare thousands of nodes by value would take too long."""
    return len(these) == len(those) and all(map(is_, these, those))


def _every(state: State, depth: int, previous: ServiceList | None, options: Options) -> list[ServiceRow]:
    """A row for each service, as declared; the previous one where it still tells the truth."""
    acknowledged = state.record.acknowledged
    same = (
        previous is not None
        and previous.model is state.model
        and ((previous.options.grouping is Grouping.FLAT) is (options.grouping is Grouping.FLAT))
    )
    before: Mapping[str, ServiceRow] = previous.cache if previous and same else {}
    found = []
    ack = None
    for declared, node in zip(state.model.services, state.health.nodes, strict=False):
        old = before.get(declared.name)
        if acknowledged:
            ack = acknowledged.get(declared.name)
        if old is not None and old.node is node and old.marks[0] is ack:
            found.append(old)
        else:
            found.append(_row(declared, node, depth, ack))
    return found


def _row(declared: Service, node: Node, depth: int, ack: object) -> ServiceRow:
    level = words.level_word(node.level)
    failure = words.CLASSES[node.failure_class] if node.failure_class else ""
    looked_in = (node.name, declared.title, declared.owner, declared.system, declared.region, level, failure)
    overlays = _overlays(node, ack is not None)
    return ServiceRow(
        key=node.name,
        kind=RowKind.SERVICE,
        depth=depth,
        glyph=words.GLYPHS[node.level],
        tone=Tone.BREACHED if node.integrity is Integrity.BREACHED else LEVEL_TONES[node.level],
        name=clean(node.name),
        level=level,
        failure=failure,
        since=node.since,
        owner=clean(declared.owner),
        tier=str(declared.tier),
        overlays=overlays,
        node=node,
        marks=(ack,),
        haystack=" ".join((*looked_in, *overlays)).casefold(),
        rank=(-_badness(node), clean(node.name)),
        is_wrong=facts.is_wrong(node),
    )


def _overlays(node: Node, acked: bool) -> tuple[str, ...]:
    """Most important first."""
    said = (
        words.INTEGRITY[node.integrity],
        f"fallback {node.degradation}" if node.degradation else "",
        "does not add up" if node.contradiction else "",
        "acked" if acked else "",
        "flapping" if node.flapping else "",
        "stale" if node.stale else "",
        "no traffic" if node.idle else "",
    )
    return tuple(clean(word) for word in said if word)


def _chosen(every: list[ServiceRow], options: Options) -> list[ServiceRow]:
    kept = every
    if options.only_wrong:
        kept = [row for row in kept if row.is_wrong]
    wanted = options.filter.strip().casefold()
    inverted = wanted.startswith("!")
    sought = wanted.removeprefix("!").split()
    if sought:
        kept = [row for row in kept if all(word in row.haystack for word in sought) is not inverted]
    return list(kept)


def _badness(node: Node) -> int:
    """Breached data stands above DOWN; an idle service is no worse than a fine one."""
    if node.integrity is Integrity.BREACHED:
        return 10
    return 1 if node.idle else words.BADNESS[node.level]


def _grouped(
    state: State,
    kept: Sequence[ServiceRow],
    every: Sequence[ServiceRow],
    options: Options,
    previous: ServiceList | None,
) -> list[ServiceRow]:
    """Headers with their members below them; `kept` is in order already."""
    group_of = {service.name: _group(service, options.grouping) for service in state.model.services}
    whole: dict[str, list[ServiceRow]] = {}
    for row in every:
        whole.setdefault(group_of[row.key], []).append(row)
    members: dict[str, list[ServiceRow]] = {}
    for row in kept:
        members.setdefault(group_of[row.key], []).append(row)
    headers = [_header(name, whole[name], options, previous) for name in members]
    headers.sort(key=BY_NAME if options.order is Order.NAME else BY_SEVERITY)
    found: list[ServiceRow] = []
    for header in headers:
        found.append(header)
        if not header.folded:
            found += members[header.key.removeprefix("group:")]
    return found


def _group(service: Service, grouping: Grouping) -> str:
    return service.system if grouping is Grouping.SYSTEM else service.owner


def _header(
    name: str, members: Sequence[ServiceRow], options: Options, previous: ServiceList | None
) -> ServiceRow:
    """The worst of a group, and how many are not OK; of all its members, whatever the filter."""
    worst = min(members, key=BY_SEVERITY)
    wrong = sum(map(IS_WRONG, members))
    key = f"group:{name}"
    level = f"{wrong} of {len(members)} not OK" if wrong else f"{len(members)} fine"
    level = f"{len(members)} not seen to fail" if not wrong and _any_unseen(members) else level
    folded = key in options.folded
    old = previous.cache.get(key) if previous else None
    if old is not None and (old.node, old.level, old.folded) == (worst.node, level, folded):
        return old
    nobody = "no owner" if options.grouping is Grouping.OWNER else "no system"
    title = clean(name) or nobody
    return ServiceRow(
        key,
        RowKind.HEADER,
        0,
        worst.glyph,
        worst.tone,
        title,
        level,
        node=worst.node,
        folded=folded,
        rank=(worst.rank[0], title),
    )


def _any_unseen(members: Sequence[ServiceRow]) -> bool:
    """Idle or unmonitored: not wrong, and nobody may call it fine."""
    return any(row.node is not None and row.node.level.level is None for row in members)


def _sources(state: State, options: Options, previous: ServiceList | None) -> list[ServiceRow]:
    """Servers that we see with, as services of the model; all of them, or only what cannot be reached.

    The filter is for services: with one they are left out.
    """
    lost = facts.lost_sources(state)
    others = sorted(
        state.picture.sources.values(), key=lambda source: (source.reachable is None, source.name)
    )
    rest = [] if options.only_wrong else [source for source in others if source.reachable is not False]
    if options.filter or not (lost or rest):
        return []
    before: Mapping[str, ServiceRow] = previous.cache if previous else {}
    members = [_reused(before, _source(source)) for source in (*lost, *rest)]
    known = f"{len(lost)} of {len(lost) + len(rest)} unreachable" if lost else _reached(rest)
    glyph, tone = members[0].glyph, members[0].tone
    folded = OF_SOURCES in options.folded
    name = OF_SOURCES.removeprefix("group:")
    head = ServiceRow(OF_SOURCES, RowKind.HEADER, 0, glyph, tone, name, known, folded=folded)
    head = _reused(before, replace(head, marks=(known, glyph, folded)))
    return [head] if folded else [head, *members]


def _source(source: SourceState) -> ServiceRow:
    shown = {True: Shown.OK, False: Shown.UNKNOWN, None: Shown.UNMONITORED}[source.reachable]
    level = {True: words.level_word(Shown.OK), False: "UNREACHABLE", None: "NOT ASKED"}[source.reachable]
    return ServiceRow(
        key=f"source:{source.name}",
        kind=RowKind.SOURCE,
        depth=1,
        glyph=words.GLYPHS[shown],
        tone=LEVEL_TONES[shown],
        name=clean(facts.source_title(source)),
        level=level,
        failure=clean(source.reason if source.reachable is False else source.note),
        since=source.since,
        owner=clean(source.owner),
        marks=(source.reachable, source.reason, source.note, source.since, source.owner),
    )


def _reached(sources: Sequence[SourceState]) -> str:
    asked = sum(source.reachable is not None for source in sources)
    return f"{asked} answering" if asked == len(sources) else f"{asked} of {len(sources)} answering"


def _reused(before: Mapping[str, ServiceRow], row: ServiceRow) -> ServiceRow:
    """The same object as in the list before where nothing of it changed."""
    old = before.get(row.key)
    return old if old is not None and old.marks == row.marks else row
