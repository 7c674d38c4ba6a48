"""What happened, in the past tense. Observations are shown at once; decisions wait for the record."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from cockpit.core.flips import Place
from cockpit.core.health.state import Health
from cockpit.core.journal import Fact, Recorded
from cockpit.core.levels import Instant
from cockpit.core.model import Model, Scalar
from cockpit.core.past import Past
from cockpit.core.poll import Alert, Change, Look, Poll, Samples, Silenced
from cockpit.core.runbook.live import Live, Plan
from cockpit.core.switches import SwitchLook
from cockpit.core.team import Company, Role
from cockpit.core.wanted import Wanted

if TYPE_CHECKING:  # the state names decisions, so it is the one that imports at run time
    from cockpit.core.audit.answers import Audit
    from cockpit.core.rehearsal.drilled import LastDrill
    from cockpit.core.state import Entry, Record


@dataclass(frozen=True, slots=True)
class Sampled:
    """A template was answered, or failed with a reason."""

    template: int
    samples: Samples
    trouble: str = ""
    generation: int = 0
    """Of the model that was asked for; answers to a replaced model are dropped."""


@dataclass(frozen=True, slots=True)
class SourceAnswered:
    """A server outside could be reached. `skew` is its clock minus ours in seconds, None: not measured."""

    source: str
    at: Instant
    skew: float | None = None
    note: str = ""
    """What is odd although it answers: warnings, an insecure connection."""


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """A server outside could not be asked: what happened, and what to do."""

    source: str
    at: Instant
    reason: str
    hint: str = ""
    retry_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class FlagsRead:
    store: str
    at: Instant
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class ModesSeen:
    """Degradation states whose `active_when` holds, and services whose `reconciled_when` holds."""

    active: frozenset[tuple[str, str]]
    reconciled: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChangesSeen:
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class AlertsSeen:
    source: str
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class PollClosed:
    """Every template has answered or was given up; now, and only now, all of it is judged."""

    at: Instant
    generation: int = 0
    """As in Sampled: a poll that a reload interrupted is not judged."""


@dataclass(frozen=True, slots=True)
class PollReplayed:
    """A whole poll at once, from a recording."""

    poll: Poll


@dataclass(frozen=True, slots=True)
class Rewarmed:
    """The window before the first poll was replayed through a fresh health state; this is its end.

    Polls that were closed meanwhile are already in `health`; `generation` as in Sampled. A health that
    never saw a poll means: start over.
    """

    health: Health
    generation: int = 0
    timeline: tuple[Entry, ...] = ()
    """What happened on the way, oldest first."""
    answered: Mapping[int, tuple[Instant, Samples]] = field(default_factory=dict)
    """As in `Picture`, at its end."""


@dataclass(frozen=True, slots=True)
class Reasoned:
    """Suspects and spread were computed, on the poll at `health.at`; the levels may have moved on since."""

    health: Health
    generation: int = 0


@dataclass(frozen=True, slots=True)
class HistoryProgressed:
    """How much of the window before the first poll has been read: 0 to 1, 1.0 = no longer loading."""

    share: float


@dataclass(frozen=True, slots=True)
class ModelReloaded:
    model: Model
    at: Instant


@dataclass(frozen=True, slots=True)
class ModelRejected:
    """New files are wrong; the old ones stay in force."""

    complaints: tuple[str, ...]
    at: Instant


@dataclass(frozen=True, slots=True)
class DegradationMarked:
    """A person says that a manual fallback is on or off."""

    node: str
    mode: str
    on: bool
    actor: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class IntegrityAttested:
    """A person vouches that the data of a service has been put right."""

    service: str
    actor: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class ServiceAcknowledged:
    """Somebody has it; changes noise, never state. `on` False takes it back."""

    service: str
    actor: str
    at: Instant
    on: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that could not be put on record, and why; nothing was done."""

    what: str
    why: str
    at: Instant


