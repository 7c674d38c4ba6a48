"""What a back-test found, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Instant, Level, Seconds, Severity

Ended: TypeAlias = Literal["seen", "unseen", "open"]
"""`seen`: all of it was seen to be well again. `unseen`: nobody could see how it ended. `open`: it was still
so, or nobody could see, at the end of what was looked at."""

IDLE: Final = "IDLE"
"""Instead of UNKNOWN, where there was only too little traffic to judge by."""
Spent: TypeAlias = Mapping[str, Seconds]
"""How long it was shown at which level, or idle."""


@dataclass(frozen=True, slots=True)
class Episode:
    """Time in which something would have been DEGRADED or worse: an incident to be."""

    begin: Instant
    last: Instant
    """When it was last seen to be hurt."""
    end: Instant | None
    """From when on all of it was well; None: that was not seen."""
    ended: Ended
    severity: Severity
    """As it would have been proposed at its worst."""
    worst_at: Instant
    headline: tuple[str, ...]
    """The first sentences at its worst."""
    services: Mapping[str, Level]
    """Worst level of each that was DEGRADED or worse."""
    capabilities: Mapping[str, Level]
    suspects: tuple[str, ...]
    """Of its worst moment, the most suspect first."""
    data: tuple[str, ...] = ()
    """Services whose data was wrong or in doubt."""

    serious_at: Instant | None = None
    """Since when somebody should have been woken: a capability was hurt, data was in doubt, or something was
    FAILING. None: it never came to that."""

    @property
    def counts(self) -> bool:
        """Whether somebody should have been woken: no calmer value may miss it."""
        return self.serious_at is not None

    def overlaps(self, begin: Instant, end: Instant) -> bool:
        return self.begin <= end and begin <= (self.last if self.end is None else self.end)


@dataclass(frozen=True, slots=True)
class Spell:
    """Time in which one signal was committed above OK."""

    begin: Instant
    end: Instant | None
    """None: it was never seen to be OK again."""
    last: Instant
    """The last moment that belongs to it."""
    worst: Level


@dataclass(frozen=True, slots=True)
class Flapping:
    """A signal that rose above OK and came back soon, again and again."""

    owner: str
    signal: str
    source: str
    count: int
    worst: Level
    longest: Seconds


@dataclass(frozen=True, slots=True)
class Calmer:
    """Another value for one signal that would have kept it quiet and missed nothing that counts."""

    owner: str
    signal: str
    what: Literal["threshold", "for"]
    direction: Literal["above", "below"]
    limits: Mapping[Level, tuple[float, float]]
    """(now, suggested) for each level that changes; empty where `for` changes."""
    wait: tuple[Seconds, Seconds] | None
    """(now, suggested) for `for`."""
    flaps: int
    """That there would not have been."""
    longest: Seconds
    quiet: float
    """The 99th percentile, away from what counts, towards the side that hurts."""
    unit: str
    keeps: tuple[Instant, ...]
    """Beginnings of the episodes that this signal takes part in, and still would."""
    later: Seconds
    """How much later it would have risen in the slowest of them."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody could see anything that is measured."""

    begin: Instant
    end: Instant


@dataclass(frozen=True, slots=True)
class Seen:
    """What the polls came to, before anybody asks what could be calmer."""

    begin: Instant | None
    """Of the first poll that counted; None: there was none."""
    end: Instant | None
    polls: int
    episodes: tuple[Episode, ...] = ()
    flapping: tuple[Flapping, ...] = ()
    """The most often first."""
    services: Mapping[str, Spent] = field(default_factory=dict)
    """Only those that are measured or depend on something."""
    capabilities: Mapping[str, Spent] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    spells: Mapping[tuple[str, str], tuple[Spell, ...]] = field(default_factory=dict)
    """By owner and signal, over all servers."""
    vouched: tuple[str, ...] = ()
    """Services whose data was taken as put right when the episode was over, since nobody could say so."""


@dataclass(frozen=True, slots=True)
class Backtest:
    seen: Seen
    asked: tuple[Instant, Instant] | None
    """None: a recording, all of which was looked at."""
    step: Seconds | None
    calmer: tuple[Calmer, ...] = ()
    not_calmer: str = ""
    """Why nothing is suggested."""
    notes: tuple[str, ...] = ()
    """What is to be known before the figures are believed."""
