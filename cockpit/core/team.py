"""Who works together on one record: people and their cockpits, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cockpit.core.levels import Instant, Seconds

RUN: Final = "run:"
"""What the name begins with under which a run is held."""
WATCH: Final = "watch"
"""The name under which the one `cockpit watch` of a team is held."""


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

    @property
    def machine(self) -> str:
        return machine_of(self.origin)


@dataclass(frozen=True, slots=True)
class Held:
    """Something that one cockpit looks after: a run, what a run acts on, an office of which there is one."""

    name: str
    """As in "run:R-3" or "watch"."""
    actor: str
    origin: str
    until: Instant
    """By the clock of the database: nobody else may have it before; the holder prolongs it while it lives."""

    @property
    def machine(self) -> str:
        return machine_of(self.origin)


def machine_of(origin: str) -> str:
    """Of "web-1:4711" the first part."""
    return origin.rpartition(":")[0] or origin


@dataclass(frozen=True, slots=True)
class Company:
    """Who is there, what each has, and what is odd about how we are connected."""

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
    holds: tuple[Held, ...] = ()
    """Also what is over and was not let go of: whoever had it died, or sleeps."""

    def held(self, name: str) -> Held | None:
        """Who has it, or had it last without letting go."""
        return next((each for each in self.holds if each.name == name), None)

    def is_over(self, held: Held) -> bool:
        """Whether anybody may have it, as far as was known when we looked."""
        return held.until <= self.at

    def is_ours(self, held: Held) -> bool:
        return held.origin == self.origin

    @property
    def machine(self) -> str:
        """On which this cockpit is."""
        return machine_of(self.origin)

    @property
    def others(self) -> tuple[Present, ...]:
        return tuple(each for each in self.people if each.origin != self.origin)
