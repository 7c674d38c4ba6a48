"""A proposed configuration: every part with the reason why it was guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.core.levels import Instant, Seconds


@dataclass(frozen=True, slots=True)
class Guess:
    value: str
    why: str
    """Words of ours; what is quoted in them has passed `naming.quoted`."""


@dataclass(frozen=True, slots=True)
class Use:
    """A preset, and what stands beside it."""

    preset: str
    said: tuple[tuple[str, str], ...] = ()
    why: str = ""
    """Empty where the preset's own query answered for this very name."""


@dataclass(frozen=True, slots=True)
class ProposedService:
    name: str
    type: str = ""
    """Empty: a service like most."""
    why: str = ""
    """Why it is one at all, where that is not the label."""
    owner: Guess | None = None
    tier: Guess | None = None
    uses: tuple[Use, ...] = ()
    needs: tuple[Guess, ...] = ()
    """Services that it was seen to call."""
    pages: tuple[Guess, ...] = ()
    """URLs of runbooks elsewhere."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The label that tells services apart."""

    label: str
    why: str
    count: int
    others: tuple[tuple[str, int], ...] = ()
    """What else could, with how many names it has."""


@dataclass(frozen=True, slots=True)
class Proposal:
    name: str
    title: str
    url: str
    at: Instant
    choice: Choice | None
    """None where no series says what runs here."""
    services: tuple[ProposedService, ...] = ()
    teams: tuple[str, ...] = ()
    scrape: Seconds | None = None
    remarks: tuple[str, ...] = ()
    """What was left out, and why."""
    connection: Mapping[str, object] = field(default_factory=dict)
    """As `http_config`, for a server that wants a login; holds no secret."""
