"""What the evaluator knows after a poll; every screen, command and export reads this and nothing else."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cockpit.core.health.graph import Graph
from cockpit.core.health.reading import Reading, readings, trail
from cockpit.core.levels import FailureClass, Instant, Integrity, Level, Severity, Shown, Verdict
from cockpit.core.model import Scalar
from cockpit.core.poll import Alert, Change, Samples


@dataclass(frozen=True, slots=True)
class Own:
    """A service's measured health: it is at least `lo`, and at most `hi` as far as anybody can see."""

    lo: Level
    hi: Level


@dataclass(frozen=True, slots=True)
class Node:
    """Health of a service or a capability. An unchanged node keeps its object from poll to poll."""

    name: str
    level: Shown = Shown.UNMONITORED
    own: Own | None = None
    """None: nothing is measured here."""
    exposure: Level = Level.OK
    """What its dependencies predict; a hypothesis beside the measurement."""
    classes: tuple[FailureClass, ...] = ()
    integrity: Integrity = Integrity.OK
    tainted_by: tuple[str, ...] = ()
    since: Instant = 0.0
    """When the shown level last changed."""
    onset: Instant | None = None
    """Since when it has been measured DEGRADED or worse without a break."""
    flapping: bool = False
    idle: bool = False
    degradation: str | None = None
    """The degraded mode that is in force."""
    contradiction: str | None = None
    stale: bool = False
    """Some signal is unknown right now, and the level shown is from before (within `stale_after`)."""

    @property
    def unknown(self) -> bool:
        """Measured, but nobody can say that it is well."""
        return self.own is not None and self.own.hi > self.own.lo and self.own.lo <= Level.AT_RISK

    @property
    def failure_class(self) -> FailureClass | None:
        return self.classes[0] if self.classes else None


@dataclass(frozen=True, slots=True)
class Because:
    """The parts of a suspicion, each 0 to 1, before they are weighed."""

    coverage: float
    precedence: float
    unexplained: float
    change: float
    severity: float


@dataclass(frozen=True, slots=True)
class Suspect:
    service: str
    score: float
    explains: tuple[str, ...]
    """The other failing services it covers, by name."""
    because: Because
    change: Change | None = None
    """The change that weighed in, if one did."""
    blind_spots: tuple[str, ...] = ()
    """Unknown services it touches: evidence is missing from these."""


@dataclass(frozen=True, slots=True)
class BrokenBoundary:
    """A declared boundary that did not hold: `service` fails although this edge should have contained it."""

    service: str
    suspect: str
    edge_from: str
    edge_to: str
    why: Literal["soft", "any_of", "fallback"]


@dataclass(frozen=True, slots=True)
class Spread:
    verdict: Verdict = Verdict.CANNOT_TELL
    coverage: float = 0.0
    new: tuple[str, ...] = ()
    next_to_fall: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    """Boundaries the new ones lie beyond: `team payments`, `system shop`, ..."""
    settles_at: Instant | None = None
    """TOO_EARLY: when it will be CONTAINED if nothing new falls."""
    failing: int = 0
    failing_before: int = 0
    """How many were failing at the base of the comparison."""
    since: Instant | None = None
    """Onset of the first of those that fail now."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Per minute or summed. `measured` has low == high; otherwise a range.

    `unit` "money": in `currency`; "%": percent of what was expected, where nobody knows what that is worth.
    """

    kind: Literal["measured", "estimated", "unknown"]
    low: float
    high: float
    unit: Literal["money", "%"]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a capability costs while it is not well."""

    per_minute: Loss
    so_far: Loss | None = None
    """Since `since`; None while nothing is lost."""
    since: Instant | None = None
    actual: float | None = None
    expected: float | None = None


Ring: TypeAlias = "tuple[tuple[Instant, Mapping[int, array[float]]], ...]"
Run: TypeAlias = tuple[int, Instant, Instant]
"""Equal verdicts in a row: (verdict, first at, last at). Verdicts are levels, or -1 for unknown."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What is remembered of every slot, side by side; written only while being built."""

    committed: array[int]
    """Level, or -1 for unknown."""
    since: array[float]
    """When it was committed to that."""
    bad_since: array[float]
    """Since when committed DEGRADED or worse without a break; NaN: it is not."""
    run_verdict: array[int]
    """Verdict of the open run; -2: none was ever taken."""
    run_first: array[float]
    run_last: array[float]
    first: array[float]
    """When the first verdict of all was taken; NaN: never."""
    skipped: bytearray
    """1: too little traffic in the last poll (N)."""
    unruled: bytearray
    """1: nobody watches this slot (see `poll.UNRULED`)."""
    flapping: bytearray
    steady: bytearray
    """1: OK again, 2: failed again changes nothing before `until`; 0: look closer."""
    until: array[float]
    runs: list[tuple[Run, ...]]
    """Closed runs of each slot, oldest first."""
    commits: list[tuple[Instant, ...]]
    """Commits between known levels of each slot in the flapping window."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a node's own signals say together (rules D)."""

    own: Own | None = None
    classes: tuple[FailureClass, ...] = ()
    integrity: Integrity = Integrity.OK
    """As measured now, without latch and taint."""
    onset: Instant | None = None
    flapping: bool = False
    idle: bool = False
    stale: bool = False

    @property
    def lo(self) -> Level:
        return self.own.lo if self.own else Level.OK

    @property
    def unknown(self) -> bool:
        return self.own is not None and self.own.hi > self.own.lo and self.own.lo <= Level.AT_RISK


