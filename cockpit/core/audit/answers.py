"""What an audit says: an answer with its evidence to each question, and what to fix first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from cockpit.core.levels import Instant
from cockpit.errors import Place


def sentence(text: str) -> str:
    """With a full stop, and a capital unless it begins with a name."""
    begun = text[:1].upper() + text[1:] if text.startswith(BEGINNINGS) else text
    return begun if begun.endswith((".", "?", "!", "…")) else f"{begun}."


def has(count: int) -> str:
    return "has" if count == 1 else "have"


BEGINNINGS: Final = ("no ", "nobody ", "nothing ", "give ", "name ", "add ", "only ")


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


Good: TypeAlias = Literal[Answer.YES, Answer.NO]
WORST: Final = 3
"""How many services are named beside an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    good: Good
    """Not every question is one that is well answered with yes."""


QUESTIONS: Final = (
    Question("containment", "Can one fault reach unrelated workflows?", Answer.NO),
    Question("rollback", "Can we roll back fast without losing data?", Answer.YES),
    Question("critical-path", "Does the critical path live without the rest?", Answer.YES),
    Question(
        "failure-classes",
        "Can we tell delay, degradation, corruption, retry and unavailability apart?",
        Answer.YES,
    ),
    Question("people", "Does recovery need particular people?", Answer.NO),
    Question("planned", "Are failures planned for, and not discovered?", Answer.YES),
    Question("boundaries", "Are there controls without boundaries?", Answer.NO),
)


@dataclass(frozen=True, slots=True)
class Answered:
    question: Question
    answer: Answer
    evidence: tuple[str, ...]
    """Plain sentences, what weighs most first; never empty."""
    worst: tuple[str, ...] = ()
    """The services that speak most against it, the worst first."""

    @property
    def is_good(self) -> bool:
        return self.answer is self.question.good

    @property
    def is_bad(self) -> bool:
        return self.answer is not Answer.UNKNOWN and not self.is_good


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    def is_at_least(self, other: Severity) -> bool:
        return _ORDER.index(self) <= _ORDER.index(other)


_ORDER: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Score:
    """How much it matters; the parts are shown, so that nobody has to believe the product."""

    blast: int
    """How many services and capabilities are DEGRADED or worse when it fails, itself included."""
    tier: float
    """Weight of the tier of the subject."""
    gap: int
    """How wide the gap is, 1 to 4."""

    @property
    def value(self) -> float:
        return self.blast * self.tier * self.gap


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to fix: what it is, why it matters, what to do."""

    kind: str
    """`hard-edge`, `shared`, `cycle`, `rollback-impossible`, ...: stable, for machines."""
    subject: str
    """A service or capability, else a runbook or switch."""
    what: str
    why: str
    do: str
    severity: Severity
    score: Score
    at: Place | None = None
    """Where it is declared, if that is known."""

    @property
    def key(self) -> str:
        """Tells it from every other; two edges of one service differ in what is said of them."""
        return f"{self.kind}/{self.subject}/{self.what}"


@dataclass(frozen=True, slots=True)
class Audit:
    answers: tuple[Answered, ...]
    """In the order of the questions."""
    fix_first: tuple[Finding, ...]
    """What matters most first."""
    asked_live: bool = False
    """Whether somebody was asked who calls whom in fact."""
    at: Instant | None = None
    """When it was made; None: on a screen, where it follows what is known."""

    @property
    def is_good(self) -> bool:
        """Every question is answered well; what is unknown is not."""
        return all(each.is_good for each in self.answers)

    def has(self, severity: Severity) -> bool:
        """Whether there is a finding so severe or worse."""
        return any(each.severity.is_at_least(severity) for each in self.fix_first)
