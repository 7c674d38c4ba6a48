"""The words of the screen for runs; every table is tested to be complete. JSON keeps the machine words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cockpit.core.runbook.approvals import Glass
from cockpit.core.runbook.states import Effect, RunState, StepState

STEP_STATES: Final[Mapping[StepState, str]] = {
    StepState.PENDING: "to come",
    StepState.READY: "ready",
    StepState.AWAITING_CONFIRM: "waits for you",
    StepState.AWAITING_APPROVAL: "waits for a second person",
    StepState.RUNNING: "running",
    StepState.VERIFYING: "done, now checking",
    StepState.SUCCEEDED: "done",
    StepState.SKIPPED: "left out",
    StepState.HELD: "held",
    StepState.FAILED: "failed",
    StepState.TIMED_OUT: "took too long",
    StepState.CANCELLED: "stopped by hand",
    StepState.INCONCLUSIVE: "the check could not see",
    StepState.UNKNOWN: "may or may not have happened",
}
WAITS: Final = "waits for a yes"


def step_state(state: StepState, ours: bool) -> str:
    """`ours`: whoever reads it looks after the run."""
    asks = state is StepState.AWAITING_CONFIRM
    return WAITS if asks and not ours else STEP_STATES[state]


EFFECTS: Final[Mapping[Effect, str]] = {
    Effect.NONE: "nothing was changed",
    Effect.INTENDED: "may or may not have happened",
    Effect.APPLIED: "it has happened",
    Effect.NOT_APPLIED: "it has not happened",
    Effect.UNKNOWN: "may or may not have happened",
    Effect.ALREADY: "was so before we came",
    Effect.REVERTED: "taken back",
}
RUN_STATES: Final[Mapping[RunState, str]] = {
    RunState.PREFLIGHT: "being checked",
    RunState.READY: "ready",
    RunState.RUNNING: "running",
    RunState.HELD: "held",
    RunState.ROLLING_BACK: "being taken back",
    RunState.COMPLETED: "completed",
    RunState.COMPLETED_WITH_DEBT: "completed, with something to clean up",
    RunState.ROLLED_BACK: "taken back",
    RunState.ROLLED_BACK_PARTIAL: "partly taken back",
    RunState.ABORTED: "stopped",
    RunState.ABORTED_DIRTY: "stopped, and something stays as it is",
}
VERDICTS: Final[Mapping[str, str]] = {
    "applied": "found out: it has happened",
    "not_applied": "found out: it has not happened",
    "unknown": "cannot find out whether it happened",
}
BROKEN_GLASS: Final = "broken glass"
"""A step was taken without the second person it wanted: always said with who and why."""


def glass_told(glass: Glass) -> str:
    """ "broken glass: Promote the standby, by mara: nobody is awake"."""
    return f"{BROKEN_GLASS}: {glass.title}, by {glass.by}: {glass.reason}"
