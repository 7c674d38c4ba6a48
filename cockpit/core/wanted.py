"""What a person wants of the world outside the loop: nothing of it has happened yet; Acting takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from cockpit.core.incident.model import Status
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Scalar
from cockpit.core.runbook.run import Key
from cockpit.core.runbook.work import FlagState


@dataclass(frozen=True, slots=True)
class PlanWanted:
    """A person looks at a runbook with a view to starting it; nothing is changed."""

    runbook: str
    parameters: Mapping[str, Scalar]
    at: Instant
    target: str = ""


@dataclass(frozen=True, slots=True)
class RunWanted:
    """A person starts a runbook. `overrides`: typed reasons by number of the check that cannot be told."""

    runbook: str
    parameters: Mapping[str, Scalar]
    at: Instant
    target: str = ""
    overrides: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunTakenUp:
    """A person looks after a run that nobody owns."""

    run: str
    at: Instant


@dataclass(frozen=True, slots=True)
class RunAnswered:
    """An answer to what the run asks at `key`."""

    run: str
    key: Key
    question: str
    choice: str
    text: str
    at: Instant


@dataclass(frozen=True, slots=True)
class RunWished:
    """A person wants something of a run: `interrupt`, `hold`, `undo`, `undo-all`, `abort` or `leave`."""

    run: str
    what: str
    reason: str
    at: Instant
    only: tuple[str, int] | None = None
    """Of `undo`: which visit (step, number) is to be taken back."""


@dataclass(frozen=True, slots=True)
class ApprovalWanted:
    """A person who does not act in a run says whether a step of it may be done."""

    run: str
    step: str
    refuse: bool
    reason: str
    at: Instant
    digest: str = ""
    """Of what they were shown, or how it begins; empty: of what is asked when their word arrives."""


@dataclass(frozen=True, slots=True)
class FlagWanted:
    """A person moves a flag: `kill`, or `restore` to what it was."""

    key: str
    env: str
    what: Literal["kill", "restore"]
    reason: str
    actor: str
    at: Instant
    shown: FlagState | None = None
    """What was stored by what the person saw; None: it could not be read."""


@dataclass(frozen=True, slots=True)
class SwitchesWanted:
    """A person looks at the kill switches, so their stores are to be asked."""

    at: Instant
    find_out: bool = False
    """Also what became of changes whose answer was lost."""


@dataclass(frozen=True, slots=True)
class SilenceWanted:
    """A person keeps alerts quiet for a while."""

    matchers: tuple[str, ...]
    """As in `alertname="Slow"`; all of them have to hold."""
    lasts: Seconds
    reason: str
    actor: str
    at: Instant
    incident: str = ""


@dataclass(frozen=True, slots=True)
class SilenceEndWanted:
    """A person ends a silence of this Alertmanager, whoever made it."""

    source: str
    id: str
    reason: str
    actor: str
    at: Instant
    incident: str = ""


@dataclass(frozen=True, slots=True)
class UpdateWanted:
    """A person tells others how it stands, word for word."""

    incident: str
    text: str
    to: str
    """Name of a channel of `incident.notify`; empty: it was copied, and only goes on record."""
    audience: str
    status: Status
    claims: Mapping[str, str]
    actor: str
    at: Instant


@dataclass(frozen=True, slots=True)
class OncallWanted:
    """A person wants to know who is on call for a team now; where the team has a `lookup`, it is run."""

    team: str
    at: Instant


@dataclass(frozen=True, slots=True)
class PageWanted:
    """A person pages a team by its webhook."""

    team: str
    text: str
    actor: str
    at: Instant
    incident: str = ""


@dataclass(frozen=True, slots=True)
class RemindWanted:
    """A watch tells people of something that is so, by every channel that takes announcements."""

    key: str
    text: str
    count: int
    """Which time it is; 0: it is no longer so, which only goes on record."""
    at: Instant
    incident: str = ""


Wanted: TypeAlias = (
    PlanWanted
    | RunWanted
    | RunTakenUp
    | RunAnswered
    | RunWished
    | ApprovalWanted
    | FlagWanted
    | SwitchesWanted
    | SilenceWanted
    | SilenceEndWanted
    | UpdateWanted
    | OncallWanted
    | PageWanted
    | RemindWanted
)
