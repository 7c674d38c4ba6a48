"""The reference taken from poll to poll, and the picture by which both evaluators are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from cockpit.core.health.state import Health
from cockpit.core.levels import Integrity, Level, Shown
from cockpit.core.model import Capability, Criticality, Model, Service
from cockpit.core.poll import Change, Poll
from cockpit.core.slots import lay_out

from .reference import Answer, Watched, answer_of
from .reference_graph import (
    Edges,
    Mode,
    active_modes,
    capping,
    edges_of,
    every_node,
    integrity_shown,
    known_nodes,
    readers_of,
    shown,
)
from .reference_own import Measured, measured
from .reference_reasons import loss_per_minute, severity, spread, suspects

Picture: TypeAlias = dict[str, object]
"""Plain values by a path such as `service a`, `suspects`, `spread`."""


@dataclass
class Reference:
    model: Model
    watched: list[Watched] = field(default_factory=list)
    active: dict[Mode, float] = field(default_factory=dict)
    breached: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    moments: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    levels: dict[str, Shown] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.slots = lay_out(self.model)
        self.watched = [Watched(slot) for slot in self.slots.slots]

    def poll(self, poll: Poll) -> Picture:
        seen = [answer_of(self.slots, number, poll) for number in range(len(self.watched))]
        for one, answer in zip(self.watched, seen, strict=True):
            one.take(poll.at, answer)
        self.changes += poll.changes
        own = {node.name: measured(node, self.watched) for node in every_node(self.model)}
        self.active = active_modes(self.model, self.active, poll)
        edges = Edges(self.model, capping(self.model, self.active, poll.at))
        lo = {name: part.lo for name, part in own.items()}
        exposure = edges.fixpoint(lo)
        known = known_nodes(self.model, own)
        self._latch(own, poll)
        tainted_by = {
            node.name: tuple(
                sorted(name for name in self.breached if node.name in readers_of(self.model, name))
            )
            for node in every_node(self.model)
        }
        picture: Picture = {}
        integrity: dict[str, Integrity] = {}
        for node in every_node(self.model):
            name, part = node.name, own[node.name]
            integrity[name] = integrity_shown(part, name in self.breached, bool(tainted_by[name]))
            level = shown(
                part,
                exposure[name],
                name in known,
                bool(edges_of(node)),
                name in self.breached or bool(tainted_by[name]),
            )
            if self.levels.get(name) is not level:
                self.levels[name], self.since[name] = level, poll.at
            picture[f"node {name}"] = {
                "level": level.value,
                "own": (part.lo, part.hi) if part.has_signals else None,
                "exposure": exposure[name],
                "integrity": integrity[name].value,
                "tainted_by": tainted_by[name],
                "since": self.since[name],
                "onset": part.onset,
                "flapping": part.flapping,
                "idle": part.idle,
                "stale": part.stale,
                "contradiction": self._contradicts(node, part, lo, exposure, edges),
            }
            if isinstance(node, Service):
                picture[f"classes {name}"] = tuple(each.value for each in part.classes)
        picture["signals"] = {one.slot.key: one.committed for one in self.watched}
        self._reason(picture, poll.at, own, exposure, edges, integrity)
        return self._losses(picture, seen)

    def _latch(self, own: dict[str, Measured], poll: Poll) -> None:
        for name, part in own.items():
            if part.integrity is Integrity.BREACHED:
                self.breached.add(name)
            elif name in poll.reconciled:
                self.breached.discard(name)

    def _contradicts(
        self,
        node: Service | Capability,
        part: Measured,
        lo: dict[str, int],
        exposure: dict[str, int],
        edges: Edges,
    ) -> bool:
        def worst(name: str) -> int:
            return max(lo[name], exposure[name])

        fine = part.has_signals and not part.unknown and part.lo <= Level.AT_RISK
        return fine and any(
            edge.criticality is Criticality.HARD
            and edges.passes(node.name, edge, worst, trusting=False) >= Level.DEGRADED
            for edge in edges_of(node)
        )

    def _reason(
        self,
        picture: Picture,
        at: float,
        own: dict[str, Measured],
        exposure: dict[str, int],
        edges: Edges,
        integrity: dict[str, Integrity],
    ) -> None:
        services = [service.name for service in self.model.services]
        self.moments.append((at, {name: own[name].lo for name in services if own[name].lo >= Level.DEGRADED}))
        # Reading: "services still at most AT_RISK" are nodes (the contract's example names a capability) that
        # are shown OK or AT_RISK; an UNKNOWN one is not known to stand.
        falling = frozenset(
            name
            for name, level in self.levels.items()
            if level in (Shown.OK, Shown.AT_RISK) and exposure[name] >= Level.DEGRADED
        )
        found = spread(self.model, self.moments, own, falling)
        picture["suspects"] = [
            (one.service, one.score, one.explains, tuple(round(part, 6) for part in one.because))
            for one in suspects(self.model, own, edges, self.changes)
        ]
        picture["spread"] = {
            "verdict": found.verdict.value,
            "coverage": round(found.coverage, 9),
            "new": found.new,
            "next_to_fall": found.next_to_fall,
            "settles_at": found.settles_at,
        }
        suggested = severity(self.model, self.levels, integrity, found.verdict)
        picture["severity"] = suggested.value if suggested else None
        measured_ones = [own[name] for name in services if own[name].has_signals]
        picture["coverage"] = (sum(not part.unknown for part in measured_ones), len(measured_ones))

    def _losses(self, picture: Picture, seen: list[Answer]) -> Picture:
        for capability in self.model.capabilities:
            measures = [
                (one, answer)
                for one, answer in zip(self.watched, seen, strict=True)
                if one.slot.owner == capability.name
            ]
            kind, low, high, unit = loss_per_minute(capability, self.levels[capability.name], measures)
            picture[f"loss {capability.name}"] = (kind, round(low, 6), round(high, 6), unit)
        return picture


def picture_of(health: Health) -> Picture:
    """What the program says, in the same plain values."""
    model = health.graph.model
    picture: Picture = {}
    for node in health.nodes:
        picture[f"node {node.name}"] = {
            "level": node.level.value,
            "own": (int(node.own.lo), int(node.own.hi)) if node.own else None,
            "exposure": int(node.exposure),
            "integrity": node.integrity.value,
            "tainted_by": tuple(sorted(node.tainted_by)),
            "since": node.since,
            "onset": node.onset,
            "flapping": node.flapping,
            "idle": node.idle,
            "stale": node.stale,
            "contradiction": node.contradiction is not None,
        }
    for service in model.services:
        picture[f"classes {service.name}"] = tuple(each.value for each in health.node(service.name).classes)
    slots = health.graph.slots
    picture["signals"] = {
        slot.key: level for slot, level in zip(slots.slots, health.columns.committed, strict=True)
    }
    picture["suspects"] = [
        (
            one.service,
            round(one.score, 4),
            one.explains,
            tuple(
                round(part, 6)
                for part in (
                    one.because.coverage,
                    one.because.precedence,
                    one.because.unexplained,
                    one.because.change,
                    one.because.severity,
                )
            ),
        )
        for one in health.suspects
    ]
    picture["spread"] = {
        "verdict": health.spread.verdict.value,
        "coverage": round(health.spread.coverage, 9),
        "new": tuple(health.spread.new),
        "next_to_fall": frozenset(health.spread.next_to_fall),
        "settles_at": health.spread.settles_at,
    }
    picture["severity"] = health.severity.value if health.severity else None
    picture["coverage"] = (health.known, health.total)
    for capability in model.capabilities:
        loss = health.impacts[capability.name].per_minute
        picture[f"loss {capability.name}"] = (loss.kind, round(loss.low, 6), round(loss.high, 6), loss.unit)
    return picture


def differences(said: Picture, meant: Picture) -> list[str]:
    """One line for each value that differs, for people."""
    lines = []
    for path in sorted({*said, *meant}):
        one, other = said.get(path), meant.get(path)
        if isinstance(one, dict) and isinstance(other, dict):
            lines += [
                f"{path}.{key}: {one.get(key)!r}, by the text {other.get(key)!r}"
                for key in {*one, *other}
                if one.get(key) != other.get(key)
            ]
        elif one != other:
            lines.append(f"{path}: {one!r}, by the text {other!r}")
    return lines
