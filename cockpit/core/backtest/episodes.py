"""Where one incident to be ends and the next begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from cockpit.core.backtest.model import Ended, Episode
from cockpit.core.health.severity import suggest
from cockpit.core.health.state import Health, Node
from cockpit.core.levels import Instant, Integrity, Level, Seconds, Severity, Shown
from cockpit.core.state import State

QUIET: Final[Seconds] = 600.0
"""So long all of it has to be well for the next to be another story."""
UNSEEN: Final[Seconds] = 3600.0
"""So long after it was last seen nobody can say any more that it is the same story."""
NEAR: Final = 0.1
"""Suspects whose scores lie nearer are both named."""
RANK: Final = {Severity.SEV1: 3, Severity.SEV2: 2, Severity.SEV3: 1}

Said: TypeAlias = Callable[[State], Sequence[str]]
"""What people would have read first."""
Badness: TypeAlias = tuple[int, int, int]


def is_hurt(node: Node) -> bool:
    return (node.level.level or Level.OK) >= Level.DEGRADED


def _suspects(health: Health) -> Iterator[str]:
    """The first, and a second that might as well be it."""
    first = health.suspects[0].score if health.suspects else 0.0
    yield from (each.service for each in health.suspects[:2] if first - each.score < NEAR)


@dataclass(frozen=True, slots=True)
class Open:
    """An episode that is not over."""

    begin: Instant
    last: Instant
    badness: Badness
    severity: Severity
    worst_at: Instant
    headline: tuple[str, ...]
    suspects: tuple[str, ...]
    nodes: dict[str, Level] = field(default_factory=dict)
    """Worst level of services and capabilities, in the order in which they fell."""
    data: tuple[str, ...] = ()
    serious_at: Instant | None = None
    well_since: Instant | None = None


class Episodes:
    """`services`: names of those that are no capabilities."""

    def __init__(self, services: frozenset[str], said: Said) -> None:
        self.closed: list[Episode] = []
        self._services = services
        self._said = said
        self._open: Open | None = None

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def see(self, state: State) -> None:
        """`state` after a poll, reasoned where something is hurt."""
        health, at = state.health, state.health.at
        assert at is not None
        hurt = [node for node in health.nodes if is_hurt(node)]
        if hurt:
            self._open = self._worse(state, hurt, at)
        elif self._open is not None:
            self._better(self._open, health, at)

    def told(self) -> tuple[Episode, ...]:
        """All of them, the open one as it stands."""
        if self._open is None:
            return tuple(self.closed)
        end = self._open.well_since
        return (*self.closed, self._as(self._open, end, "open" if end is None else "seen"))

    def _worse(self, state: State, hurt: Sequence[Node], at: Instant) -> Open:
        known, health = self._open, state.health
        severity = suggest(health) or Severity.SEV3
        burden = [int(node.level.level or 0) for node in hurt if node.name not in self._services]
        badness = (RANK[severity], sum(burden), sum(int(node.level.level or 0) for node in hurt))
        if known is None or badness > known.badness:
            suspects = tuple(_suspects(health))
            begin = known.begin if known else at
            fresh = Open(begin, at, badness, severity, at, tuple(self._said(state)), suspects)
            if known:
                fresh = replace(fresh, nodes=known.nodes, data=known.data, serious_at=known.serious_at)
            known = fresh
        nodes = dict(known.nodes)
        for node in hurt:
            nodes[node.name] = max(node.level.level or Level.OK, nodes.get(node.name, Level.OK))
        wrong = (node.name for node in hurt if node.integrity in (Integrity.SUSPECT, Integrity.BREACHED))
        data = tuple(dict.fromkeys((*known.data, *(name for name in wrong if name in self._services))))
        serious_at = known.serious_at
        if serious_at is None and (data or any(map(self._is_serious, hurt))):
            serious_at = at
        return replace(known, last=at, nodes=nodes, data=data, serious_at=serious_at, well_since=None)

    def _is_serious(self, node: Node) -> bool:
        return node.name not in self._services or (node.level.level or Level.OK) >= Level.FAILING

    def _better(self, known: Open, health: Health, at: Instant) -> None:
        """Unknown is never recovery: only what is seen to be well counts."""
        mine = (health.node(name) for name in known.nodes)
        unseen = any(node.level is Shown.UNKNOWN and not node.idle for node in mine)
        since = None if unseen else (at if known.well_since is None else known.well_since)
        if since is not None and at - since >= QUIET:
            self._close(self._as(known, since, "seen"))
        elif since is None and at - known.last >= UNSEEN:
            self._close(self._as(known, None, "unseen"))
        else:
            self._open = replace(known, well_since=since)

    def _close(self, episode: Episode) -> None:
        self.closed.append(episode)
        self._open = None

    def _as(self, known: Open, end: Instant | None, ended: Ended) -> Episode:
        services = {name: level for name, level in known.nodes.items() if name in self._services}
        capabilities = {name: level for name, level in known.nodes.items() if name not in self._services}
        return Episode(
            known.begin,
            known.last,
            end,
            ended,
            known.severity,
            known.worst_at,
            known.headline,
            services,
            capabilities,
            known.suspects,
            known.data,
            known.serious_at,
        )
