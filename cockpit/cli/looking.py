"""One look at the world beside what is on record: for commands that say how it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cockpit.cli.settings import Settings
from cockpit.core.incident.model import Incident, open_ones
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World


LOOK_BACK: Final = 5.0
"""Seconds that what the business did before may be asked for."""


async def looked(settings: Settings, world: World) -> State:
    """The picture of now with the record of `world`; servers that cannot be asked leave it unknown."""
    from cockpit.cli.loading import live
    from cockpit.engine.runs.remembered import record_now

    state = await live(settings, readonly=True).once(look_back=LOOK_BACK)
    return replace(state, record=await record_now(world.journal))


def incident_named(state: State, name: str | None) -> Incident:
    """`INC-3`, `last`, or the only open one. Raises UsageError."""
    known = state.record.incidents
    if name == "last" and known:
        return list(known.values())[-1]
    if name not in (None, "last"):
        if name in known:
            return known[str(name)]
        raise UsageError(f"there is no incident '{name}'", _what_there_is(state))
    found = open_ones(known.values())
    if len(found) != 1:
        many = f"{len(found)} incidents are open" if found else "no incident is open"
        raise UsageError(many, _what_there_is(state))
    return found[0]


def _what_there_is(state: State) -> str:
    ids = [each.id for each in open_ones(state.record.incidents.values())]
    if ids:
        return f"name one: --incident {ids[0]}"
    if state.record.incidents:
        return "--incident last is the newest; `cockpit incident list` lists them"
    return "`cockpit incident declare TITLE` begins one"
