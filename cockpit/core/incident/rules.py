"""How incidents are run here: roles, how often people are told, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cockpit.core.levels import Seconds, Severity

ROLES: Final = ("incident-commander", "operations-lead", "communications-lead", "scribe")
COMMANDER: Final = "incident-commander"
UPDATE_EVERY: Final[Mapping[Severity, Seconds]] = MappingProxyType(
    {Severity.SEV1: 900.0, Severity.SEV2: 1800.0, Severity.SEV3: 7200.0}
)


@dataclass(frozen=True, slots=True)
class Channel:
    """Where updates and announcements are sent: a webhook."""

    name: str
    webhook: str
    secret: str = ""
    """A reference such as env:CHAT_HOOK; its value goes along as a bearer token."""
    format: str = "slack"
    """`slack`: {"text": ...}, which Slack, Mattermost and Rocket.Chat take; `json`: the whole document."""
    announce: bool = True
    """Whether runs, flips, holds and declarations are told here by themselves."""


@dataclass(frozen=True, slots=True)
class IncidentRules:
    roles: tuple[str, ...] = ROLES
    update_every: Mapping[Severity, Seconds] = field(default_factory=lambda: UPDATE_EVERY)
    notify: tuple[Channel, ...] = ()

    def every(self, severity: Severity | None) -> Seconds | None:
        """How often people are told; None: nobody said how bad it is yet, so nothing is due."""
        if severity is None:
            return None
        return self.update_every.get(severity, UPDATE_EVERY[severity])

    def channel(self, name: str) -> Channel | None:
        return next((each for each in self.notify if each.name == name), None)
