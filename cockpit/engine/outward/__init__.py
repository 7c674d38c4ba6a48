"""What people want of the world besides their own runs and switches: told on record first, then done once."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.core.events import Event
from cockpit.core.state import State
from cockpit.core.wanted import (
    ApprovalWanted,
    OncallWanted,
    PageWanted,
    RemindWanted,
    SilenceEndWanted,
    SilenceWanted,
    UpdateWanted,
    Wanted,
)
from cockpit.engine.runs.world import World


def what_of(wanted: Wanted) -> str:
    """In a few words, for when it is refused."""
    match wanted:
        case SilenceWanted(matchers):
            return f"silence {', '.join(matchers)}"
        case SilenceEndWanted(_, id):
            return f"end of silence {id}"
        case UpdateWanted(incident):
            return f"update of {incident}"
        case OncallWanted(team):
            return f"who is on call for {team}"
        case PageWanted(team):
            return f"page of {team}"
        case RemindWanted(_, text):
            return f"reminder ({text})"
        case ApprovalWanted(run, step, refuse):
            return f"{'refuse' if refuse else 'approve'} {run} {step}"
        case _:
            return type(wanted).__name__


async def outward(world: World, state: State, wanted: Wanted, say: Callable[[Event], None]) -> None:
    """Raises CockpitError where nothing was done; whatever else comes of it is said, and on record."""
    match wanted:
        case UpdateWanted():
            from cockpit.engine.outward.updates import send_update

            await send_update(world, state, wanted, say)
        case SilenceWanted():
            from cockpit.engine.outward.silences import make_silence

            await make_silence(world, wanted, say)
        case SilenceEndWanted():
            from cockpit.engine.outward.silences import end_silence

            await end_silence(world, wanted, say)
        case OncallWanted():
            from cockpit.engine.outward.oncall import look_up

            await look_up(world, wanted, say)
        case PageWanted():
            from cockpit.engine.outward.oncall import page

            await page(world, wanted, say)
        case RemindWanted():
            from cockpit.engine.outward.reminding import remind

            await remind(world, wanted, say)
        case ApprovalWanted():
            from cockpit.engine.runs.judging import answer

            await answer(world, wanted, say)
        case _:
            raise AssertionError(wanted)
