"""What is seen of a run while it runs, and of a runbook before it starts; none of it is on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.core.json import Json
from cockpit.core.levels import Instant
from cockpit.core.runbook.verification import Progress


@dataclass(frozen=True, slots=True)
class Live:
    output: tuple[str, ...] = ()
    """Last lines of the command that is running, oldest first; not yet clean for a terminal."""
    step: str = ""
    progress: Progress | None = None
    """Of the verification under way."""
    complaint: str = ""
    """One line for the person: an answer that was none, a record that cannot be written."""
    ours: bool = True
    """This cockpit looks after the run; else it is shown, and can be taken up when nobody has it."""


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One thing that has to be so before step 1. `holds` None: it cannot be told."""

    title: str
    holds: bool | None
    why: str = ""
    by_hand: str = ""
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as it would be done now; what depends on something unread is left as it is written."""

    id: str
    title: str
    action: str
    """`run`, `http`, `flag`, ... as in the file."""
    does: str
    """What it does, in one line."""
    argv: tuple[str, ...] | None
    effect: str
    """`read`, `write` or `destructive`."""
    confirm: str
    """`none`, `key`, or the phrase to be typed."""
    undo: str
    """How it is taken back, or why it cannot be."""
    can_undo: bool
    approval: str = ""
    """Who else has to agree, in words; empty: nobody."""
    already: bool | None = None
    """Whether it is so already; None: not asked, or cannot be told."""
    unread: tuple[str, ...] = ()
    """Names it needs that nobody could read yet."""


@dataclass(frozen=True, slots=True)
class Plan:
    runbook: str
    at: Instant
    target: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    checks: tuple[PlannedCheck, ...] = ()
    steps: tuple[PlannedStep, ...] = ()
    locks: tuple[str, ...] = ()
    trouble: str = ""
    """Why it cannot be started at all, and what to do; empty: it can be asked for."""
    busy: bool = False
    """Its checks are still being looked at."""
