"""What was seen while a drill went on: how every node and flag stood, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from cockpit.core.levels import Instant, Integrity, Level, Shown
from cockpit.core.model import Scalar
from cockpit.core.state import State

NONE: Final[Mapping[str, tuple[Seen, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Seen:
    """How a node looked from `at` on."""

    at: Instant
    level: Shown
    integrity: Integrity = Integrity.OK

    @property
    def hurts(self) -> bool:
        """DEGRADED or worse, as measured; what nobody can see is not known to be well either."""
        return self.level is Shown.UNKNOWN or (self.level.level or Level.OK) >= Level.DEGRADED

    @property
    def is_wrong(self) -> bool:
        """Measured, and not as it should be."""
        return self.level not in (Shown.OK, Shown.UNMONITORED, Shown.UNKNOWN) or self.data_is_wrong

    @property
    def data_is_wrong(self) -> bool:
        return self.integrity in (Integrity.SUSPECT, Integrity.BREACHED)


@dataclass(frozen=True, slots=True)
class Track:
    """Changes only, oldest first, by name."""

    nodes: Mapping[str, tuple[Seen, ...]] = field(default_factory=lambda: NONE)
    flags: Mapping[str, tuple[tuple[Instant, Scalar], ...]] = field(default_factory=dict)
    at: Instant | None = None
    """Of the last poll."""

    def of(self, name: str) -> tuple[Seen, ...]:
        return self.nodes.get(name, ())


def tracked(track: Track, state: State) -> Track:
    """`track` after one poll more; the same poll twice changes nothing."""
    health, poll = state.health, state.picture.last_poll
    if health.at is None or poll is None or health.at == track.at:
        return track
    nodes = dict(track.nodes)
    for node in health.nodes:
        known = nodes.get(node.name, ())
        now = Seen(health.at, node.level, node.integrity)
        if not known or (known[-1].level, known[-1].integrity) != (now.level, now.integrity):
            nodes[node.name] = (*known, now)
    flags = dict(track.flags)
    for key, value in poll.flags.items():
        told = flags.get(key, ())
        if not told or told[-1][1] != value:
            flags[key] = (*told, (health.at, value))
    return replace(track, nodes=nodes, flags=flags, at=health.at)