@dataclass(frozen=True, slots=True)
class RecordGrew:
    """Facts came on record, ours or those of others, in the order of the record."""

    records: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class RecordRead:
    """All that was on record when we came, from its last checkpoint."""

    record: Record
    lately: tuple[Recorded, ...] = ()
    """What came right before it, for the timeline."""


@dataclass(frozen=True, slots=True)
class JournalFailed:
    """The record cannot be read or written; an empty reason: it can again."""

    reason: str
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class PlanReady:
    """What is known before the first step; `trouble` says why it cannot be started at all."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class SwitchesSeen:
    """What stores said; `trouble`: none of them is asked here, and why."""

    looks: Mapping[Place, SwitchLook]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PastSeen:
    """What a server remembers of a capability, as far as it could say by now."""

    capability: str
    past: Past
    generation: int = 0
    """As in Sampled."""


@dataclass(frozen=True, slots=True)
class SilencesSeen:
    """All silences of one Alertmanager that stand or are about to."""

    source: str
    silences: tuple[Silenced, ...]


@dataclass(frozen=True, slots=True)
class LooksSeen:
    """What the checks of the configuration saw from here, by service; it replaces what was seen before."""

    looks: Mapping[str, tuple[Look, ...]]


@dataclass(frozen=True, slots=True)
class WatchSeen:
    """Whether a `cockpit watch` of this record runs: on this machine, in a team anywhere; None: who knows."""

    runs: bool | None


@dataclass(frozen=True, slots=True)
class OncallSeen:
    """Who is on call for a team, as its `lookup` said; an empty `text` with the trouble: nobody knows."""

    team: str
    text: str
    at: Instant
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """How something came out that a person wanted, in one line."""

    text: str
    at: Instant


@dataclass(frozen=True, slots=True)
class RunHeard:
    """Something to see of a run of this cockpit that is not on record: output, progress, a complaint."""

    run: str
    live: Live


@dataclass(frozen=True, slots=True)
class IncidentActed:
    """Somebody says something of an incident: the fact that goes on record (see `core.incident.words`)."""

    fact: Fact

    @property
    def at(self) -> Instant:
        return self.fact.at


@dataclass(frozen=True, slots=True)
class Denied:
    """A person wanted something that their role does not let them do, and was told so."""

    what: str
    why: str
    actor: str
    at: Instant


@dataclass(frozen=True, slots=True)
class CompanySeen:
    """Who else works on this record right now; None: nobody can tell."""

    company: Company | None


@dataclass(frozen=True, slots=True)
class RoleLearned:
    """What whoever keeps the record lets this person do, which may be less than was thought."""

    role: Role


@dataclass(frozen=True, slots=True)
class AuditAsked:
    """Somebody wants to know how ready all is; it takes its time, beside the loop."""


@dataclass(frozen=True, slots=True)
class Audited:
    audit: Audit
    basis: Hashable
    """Of `core.audit.standing`: while it is the same, the audit holds."""
    drills: Mapping[str, LastDrill] = field(default_factory=dict)
    """By scenario: how the last drill of it on record here came out."""


Decision: TypeAlias = DegradationMarked | IntegrityAttested | ServiceAcknowledged | IncidentActed
Observation: TypeAlias = (
    Sampled
    | SourceAnswered
    | SourceFailed
    | FlagsRead
    | ModesSeen
    | ChangesSeen
    | AlertsSeen
    | PollClosed
    | PollReplayed
    | Rewarmed
    | Reasoned
    | HistoryProgressed
    | ModelReloaded
    | ModelRejected
    | Refused
    | RecordGrew
    | RecordRead
    | JournalFailed
    | PlanReady
    | SwitchesSeen
    | PastSeen
    | SilencesSeen
    | LooksSeen
    | OncallSeen
    | WatchSeen
    | Reported
    | RunHeard
    | Denied
    | CompanySeen
    | RoleLearned
    | AuditAsked
    | Audited
)
Event: TypeAlias = Decision | Observation | Wanted
