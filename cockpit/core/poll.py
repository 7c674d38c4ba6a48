"""One look at the world: what every question was answered with, before anybody judges it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from cockpit.core.levels import Instant
from cockpit.core.model import Scalar

PRESENT: Final = 0
ABSENT: Final = 1
"""The question was answered, and no series was in the answer."""
FAILED: Final = 2
"""The question could not be asked or its answer could not be read."""
UNRULED: Final = 3
"""Nothing was found because nobody watches: no loaded, healthy rule names the service."""

NOT_STATED: Final = float("nan")
PLENTY: Final = float("inf")
UNKNOWN_AGE: Final = float("inf")


@dataclass(frozen=True, slots=True)
class Samples:
    """Answers for a run of neighbouring slots, in columns of equal length.

    `value` counts only where `answer` is PRESENT, and may be NaN or infinite. `volume`: PLENTY where
    nothing was said about traffic, NaN where it was asked and is not known. `age` in seconds: NaN where
    nothing was said, UNKNOWN_AGE where it was asked and is not known. `partial` marks answers that came
    with warnings: they may worsen a level and never improve one. Never written to after construction.
    """

    answer: bytearray
    value: array[float]
    volume: array[float]
    age: array[float]
    partial: bool = False

    def __len__(self) -> int:
        return len(self.answer)

    def trail(self) -> array[float]:
        """Only the values, NaN where none came: what is kept of a poll that is over."""
        if self.answer.count(PRESENT) == len(self.answer):
            return self.value
        pairs = zip(self.answer, self.value, strict=True)
        return array("d", [value if answer == PRESENT else NOT_STATED for answer, value in pairs])

    @staticmethod
    def failed(count: int) -> Samples:
        """What a template that did not answer looks like."""
        nothing = array("d", [NOT_STATED]) * count
        return Samples(bytearray([FAILED]) * count, nothing, array("d", [PLENTY]) * count, nothing)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was changed on purpose: a release, a deploy, a migration."""

    service: str
    at: Instant
    what: str
    version: str = ""
    by: str = ""
    url: str = ""
    reversible: bool | Literal["until"] | None = None
    """None: nobody said."""
    until: Instant | None = None
    rollback: str = ""
    point_of_no_return: str = ""


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence as an Alertmanager tells of it."""

    id: str
    source: str
    matchers: tuple[str, ...]
    """As in `alertname="Slow"`."""
    starts: Instant
    ends: Instant
    author: str = ""
    comment: str = ""
    pending: bool = False
    """It has not begun yet."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one check saw from here: no measurement, and no level follows from it."""

    what: str
    """`GET https://...` or `tcp host:port`."""
    at: Instant
    good: bool
    text: str
    """ "answers 200", "connection refused"."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A firing or pending alert, and where it was seen."""

    name: str
    state: Literal["firing", "pending"]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    since: Instant | None
    source: str
    value: str = ""
    silenced_by: tuple[str, ...] = ()
    """Ids of the silences that keep it quiet, where an Alertmanager says so."""
    inhibited_by: tuple[str, ...] = ()
    """Fingerprints of the alerts that make it not worth a page."""
    fingerprint: str = ""
    """By which an Alertmanager knows it."""


@dataclass(frozen=True, slots=True)
class Poll:
    """Everything one poll brought, complete: what it lacks was not so at that time.

    `samples` is keyed by template number (see `core.slots`); a template that is missing failed.
    """

    at: Instant
    samples: Mapping[int, Samples] = field(default_factory=dict)
    flags: Mapping[str, Scalar] = field(default_factory=dict)
    """Values by flag key; a flag that is missing is not set or could not be read."""
    modes: frozenset[tuple[str, str]] = frozenset()
    """(node, degradation state) pairs that `active_when` or a person says are active."""
    reconciled: frozenset[str] = frozenset()
    """Services whose `reconciled_when` holds."""
    changes: tuple[Change, ...] = ()
    """Changes first seen in this poll; they add up."""
    alerts: tuple[Alert, ...] | None = None
    """All alerts known now; None when nobody was asked."""

    @property
    def is_answered(self) -> bool:
        """Whether any question got an answer; without one it is a picture of nothing."""
        return any(samples.answer.count(FAILED) < len(samples) for samples in self.samples.values())


EMPTY: Final = Samples(bytearray(), array("d"), array("d"), array("d"))


@dataclass(frozen=True, slots=True)
class Stage:
    """Answers of the poll under way, kept until it is closed, so that their order cannot matter."""

    samples: Mapping[int, Samples] = field(default_factory=dict)
    flags: Mapping[str, Scalar] = field(default_factory=dict)
    modes: frozenset[tuple[str, str]] = frozenset()
    reconciled: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()
    alerts: tuple[Alert, ...] | None = None
    trouble: Mapping[str, str] = field(default_factory=dict)

    def close(self, at: Instant) -> Poll:
        return Poll(at, self.samples, self.flags, self.modes, self.reconciled, self.changes, self.alerts)
