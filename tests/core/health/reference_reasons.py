"""Rules I, J, K and L once more: suspects, spread, loss and severity from whole lists."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cockpit.core.levels import Integrity, Level, Severity, Shown, Verdict
from cockpit.core.model import Capability, Model
from cockpit.core.poll import PRESENT, Change

from .reference import NO_EVIDENCE, UNKNOWN, Answer, Watched
from .reference_graph import Edges, edges_of, every_node
from .reference_own import Measured

W = 600.0
Moments = Sequence[tuple[float, Mapping[str, int]]]
"""(at, own level by service of A) of every poll."""

SHARE = {0: (0.0, 0.0), 1: (0.0, 0.02), 2: (0.02, 0.2), 3: (0.2, 0.8), 4: (0.8, 1.0)}


@dataclass(frozen=True)
class Suspicion:
    service: str
    score: float
    explains: tuple[str, ...]
    because: tuple[float, float, float, float, float]


def suspects(
    model: Model, own: Mapping[str, Measured], edges: Edges, changes: Sequence[Change]
) -> list[Suspicion]:
    """Rules I, for at most 64 failing services."""
    failing = [service.name for service in model.services if own[service.name].lo >= Level.DEGRADED]
    found = [_suspicion(model, name, failing, own, edges, changes) for name in failing]
    return sorted(found, key=lambda one: (-one.score, one.service))


def _suspicion(
    model: Model,
    name: str,
    failing: list[str],
    own: Mapping[str, Measured],
    edges: Edges,
    changes: Sequence[Change],
) -> Suspicion:
    alone = {node.name: own[name].lo if node.name == name else 0 for node in every_node(model)}
    # Reading: unreviewed edges explain, so here they speak in full.
    predicted = edges.fixpoint(alone, trusting=True)
    others = [other for other in failing if other != name and predicted[other] >= Level.DEGRADED]
    onset = own[name].onset
    assert onset is not None
    because = (
        (1 + len(others)) / len(failing),
        _precedence(onset, [own[other].onset or math.nan for other in others]),
        _unexplained(model, name, own, edges),
        max(
            (
                math.exp(-(onset - one.at) / 1800)
                for one in changes
                if one.service == name and 0 <= onset - one.at <= 7200
            ),
            default=0.0,
        ),
        own[name].lo / 4,
    )
    weights = (0.35, 0.25, 0.20, 0.15, 0.05)
    score = sum(weight * part for weight, part in zip(weights, because, strict=True))
    return Suspicion(name, round(score, 4), tuple(sorted(others)), because)


def _precedence(onset: float, others: list[float]) -> float:
    if not others:
        return 1.0
    late = onset - min(others)
    return min(1.0, max(0.0, (660 - late) / 600))


def _unexplained(model: Model, name: str, own: Mapping[str, Measured], edges: Edges) -> float:
    results = [
        edges.passes(name, edge, lambda member: own[member].lo, trusting=True)
        for node in model.services
        if node.name == name
        for edge in edges_of(node)
    ]
    return 1 - min(1.0, max(results, default=0) / own[name].lo)


@dataclass(frozen=True)
class Spreading:
    verdict: Verdict
    coverage: float
    new: tuple[str, ...]
    next_to_fall: frozenset[str]
    settles_at: float | None


def at_or_before(moments: Moments, instant: float) -> tuple[float, Mapping[str, int]] | None:
    return next((moment for moment in reversed(moments) if moment[0] <= instant), None)


def coverage(model: Model, own: Mapping[str, Measured], failing: Mapping[str, int]) -> float:
    near = set(failing)
    for service in model.services:
        for edge in service.depends_on:
            for member in edge.members:
                if member in failing:
                    near.add(service.name)
                if service.name in failing:
                    near.add(member)
    counted = [
        own[service.name]
        for service in model.services
        if (service.name in near or not failing)
        and own[service.name].has_signals
        and not own[service.name].idle
    ]
    return sum(not part.unknown for part in counted) / len(counted) if counted else 0.0


def spread(model: Model, moments: Moments, own: Mapping[str, Measured], falling: frozenset[str]) -> Spreading:
    """Rules J."""
    _, failing = moments[-1]
    covered = coverage(model, own, failing)
    verdict, new = _verdict(model, moments, own, covered)
    settles = _settles_at(moments) if verdict is Verdict.TOO_EARLY else None
    return Spreading(verdict, covered, tuple(sorted(new)), falling, settles)


def _verdict(
    model: Model, moments: Moments, own: Mapping[str, Measured], covered: float
) -> tuple[Verdict, set[str]]:
    at, failing = moments[-1]
    if covered < 0.7:
        return Verdict.CANNOT_TELL, set()
    if not failing:
        quiet = all(not then for when, then in moments if when >= at - W)
        return (Verdict.CLEAR if quiet else Verdict.RECOVERING), set()
    polled = at_or_before(moments, at - W / 2)
    from_poll = polled is not None and bool(polled[1])
    if polled is not None and polled[1]:
        base = set(polled[1])
    else:
        onsets = {name: own[name].onset or 0.0 for name in failing}
        base = {name for name in failing if onsets[name] - min(onsets.values()) <= 60}
    new = set(failing) - base
    if new:
        return Verdict.SPREADING, new
    before = burden(model, polled[1]) if polled is not None and from_poll else None
    if before is not None and 10 * burden(model, failing) > 11 * before:
        return Verdict.WORSENING, set()
    old = at_or_before(moments, at - W)
    if old is None or set(failing) - set(old[1]):
        return Verdict.TOO_EARLY, set()
    if before is not None and 10 * burden(model, failing) < 9 * before:
        return Verdict.RECOVERING, set()
    return Verdict.CONTAINED, set()


def burden(model: Model, failing: Mapping[str, int]) -> float:
    tiers = {service.name: service.tier for service in model.services}
    return sum(level * model.weight(tiers[name]) for name, level in failing.items())


def _settles_at(moments: Moments) -> float:
    """When the last poll that lacked one of those failing now will be more than W ago."""
    now = set(moments[-1][1])
    settles = moments[-1][0]
    for at, failing in reversed(moments):
        if now - set(failing):
            break
        settles = at
    return settles + W


def loss_per_minute(
    capability: Capability, level: Shown, measures: Sequence[tuple[Watched, Answer]]
) -> tuple[str, float, float, str]:
    """(kind, low, high, unit) of rule K. Several sources each see a part, so they add up."""
    known = bool(measures) and all(one.now not in (UNKNOWN, NO_EVIDENCE) for one, _ in measures)
    expected = sum(seen.volume for _, seen in measures)
    kind, (low, high) = "unknown", (0.0, 1.0)
    if known:
        # Reading: selling more than expected is no loss, and no negative one either.
        share = max(0.0, 1 - sum(seen.value * seen.volume for _, seen in measures) / expected)
        kind, (low, high) = "measured", (share, share)
    elif level.level is not None:
        kind, (low, high) = "estimated", SHARE[level.level]
    # Reading: a share is worth something where it is known what was expected.
    # Unknown is 0-100 %, never an amount that somebody could quote.
    if (
        kind != "unknown"
        and capability.value
        and measures
        and all(seen.answer == PRESENT for _, seen in measures)
    ):
        worth = capability.value.per_unit * expected
        return kind, low * worth, high * worth, "money"
    return kind, low * 100, high * 100, "%"


def severity(
    model: Model,
    levels: Mapping[str, Shown],
    integrity: Mapping[str, Integrity],
    verdict: Verdict,
) -> Severity | None:
    """Rule L."""
    level_of = [(node, levels[node.name].level or Level.OK) for node in every_node(model)]
    if Integrity.BREACHED in integrity.values() or any(
        isinstance(node, Capability) and node.tier == 1 and level >= Level.FAILING for node, level in level_of
    ):
        return Severity.SEV1
    bad = [node for node, level in level_of if level >= Level.DEGRADED]
    if verdict is Verdict.SPREADING or any(node.tier <= 2 for node in bad):
        return Severity.SEV2
    return Severity.SEV3 if bad else None
