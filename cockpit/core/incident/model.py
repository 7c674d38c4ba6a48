"""An incident as the record tells it; every value is a function of the journal alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal, TypeAlias

from cockpit.core.json import Json
from cockpit.core.levels import Instant, Severity

NoteKind: TypeAlias = Literal["note", "hypothesis", "decision"]
Verdict: TypeAlias = Literal["", "confirmed", "ruled out"]
MOST_DIGITS: Final = 9
"""Of the number of an incident."""
Status: TypeAlias = Literal["investigating", "identified", "monitoring", "resolved"]
Sent: TypeAlias = Literal["", "sent", "refused", "unknown", "copied"]
"""What came of an update: empty while no answer is on record, which is an unknown like any other."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline. `at`: when it happened; a pasted line was written down later."""

    at: Instant
    kind: str
    """What it is about, for filters: `level`, `run`, `flag`, `note`, `decision`, `update`, ..."""
    actor: str
    text: str
    subject: str = ""
    """A service, capability, run or flag."""
    seq: int = 0
    """Of its record; 0: seen before the incident was declared."""
    evidence: str = ""
    """What was not OK at that moment, as far as anybody could see."""


@dataclass(frozen=True, slots=True)
class Note:
    number: int
    """Counts from 1 within its kind."""
    kind: NoteKind
    at: Instant
    actor: str
    text: str
    said_by: str = ""
    """Who said it elsewhere, where it was pasted."""
    verdict: Verdict = ""
    """What became of a hypothesis."""


@dataclass(frozen=True, slots=True)
class SeveritySet:
    at: Instant
    severity: Severity | None
    actor: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """What was said to people outside the incident, word for word."""

    op_id: str
    at: Instant
    actor: str
    to: str
    """Name of a channel; empty: it was copied."""
    audience: str
    status: Status
    text: str
    claims: Mapping[str, str] = field(default_factory=dict)
    """What it said, by subject: when one of them is no longer so, the update is no longer true."""
    outcome: Sent = ""
    why: str = ""

    @property
    def counts(self) -> bool:
        """Whether people may have read it."""
        return self.outcome != "refused"


@dataclass(frozen=True, slots=True)
class Handover:
    at: Instant
    by: str
    to: str
    text: str
    accepted_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    title: str
    declared_at: Instant
    declared_by: str
    began_at: Instant
    """When it really began, as far as anybody could see when it was declared."""
    severities: tuple[SeveritySet, ...] = ()
    proposed: Severity | None = None
    """What the program proposed at declaration."""
    roles: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    """Who joined or did something, in that order."""
    notes: tuple[Note, ...] = ()
    updates: tuple[Update, ...] = ()
    handovers: tuple[Handover, ...] = ()
    resolved_at: Instant | None = None
    resolved_by: str = ""
    resolution: str = ""
    left: tuple[str, ...] = ()
    """What was not fine or not cleaned up when it was resolved all the same."""
    reopened: int = 0
    evidence: Mapping[str, Json] = field(default_factory=dict)
    """The picture when it was declared."""
    levels: Mapping[str, str] = field(default_factory=dict)
    """What is not OK by the record: node to level."""
    touched: tuple[str, ...] = ()
    """Nodes that were not OK at some time of it, in the order in which that was seen."""
    story: tuple[Told, ...] = ()
    """Oldest first by record; closed incidents of the past are kept without."""
    told: int = 0
    """Lines that the story has, also where they are not kept."""

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def severity(self) -> Severity | None:
        return self.severities[-1].severity if self.severities else None

    @property
    def number(self) -> int:
        return number_of(self.id)

    @property
    def commander(self) -> str:
        return self.roles.get("incident-commander", "")

    def of(self, kind: NoteKind) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.kind == kind)

    def last_update(self, audience: str = "") -> Update | None:
        """The newest that people may have read."""
        found = (each for each in reversed(self.updates) if each.counts)
        return next((each for each in found if audience in ("", each.audience)), None)

    def pending_handover(self) -> Handover | None:
        last = self.handovers[-1] if self.handovers else None
        return last if last and last.accepted_at is None else None


def open_ones(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Oldest first."""
    return tuple(each for each in incidents if each.is_open)


def only_open(incidents: Iterable[Incident]) -> str:
    """The id of the one that what is done now belongs to; empty: none, or nobody can tell which."""
    found = open_ones(incidents)
    return found[0].id if len(found) == 1 else ""


def next_id(known: Iterable[str]) -> str:
    """`INC-1` in an empty journal."""
    taken = set(known)
    highest = max(map(number_of, taken), default=0)
    return next(id for more in count(1) if (id := f"INC-{highest + more}") not in taken)


def number_of(id: str) -> int:
    """0 for an id that is not ours: a record may hold what somebody else put there."""
    tail = id.removeprefix("INC-")
    ours = tail != id and tail.isascii() and tail.isdigit() and len(tail) <= MOST_DIGITS
    return int(tail) if ours else 0
