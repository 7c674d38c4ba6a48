"""The whole picture for machines and for plain text: `cockpit.status/v1`, exit code, and lines to read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from cockpit.core.clusters import blind_clusters, in_clusters, measuring, seen_in, told_apart
from cockpit.core.health.lens import part_by
from cockpit.core.health.reading import Reading
from cockpit.core.health.state import Node, Suspect
from cockpit.core.levels import Instant, Integrity, Level, Shown
from cockpit.core.state import State
from cockpit.views import clusters, headline
from cockpit.views.bridge import bridge
from cockpit.views.firstline import firstline
from cockpit.views.layout import cut, draw_section, wrap
from cockpit.views.lines import Section, text_of

SCHEMA = "cockpit.status/v1"
Document: TypeAlias = dict[str, Any]


def document(state: State, now: Instant, only: str = "") -> Document:
    """The contract of `cockpit status --json`; key order is part of it, new keys come last.

    `only`: as the signals of one cluster alone tell it. `clusters`, of all of them, is there when there are
    several, and `cluster` when it is limited to one.
    """
    whole, state = state, seen_in(state, only) if only else state
    health = state.health
    return {
        "schema": SCHEMA,
        "at": number(health.at if health.at is not None else now),
        "headline": list(headline.sentences(state, now, only)),
        "spread": {
            "verdict": health.spread.verdict.value,
            "coverage": number(health.spread.coverage),
            "new": list(health.spread.new),
            "next_to_fall": list(health.spread.next_to_fall),
        },
        "coverage": {"known": health.known, "total": health.total},
        "services": {node.name: _service(state, node, whole) for node in health.services()},
        "suspects": [_suspect(suspect) for suspect in health.suspects],
        "capabilities": {node.name: _capability(state, node) for node in health.capabilities()},
        "severity": health.severity.value if health.severity else None,
        "sources": {name: _source(state, name) for name in state.picture.sources},
        **_clusters(whole),
        **({"cluster": only} if only else {}),
    }


def exit_code(state: State) -> int:
    """0 all OK; 1 AT_RISK or DEGRADED; 2 FAILING, DOWN or data not OK; 3 nothing worse than UNKNOWN.

    UNMONITORED does not count; a system of nothing else, or without a poll, is unknown.
    """
    nodes = state.health.nodes
    levels = {node.level for node in nodes}
    doubtful = any(node.integrity in (Integrity.SUSPECT, Integrity.BREACHED) for node in nodes)
    if doubtful or levels & {Shown.FAILING, Shown.DOWN}:
        return 2
    if levels & {Shown.AT_RISK, Shown.DEGRADED}:
        return 1
    return 3 if Shown.UNKNOWN in levels or Shown.OK not in levels else 0


def text(state: State, now: Instant, width: int = 80, only: str = "") -> list[str]:
    """The Bridge as plain lines, in reading order; what a screen reader gets."""
    lines = [text_of(firstline(state, now, width, only)), ""]
    if only:
        whole, state = state, seen_in(state, only)
        lines += [text_of(each) for each in clusters.filtered(whole, state, only, width)]
    view = bridge(state, now, only)
    lines += [cut(text_of(each), width) for each in headline.lines(state, now, width, only=only)]
    lines += [text_of(each) for each in wrap(view.first_move, width)]
    for section in (view.wrong, view.business, view.next, view.timeline):
        lines += ["", *_section(section, width)]
    return lines


def _section(section: Section, width: int) -> list[str]:
    drawn = [text_of(each) for each, _ in draw_section(section, width - 1)]
    return [section.title.upper(), *(f" {each}".rstrip() for each in drawn)]


def number(value: float | None) -> float | str | None:
    """Finite numbers as they are; the others as the strings that JSON has no numbers for."""
    if value is None or math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"


def _service(state: State, node: Node, whole: State) -> Document:
    return {
        "level": node.level.value,
        "own": {"lo": node.own.lo.name, "hi": node.own.hi.name} if node.own else None,
        "exposure": node.exposure.name,
        "class": node.failure_class.value if node.failure_class else None,
        "classes": [each.value for each in node.classes],
        "integrity": node.integrity.value,
        "tainted_by": list(node.tainted_by),
        "since": number(node.since) if state.health.at is not None else None,
        "flapping": node.flapping,
        "idle": node.idle,
        "degradation": node.degradation,
        "contradiction": node.contradiction,
        "signals": _signals(state, node.name),
        "seen_from_here": _looks(state, node.name),
        **_by_cluster(whole, node.name),
    }


def _by_cluster(state: State, name: str) -> Document:
    """Nothing where there is only one."""
    levels = {each.cluster: each.level.value for each in in_clusters(state, name)}
    return {"clusters": levels} if levels else {}


def _clusters(state: State) -> Document:
    names = told_apart(state)
    return {"clusters": {name: _cluster(state, name) for name in names}} if names else {}


def _cluster(state: State, name: str) -> Document:
    """How much of it can be seen."""
    graph, columns = state.health.graph, state.health.columns
    sources = measuring(state.model, name)
    parts = [part_by(graph, columns, node, sources) for node in range(graph.services)]
    measured = [part for part in parts if part.own is not None]
    return {
        "blind": name in blind_clusters(state),
        "known": sum(not part.unknown for part in measured),
        "total": len(measured),
        "sources": sorted(sources),
    }


def _looks(state: State, name: str) -> list[Document] | None:
    """What checks saw, where metrics are blind; null: nobody looked."""
    looks = state.picture.looks.get(name)
    if not looks:
        return None
    return [
        {"what": each.what, "at": number(each.at), "good": each.good, "text": each.text} for each in looks
    ]


def _signals(state: State, name: str) -> Document:
    """By signal name. Where several sources know one, the worst of them, and each under `sources`."""
    by_name: dict[str, list[Reading]] = {}
    for reading in state.health.readings(name):
        by_name.setdefault(reading.signal.name, []).append(reading)
    found: Document = {}
    for signal, readings in by_name.items():
        found[signal] = _reading(max(readings, key=_badness))
        if len(readings) > 1:
            found[signal]["sources"] = {each.source: _reading(each) for each in readings}
    return found


def _badness(reading: Reading) -> float:
    """Unknown stands between what is at risk and what is degraded, as everywhere."""
    return Level.AT_RISK + 0.5 if reading.level is None else float(reading.level)


def _reading(reading: Reading) -> Document:
    return {
        "value": number(reading.value),
        "level": reading.level.name if reading.level is not None else Shown.UNKNOWN.value,
        "age": number(reading.age),
    }


def _suspect(suspect: Suspect) -> Document:
    because = suspect.because
    return {
        "service": suspect.service,
        "score": number(suspect.score),
        "explains": list(suspect.explains),
        "because": {
            "coverage": number(because.coverage),
            "precedence": number(because.precedence),
            "unexplained": number(because.unexplained),
            "change": number(because.change),
            "severity": number(because.severity),
        },
    }


def _capability(state: State, node: Node) -> Document:
    impact = state.health.impacts.get(node.name)
    loss = impact.per_minute if impact else None
    return {
        "level": node.level.value,
        "loss_per_minute": {
            "kind": loss.kind,
            "low": number(loss.low),
            "high": number(loss.high),
            "currency": loss.currency or None,
            "unit": loss.unit,
        }
        if loss
        else None,
    }


def _source(state: State, name: str) -> Mapping[str, object]:
    source = state.picture.sources[name]
    return {
        "kind": source.kind,
        "reachable": source.reachable,
        "since": number(source.since),
        "reason": source.reason or None,
        "note": source.note or None,
    }
