"""One pass over all slots: samples in, committed levels out; what is OK and stays OK is skipped.

Written for 20,000 slots a poll: columns are copied (a memory copy each), then only slots whose
story changes are touched as single values.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from typing import Final

from cockpit.core.health.commit import FLAP_WINDOW, after_known, after_unknown, forget, is_flapping
from cockpit.core.health.graph import Graph
from cockpit.core.health.rules import NO_EVIDENCE, UNKNOWN, Rule, judge
from cockpit.core.health.state import Columns, Run
from cockpit.core.levels import Instant, Level
from cockpit.core.poll import FAILED, UNRULED, Samples
from cockpit.core.slots import Template

NAN: Final = float("nan")
NEVER: Final = -2
STEADY_OK: Final = 1
STEADY_FAILED: Final = 2


def empty_columns(count: int) -> Columns:
    """Columns of `count` slots that nobody has looked at yet."""
    nothing = array("d", [NAN]) * count
    return Columns(
        committed=array("b", [UNKNOWN]) * count,
        since=array("d", nothing),
        bad_since=array("d", nothing),
        run_verdict=array("b", [NEVER]) * count,
        run_first=array("d", nothing),
        run_last=array("d", nothing),
        first=array("d", nothing),
        skipped=bytearray(count),
        unruled=bytearray(count),
        flapping=bytearray(count),
        steady=bytearray(count),
        until=array("d", nothing),
        runs=[()] * count,
        commits=[()] * count,
    )


def copy_columns(old: Columns) -> Columns:
    """Columns that may be written without touching `old`."""
    return Columns(
        old.committed[:],
        old.since[:],
        old.bad_since[:],
        old.run_verdict[:],
        old.run_first[:],
        old.run_last[:],
        old.first[:],
        old.skipped[:],
        old.unruled[:],
        old.flapping[:],
        old.steady[:],
        old.until[:],
        old.runs[:],
        old.commits[:],
    )


def settle(
    graph: Graph, old: Columns, samples: Mapping[int, Samples], at: Instant
) -> tuple[Columns, list[int]]:
    """Judge every slot once; returns the new columns and the slots that say something else than before."""
    columns = copy_columns(old)
    told: list[int] = []
    for template in graph.slots.templates:
        answers = samples.get(template.number)
        if answers is None or len(answers) != len(template):
            answers = Samples.failed(len(template))
        for slot in _not_steady(graph, columns, template, answers, at):
            _settle_slot(graph, columns, slot, slot - template.start, answers, at)
            if _tells(columns, slot) != _tells(old, slot):
                told.append(slot)
    return columns, told


def _tells(columns: Columns, slot: int) -> tuple[object, ...]:
    """All that a node takes from a slot; see `core.health.own`."""
    return (
        columns.committed[slot],
        columns.skipped[slot],
        columns.unruled[slot],
        columns.flapping[slot],
        columns.run_verdict[slot] == UNKNOWN,
    )


def _not_steady(
    graph: Graph, columns: Columns, template: Template, answers: Samples, at: Instant
) -> list[int]:
    """Slots of a template that need a closer look; the others only live on."""
    steady, until, last = columns.steady, columns.until, columns.run_last
    floor, ceiling = graph.floor, graph.ceiling
    need, oldest = graph.min_volume, graph.max_age
    answer, volume, age, partial = answers.answer, answers.volume, answers.age, answers.partial
    closer: list[int] = []
    for row, value in enumerate(answers.value):
        slot = template.start + row
        now = steady[slot] if at < until[slot] else 0
        if now == STEADY_OK:
            # A NaN fails the first comparison, an unknown volume the second, so both get the closer look.
            if (
                not answer[row]
                and floor[slot] <= value <= ceiling[slot]
                and volume[row] >= need[slot]
                and not age[row] > oldest[slot]
                and not partial
            ):
                last[slot] = at
                continue
        elif now == STEADY_FAILED and answer[row] == FAILED:
            last[slot] = at
            continue
        closer.append(slot)
    return closer


def _settle_slot(graph: Graph, columns: Columns, slot: int, row: int, answers: Samples, at: Instant) -> None:
    rule = graph.rules[slot]
    answer = answers.answer[row]
    committed = columns.committed[slot]
    columns.unruled[slot] = answer == UNRULED
    if answer == UNRULED:
        columns.steady[slot] = columns.skipped[slot] = 0
        _commit(columns, slot, UNKNOWN, at)
        return
    verdict = judge(
        rule, committed, answer, answers.value[row], answers.volume[row], answers.age[row], answers.partial
    )
    columns.flapping[slot] = flapping = is_flapping(columns.commits[slot], at)
    columns.skipped[slot] = verdict == NO_EVIDENCE
    if verdict == NO_EVIDENCE:
        # `not (x > y)` so that a slot without any verdict (NaN) stays what it is: unknown.
        if columns.run_last[slot] <= at - rule.idle_after:
            _commit(columns, slot, UNKNOWN, at)
        columns.steady[slot] = 0
        return
    _note(columns, slot, verdict, at)
    runs = _runs(columns, slot)
    if verdict == UNKNOWN:
        level = after_unknown(rule, committed, runs, at)
    else:
        level = after_known(rule, committed, runs, columns.first[slot], at, bool(flapping))
    columns.runs[slot] = forget(columns.runs[slot], rule, at)
    _commit(columns, slot, level, at)
    columns.steady[slot], columns.until[slot] = _steadiness(rule, columns, slot, runs, at)


def _note(columns: Columns, slot: int, verdict: int, at: Instant) -> None:
    """Write the verdict into the history: one run more, or the open one grows."""
    if columns.run_verdict[slot] == verdict:
        columns.run_last[slot] = at
        return
    if columns.run_verdict[slot] == NEVER:
        columns.first[slot] = at
    else:
        columns.runs[slot] = _runs(columns, slot)
    columns.run_verdict[slot] = verdict
    columns.run_first[slot] = columns.run_last[slot] = at


def _runs(columns: Columns, slot: int) -> tuple[Run, ...]:
    """All remembered runs, the open one last."""
    return *columns.runs[slot], (columns.run_verdict[slot], columns.run_first[slot], columns.run_last[slot])


def _commit(columns: Columns, slot: int, level: int, at: Instant) -> None:
    before = columns.committed[slot]
    if before == level:
        return
    if before >= 0 and level >= 0:
        recent = tuple(commit for commit in columns.commits[slot] if commit >= at - FLAP_WINDOW)
        columns.commits[slot] = (*recent, at)
    if level < Level.DEGRADED:
        columns.bad_since[slot] = NAN
    elif before < Level.DEGRADED:
        columns.bad_since[slot] = at
    columns.committed[slot] = level
    columns.since[slot] = at


def _steadiness(
    rule: Rule, columns: Columns, slot: int, runs: tuple[Run, ...], at: Instant
) -> tuple[int, Instant]:
    """Whether the same answer could change anything at all, and from when on it could."""
    verdict, committed = columns.run_verdict[slot], columns.committed[slot]
    if is_flapping(columns.commits[slot], at) or verdict > Level.OK:
        return 0, at
    if verdict == committed:
        return (STEADY_OK if verdict == Level.OK else STEADY_FAILED), math.inf
    if verdict == UNKNOWN:
        known = max((last for each, _, last in runs if each >= 0), default=at)
        return STEADY_FAILED, known + rule.stale_after
    if committed == UNKNOWN:
        blind = max((last for each, _, last in runs if each == UNKNOWN), default=columns.first[slot])
        return STEADY_OK, max(blind, columns.first[slot]) + rule.for_
    return 0, at
