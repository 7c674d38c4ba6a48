"""The seam between the loop and whatever does things: runs, plans, flags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from cockpit.core.events import (
    Event,
    OncallSeen,
    PlanReady,
    Refused,
    SwitchesSeen,
)
from cockpit.core.levels import Instant
from cockpit.core.runbook.live import Plan
from cockpit.core.state import State
from cockpit.core.wanted import (
    ApprovalWanted,
    FlagWanted,
    OncallWanted,
    PageWanted,
    PlanWanted,
    RemindWanted,
    RunAnswered,
    RunTakenUp,
    RunWanted,
    RunWished,
    SilenceEndWanted,
    SilenceWanted,
    SwitchesWanted,
    UpdateWanted,
    Wanted,
)


class Acting(Protocol):
    """Takes what a person wants; whatever comes of it is told in events and on record."""

    def take(self, state: State, wanted: Wanted) -> None:
        """Returns at once, and never raises for what happens outside."""
        ...

    async def run(self) -> None:
        """For as long as the engine runs."""
        ...

    async def leave(self) -> None:
        """Nothing further is started; commands that run go on under their shims."""
        ...


def refusal(wanted: Wanted, why: str, now: Instant) -> Event:
    """Where nobody acts: plans and switches say so themselves, everything else is refused."""
    match wanted:
        case PlanWanted(runbook, _, at, target):
            return PlanReady(Plan(runbook, at, target, trouble=why))
        case SwitchesWanted():
            return SwitchesSeen({}, trouble=why)
        case OncallWanted(team):
            return OncallSeen(team, "", now, trouble=why)
        case FlagWanted(what) | PageWanted(what) | UpdateWanted(what):
            return Refused(what, why, now)
        case RemindWanted(_, text):
            return Refused(f"reminder ({text})", why, now)
        case SilenceWanted() | SilenceEndWanted():
            return Refused("silence", why, now)
        case RunWanted(what) | RunTakenUp(what) | RunAnswered(what) | RunWished(what) | ApprovalWanted(what):
            return Refused(what, why, now)


MakeActing: TypeAlias = Callable[[Callable[[Event], None], Callable[[], None]], Acting]
"""From `say` (an event) and `poke` (something was just written)."""
