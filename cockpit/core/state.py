"""The whole picture: a record that outlives the program, and what was last seen; replaced, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.access import CONFIGURED, READONLY, Person
from cockpit.core.events import Audited, Decision, OncallSeen, Refused, Reported
from cockpit.core.flips import Flips, Place
from cockpit.core.health.state import Health
from cockpit.core.incident.model import Incident
from cockpit.core.levels import Instant
from cockpit.core.model import Model
from cockpit.core.past import Past
from cockpit.core.poll import Look, Poll, Samples, Silenced, Stage
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.reminded import Said
from cockpit.core.runbook.live import Live, Plan
from cockpit.core.runbook.run import Run
from cockpit.core.slots import Slots
from cockpit.core.switches import SwitchLook
from cockpit.core.team import Company


@dataclass(frozen=True, slots=True)
class SourceState:
    """Whether a server outside can be reached. Sources are services of the model by themselves."""

    name: str
    kind: Literal["prometheus", "alertmanager", "flags", "recording", "simulation"]
    reachable: bool | None = None
    """None: not asked yet."""
    since: Instant | None = None
    """Since when it has been so."""
    answered_at: Instant | None = None
    reason: str = ""
    hint: str = ""
    note: str = ""
    """What is odd although it answers: warnings, an insecure connection."""
    skew: float | None = None
    retry_at: Instant | None = None
    owner: str = ""
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    actor: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that was left for somebody to clean up."""

    title: str
    owner: str = ""
    at: Instant = 0.0
    run: str = ""
    step: str = ""
    expires_at: Instant | None = None
    """From then on it is overdue; nothing happens by itself."""
    incident: str = ""

    @property
    def key(self) -> str:
        """Tells it from every other that is open."""
        return f"{self.run}: {self.title}" if self.run else self.title


@dataclass(frozen=True, slots=True)
class Record:
    """What people decided: a function of the journal alone, equal after every replay."""

    acknowledged: Mapping[str, Acknowledgement] = field(default_factory=dict)
    marked: frozenset[tuple[str, str]] = frozenset()
    """Manual degradation states that a person marked active."""
    attested: Mapping[str, Instant] = field(default_factory=dict)
    """When the data of a service was last vouched for."""
    decisions: tuple[Decision, ...] = ()
    """Most recent last, for the timeline."""
    seq: int = 0
    """Of the last record that is folded in."""
    runs: Mapping[str, Run] = field(default_factory=dict)
    """By id, oldest first, children among them."""
    obligations: tuple[Obligation, ...] = ()
    """What is open for somebody to clean up, oldest first."""
    flips: Flips = field(default_factory=Flips)
    """What was done to flags, by command line, screen and runbooks alike."""
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id, oldest first; those that are over and past are kept without their stories."""
    reminded: Mapping[str, Said] = field(default_factory=dict)
    """What a watch has reminded people of, and what is still so."""
    evidence: tuple[Evidence, ...] = ()
    """What its runs have shown of the parts of runbooks, oldest first, of each part the newest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: a level that changed, a verdict, a change, an act."""

    at: Instant
    kind: Literal["level", "spread", "change", "act", "source", "config", "integrity"]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What was seen: a function of polls."""

    health: Health
    slots: Slots
    stage: Stage = field(default_factory=Stage)
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    history_share: float = 1.0
    """How much of the window before the first poll has been read; below 1.0 history is loading."""
    timeline: tuple[Entry, ...] = ()
    """Oldest first, at most a few hundred."""
    refused: Refused | None = None
    reported: Reported | None = None
    """How the last thing came out that a person wanted."""
    complaints: tuple[str, ...] = ()
    """Why changed files were not taken over; empty when the configuration shown is that on disk."""
    troubles: Mapping[int, str] = field(default_factory=dict)
    """Why a template has no answer, by template."""
    journal_trouble: str = ""
    """Why the record cannot be read or written now; then nothing that changes the world starts."""
    journal_lost: Instant | None = None
    """Since when; None: it is there, or nobody knows."""
    vouched: frozenset[str] = frozenset()
    """Services vouched for, where the word came on record only after the last poll."""
    live: Mapping[str, Live] = field(default_factory=dict)
    """What runs of this cockpit say and measure right now, by run; none of it is on record."""
    plan: Plan | None = None
    """The runbook that was last looked at with a view to starting it."""
    switches: Mapping[Place, SwitchLook] = field(default_factory=dict)
    """What stores said of the kill switches, where they were asked."""
    silences: Mapping[str, tuple[Silenced, ...]] = field(default_factory=dict)
    """What stands in each Alertmanager, as last read."""
    looks: Mapping[str, tuple[Look, ...]] = field(default_factory=dict)
    """What checks saw from here, by service; only while metrics are blind."""
    oncall: Mapping[str, OncallSeen] = field(default_factory=dict)
    """Who is on call, by team, where somebody asked."""
    past: Mapping[str, Past] = field(default_factory=dict)
    """What servers remember of capabilities from before we looked, by name."""
    last_poll: Poll | None = None
    """The poll that the health was last judged on; what a recording writes down."""
    answered: Mapping[int, tuple[Instant, Samples]] = field(default_factory=dict)
    """The last answer to each template that was one, and when: what a blind cockpit still knows of before."""
    audited: Audited | None = None
    """How ready all is, as it was worked out last; None: nobody has asked yet."""
    company: Company | None = None
    """Who else works on this record, as far as the database could tell; None: nobody else can."""
    watched: bool | None = None
    """Whether a `cockpit watch` reminds people also while nobody looks; None: nobody can tell from here."""


@dataclass(frozen=True, slots=True)
class State:
    model: Model
    record: Record
    picture: Picture
    mode: Literal["live", "demo", "replay", "drill"] = "live"
    readonly: bool = False
    """Nothing is decided from here: by `--readonly`, by configuration, or because of who sits here."""
    generation: int = 0
    """Counts reloads of the model, so that an answer to an old question is not taken for a new one."""
    me: Person = field(default_factory=Person)

    @property
    def is_locked(self) -> bool:
        """Read-only for more than the role of whoever sits here: nothing at all is written."""
        return self.readonly and not self.me.only_looks

    @property
    def why_readonly(self) -> str:
        """In words for the person; empty: it is not."""
        if not self.readonly:
            return ""
        return self.me.only_looks or (CONFIGURED if self.model.access.readonly else READONLY)

    @property
    def health(self) -> Health:
        return self.picture.health
