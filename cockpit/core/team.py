"""Who works together on one record: people and their cockpits, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cockpit.core.levels import Instant, Seconds


class Role(IntEnum):
    """What somebody may do; each may what those before it may."""

    VIEWER = 1
    """Looks."""
    RESPONDER = 2
    """Decides, runs and switches."""
    APPROVER = 3
    """Agrees to what others run."""

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class News:
    """What may have changed; all of it False: nothing is known, so everything may."""

    record: bool = False
    company: bool = False
    runs: frozenset[str] = frozenset()
    """Whose output has gone on."""


@dataclass(frozen=True, slots=True)
class Present:
    """One cockpit that is open somewhere."""

    origin: str
    """Which program on which machine, as "web-1:4711"."""
    actor: str
    since: Instant
    seen_at: Instant
    """By the clock of the database, like `since`."""
    doing: str = ""
    role: Role = Role.RESPONDER
    skew: Seconds = 0.0
    """Its clock minus that of the database when it was seen last."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who is there, and what is odd about how we are connected."""

    at: Instant
    """By the clock of the database."""
    people: tuple[Present, ...] = ()
    """Oldest first, this cockpit among them."""
    skew: Seconds = 0.0
    """Our clock minus that of the database."""
    note: str = ""
    """What is odd: news are polled for, the connection is not proven; empty: nothing."""
    origin: str = ""
    """This cockpit."""
    role: Role = Role.APPROVER
    """What the database lets this person do."""

    @property
    def others(self) -> tuple[Present, ...]:
        return tuple(each for each in self.people if each.origin != self.origin)
