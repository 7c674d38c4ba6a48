"""What a node's own signals say together: rules D, an interval and not a number."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from cockpit.core.health.graph import Graph
from cockpit.core.health.rules import UNKNOWN, Rule
from cockpit.core.health.state import Columns, Own, Part
from cockpit.core.levels import URGENCY, FailureClass, Instant, Integrity, Kind, Level

CLASS_OF: Final = {
    Kind.ERRORS: FailureClass.DEGRADATION,
    Kind.PROBE: FailureClass.UNAVAILABLE,
    Kind.LATENCY: FailureClass.DELAY,
    Kind.LAG: FailureClass.DELAY,
    Kind.FRESHNESS: FailureClass.DELAY,
    Kind.INTEGRITY: FailureClass.CORRUPTION,
    Kind.RETRIES: FailureClass.RETRY_STORM,
    Kind.THROTTLE: FailureClass.THROTTLED,
    Kind.TRAFFIC: FailureClass.DEGRADATION,
}
"""Saturation is missing on purpose: being full is a cause, not a way to fail."""


def measure(graph: Graph, columns: Columns, node: int, only: Container[int] | None = None) -> Part:
    """The interval, classes and integrity of `node` from the committed levels of its slots.

    `only`: as if it had no other slots than these; a cause stays one where its symptoms are left out.
    """
    every = [slot for slot in graph.slots_of[node] if not columns.unruled[slot]]
    slots = every if only is None else [slot for slot in every if slot in only]
    if not slots:
        return Part()
    rules = [graph.rules[slot] for slot in slots]
    levels = [columns.committed[slot] for slot in slots]
    left_out = [bool(columns.skipped[slot]) and columns.committed[slot] == UNKNOWN for slot in slots]
    has_symptom = any(not graph.rules[slot].cause for slot in every)
    counted = [_counted(rule, level, has_symptom) for rule, level in zip(rules, levels, strict=True)]
    judged = [at for at in range(len(slots)) if not left_out[at]]
    gives_evidence = [at for at in range(len(slots)) if not (has_symptom and rules[at].cause)]
    evidence = any(levels[at] >= 0 for at in judged if at in gives_evidence)
    blind = not evidence or any(rules[at].required and levels[at] == UNKNOWN for at in judged)
    lo = max((counted[at] for at in judged if levels[at] >= 0), default=int(Level.OK))
    own = Own(Level(lo), Level.DOWN if blind else Level(lo))
    unknown = own.hi > own.lo and own.lo <= Level.AT_RISK
    bad_since = [columns.bad_since[slots[at]] for at in judged if counted[at] >= Level.DEGRADED]
    return Part(
        own=own,
        classes=_classes(rules, levels, blind),
        integrity=_integrity(rules, levels, judged),
        onset=_earliest(bad_since),
        flapping=any(columns.flapping[slot] for slot in slots),
        idle=unknown and bool(gives_evidence) and all(left_out[at] for at in gives_evidence),
        stale=any(_is_stale(columns, slot) for slot in slots),
    )


def _counted(rule: Rule, level: int, has_symptom: bool) -> int:
    """What a committed level weighs in the interval."""
    if rule.cause and has_symptom:
        return min(level, Level.AT_RISK)
    if rule.integrity and level > Level.OK:
        return max(level, Level.DEGRADED)
    return level


def _classes(rules: list[Rule], levels: list[int], blind: bool) -> tuple[FailureClass, ...]:
    found = {
        FailureClass.UNAVAILABLE if rule.kind is Kind.ERRORS and level == Level.DOWN else CLASS_OF[rule.kind]
        for rule, level in zip(rules, levels, strict=True)
        if level > Level.OK and rule.kind in CLASS_OF
    }
    if blind:
        found.add(FailureClass.BLIND)
    return tuple(sorted(found, key=URGENCY.__getitem__))


def _integrity(rules: list[Rule], levels: list[int], judged: list[int]) -> Integrity:
    seen = [levels[at] for at in judged if rules[at].integrity]
    if any(level >= Level.FAILING for level in seen):
        return Integrity.BREACHED
    if any(level > Level.OK for level in seen):
        return Integrity.SUSPECT
    return Integrity.UNKNOWN if UNKNOWN in seen else Integrity.OK


def _earliest(moments: list[Instant]) -> Instant | None:
    """NaN never compares, so a moment that is not known never wins."""
    known = [moment for moment in moments if moment == moment]
    return min(known, default=None)


def _is_stale(columns: Columns, slot: int) -> bool:
    """Unknown in the last poll, but the level from before still stands."""
    return columns.committed[slot] >= 0 and columns.run_verdict[slot] == UNKNOWN and not columns.skipped[slot]
