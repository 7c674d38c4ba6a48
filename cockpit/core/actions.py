"""What we want done, in the imperative; nothing here has happened yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cockpit.core.events import (
    Decision,
    Denied,
)
from cockpit.core.model import Model
from cockpit.core.wanted import Wanted


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """Put this on record before anybody can see it."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class NoteRefusal:
    """Put on record what a person was refused, and why."""

    denied: Denied


@dataclass(frozen=True, slots=True)
class AskAnew:
    """The model was replaced: ask the sources its questions from now on, and warm up again."""

    model: Model
    generation: int


@dataclass(frozen=True, slots=True)
class ReasonAgain:
    """Suspects and spread of the last poll are still to be computed, in slices."""


@dataclass(frozen=True, slots=True)
class AuditNow:
    """How ready all is, is to be worked out, beside everything else."""


@dataclass(frozen=True, slots=True)
class Act:
    """A person wants something done outside the loop; what comes of it is on record."""

    wanted: Wanted


Action: TypeAlias = RecordDecision | NoteRefusal | AskAnew | ReasonAgain | AuditNow | Act
