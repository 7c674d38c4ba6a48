"""What a review found, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cockpit.core.incident.milestones import Milestones, Overdue
from cockpit.core.levels import Instant, Seconds, Severity

Mode: TypeAlias = Literal["live", "drill"]
Outcome: TypeAlias = Literal["complete", "partial", "failed", "not finished"]
Way: TypeAlias = Literal["faster", "slower", "the same", "cannot tell"]
TIMES: Final = ("detect", "owner", "first_update", "first_action", "mitigation", "recovery")
"""All counted from the true beginning."""


@dataclass(frozen=True, slots=True)
class WrongTurn:
    run: str
    """Empty: of a drill, which names no run."""
    title: str
    what: str
    """ "taken back", "held 2 times", ..."""


@dataclass(frozen=True, slots=True)
class Rolled:
    run: str
    title: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Looked:
    """One incident, or one drill."""

    id: str
    title: str
    mode: Mode
    at: Instant
    """When it was declared; of a drill: when it ended."""
    times: Mapping[str, Seconds | None]
    """By the names in `TIMES`; None: not known."""
    severity: Severity | None = None
    milestones: Milestones | None = None
    """None: of a drill, which tells only how long it took."""
    is_open: bool = False
    wrong: tuple[WrongTurn, ...] = ()
    reopened: int = 0
    rollbacks: tuple[Rolled, ...] = ()
    switches: tuple[str, ...] = ()
    """Switched in it and not put back by now."""
    debts: tuple[str, ...] = ()
    """Left by it to clean up, and not cleaned up by now."""
    overdue: Overdue | None = None
    """None: nobody knows what was due."""
    passed: bool | None = None
    """Of a drill."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One time over many: only what is known goes into it."""

    median: Seconds | None
    known: int
    of: int
    earlier: Seconds | None
    """Median of the first half of the period."""
    later: Seconds | None
    way: Way


@dataclass(frozen=True, slots=True)
class Review:
    since: Instant
    until: Instant
    looked: tuple[Looked, ...] = ()
    """Oldest first."""
    live: Mapping[str, Measure] = field(default_factory=dict)
    drills: Mapping[str, Measure] = field(default_factory=dict)

    def of(self, mode: Mode) -> tuple[Looked, ...]:
        return tuple(each for each in self.looked if each.mode == mode)