@dataclass(frozen=True, slots=True)
class Moment:
    """Who was failing at a past poll: measured level by service, kept for the spread verdict."""

    at: Instant
    failing: Mapping[str, Level]
    burden: float


@dataclass(frozen=True, slots=True)
class Latch:
    """An integrity breach that has not been put right: first and last bad moment."""

    first: Instant
    last: Instant


@dataclass(frozen=True, slots=True)
class Health:
    """The picture after a poll. `nodes` are in the order of `graph.names`: services, then capabilities."""

    graph: Graph
    columns: Columns
    at: Instant | None = None
    nodes: tuple[Node, ...] = ()
    impacts: Mapping[str, Impact] = field(default_factory=dict)
    suspects: tuple[Suspect, ...] = ()
    """Every failing service, most suspect first; computed on the poll at `reasoned_at`."""
    broken: tuple[BrokenBoundary, ...] = ()
    spread: Spread = Spread()
    reasoned_at: Instant | None = None
    severity: Severity | None = None
    latches: Mapping[str, Latch] = field(default_factory=dict)
    active_since: Mapping[tuple[str, str], Instant] = field(default_factory=dict)
    """Degradation states in force, and since which poll."""
    flags: Mapping[str, Scalar] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    alerts: tuple[Alert, ...] = ()
    moments: tuple[Moment, ...] = ()
    last: Mapping[int, Samples] = field(default_factory=dict)
    """Samples of the last poll by template."""
    ring: Ring = ()
    """Values of the last 60 polls by template, oldest first, for sparklines; NaN where nothing came."""
    known: int = 0
    total: int = 0
    """Services with signals, and how many of them are not unknown."""
    started_at: Instant | None = None
    parts: tuple[Part, ...] = ()
    """What each node's own signals say, before the graph is asked."""
    exposures: array[int] = field(default_factory=lambda: array("b"))
    sighted: bytearray = field(default_factory=bytearray)
    """1: the node counts as known in the sense of `core.health.shown`."""

    def node(self, name: str) -> Node:
        """Raises KeyError for a name that nobody declared."""
        return self.nodes[self.graph.index[name]]

    def services(self) -> tuple[Node, ...]:
        return self.nodes[: self.graph.services]

    def capabilities(self) -> tuple[Node, ...]:
        return self.nodes[self.graph.services :]

    def readings(self, name: str) -> Iterator[Reading]:
        """Every signal of a node as last polled, in declared order, one per source."""
        return readings(self, name)

    def trail(self, name: str, signal: str, source: str | None = None) -> list[float | None]:
        """Up to 60 last polled values of a signal, oldest first; None where nothing came."""
        return trail(self, name, signal, source)
