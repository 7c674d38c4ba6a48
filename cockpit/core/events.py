"""What happened, in the past tense. Observations are shown at once; decisions wait for the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from cockpit.core.flips import Place
from cockpit.core.health.state import Health
from cockpit.core.journal import Recorded
from cockpit.core.levels import Instant
from cockpit.core.model import Model, Scalar
from cockpit.core.poll import Alert, Change, Poll, Samples
from cockpit.core.runbook.live import Live, Plan
from cockpit.core.runbook.run import Key
from cockpit.core.runbook.work import FlagState
from cockpit.core.switches import SwitchLook

if TYPE_CHECKING:  # the state names decisions, so it is the one that imports at run time
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


@dataclass(frozen=True, slots=True)
class PlanWanted:
    """A person looks at a runbook with a view to starting it; nothing is changed."""

    runbook: str
    parameters: Mapping[str, Scalar]
    at: Instant
    target: str = ""


@dataclass(frozen=True, slots=True)
class PlanReady:
    """What is known before the first step; `trouble` says why it cannot be started at all."""

    plan: Plan


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
class SwitchesSeen:
    """What stores said; `trouble`: none of them is asked here, and why."""

    looks: Mapping[Place, SwitchLook]
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


Decision: TypeAlias = DegradationMarked | IntegrityAttested | ServiceAcknowledged
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
    | PlanWanted
    | PlanReady
    | RunWanted
    | RunTakenUp
    | RunAnswered
    | RunWished
    | FlagWanted
    | SwitchesWanted
    | SwitchesSeen
    | Reported
    | RunHeard
)
Event: TypeAlias = Decision | Observation
