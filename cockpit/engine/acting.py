"""The seam between the loop and whatever does things: runs, plans, flags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from cockpit.core.events import (
    Event,
    FlagWanted,
    PlanWanted,
    RunAnswered,
    RunTakenUp,
    RunWanted,
    RunWished,
)
from cockpit.core.state import State

Wanted: TypeAlias = PlanWanted | RunWanted | RunTakenUp | RunAnswered | RunWished | FlagWanted


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


MakeActing: TypeAlias = Callable[[Callable[[Event], None], Callable[[], None]], Acting]
"""From `say` (an event) and `poke` (something was just written)."""
