"""How a run, a step and its effect on the world stand: the words of screens, records and JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    DO = "do"
    UNDO = "undo"


class StepState(StrEnum):
    PENDING = "pending"
    READY = "ready"
    AWAITING_CONFIRM = "awaiting_confirm"
    AWAITING_APPROVAL = "awaiting_approval"
    RUNNING = "running"
    VERIFYING = "verifying"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    HELD = "held"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INCONCLUSIVE = "inconclusive"
    UNKNOWN = "unknown"


class Effect(StrEnum):
    """What is true in the world, as far as we know; independent of how the command ended."""

    NONE = "none"
    INTENDED = "intended"
    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    UNKNOWN = "unknown"
    ALREADY = "already"
    """True before we came, so it is not ours to undo."""
    REVERTED = "reverted"


class RunState(StrEnum):
    PREFLIGHT = "preflight"
    READY = "ready"
    RUNNING = "running"
    HELD = "held"
    ROLLING_BACK = "rolling_back"
    COMPLETED = "completed"
    COMPLETED_WITH_DEBT = "completed_with_debt"
    ROLLED_BACK = "rolled_back"
    ROLLED_BACK_PARTIAL = "rolled_back_partial"
    ABORTED = "aborted"
    ABORTED_DIRTY = "aborted_dirty"
    """Something applied or unknown stays."""


STANDING: Final = frozenset({Effect.INTENDED, Effect.APPLIED, Effect.UNKNOWN})
"""Stands, or may stand: belongs into the rollback."""
DONE: Final = frozenset({StepState.SUCCEEDED, StepState.SKIPPED})
"""The next step may follow."""
BROKEN: Final = frozenset(
    {
        StepState.FAILED,
        StepState.TIMED_OUT,
        StepState.CANCELLED,
        StepState.INCONCLUSIVE,
        StepState.UNKNOWN,
    }
)
SETTLED: Final = DONE | BROKEN
FINAL: Final = frozenset(
    {
        RunState.COMPLETED,
        RunState.COMPLETED_WITH_DEBT,
        RunState.ROLLED_BACK,
        RunState.ROLLED_BACK_PARTIAL,
        RunState.ABORTED,
        RunState.ABORTED_DIRTY,
    }
)
