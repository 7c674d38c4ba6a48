"""What servers remember of an alert by its name: when it last fired, and whether any rule is called so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.core.levels import Instant


@dataclass(frozen=True, slots=True)
class Fired:
    labels: Mapping[str, str]
    at: Instant | None
    """When it was last seen to fire, by our clock; None: so shortly that nobody can tell when."""


@dataclass(frozen=True, slots=True)
class AlertPast:
    """Of the last day; `trouble` says why it may be more than this."""

    fired: tuple[Fired, ...] = ()
    """The last to fire first."""
    rules: tuple[Mapping[str, str], ...] = ()
    """Labels of the rules of that name."""
    trouble: str = ""
