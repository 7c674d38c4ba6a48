"""`cockpit gate`: before a release, one look at the world and at the record. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.errors import JournalError, UsageError
from cockpit.text import join_names

if TYPE_CHECKING:
    from cockpit.core.model import Model
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World


def gate(settings: Settings, service: str, *, json: bool) -> int:
    """0 go, 1 something is not so or cannot be told. Raises UsageError for what is no service."""

    async def work(world: World) -> int:
        from cockpit.core.audit.gate import gate
        from cockpit.views.audit import gate as told

        _known(world.model, service)
        state, lost = await _look(settings, world)
        made = gate(state, service, world.clock.now(), lost)
        if json:
            say_json(told.document(made), indent=True)
        else:
            say(told.lines(made, width()))
        return 0 if made.is_open else 1

    return in_world(settings, work, reads_only=True)


async def _look(settings: Settings, world: World) -> tuple[State, str]:
    """The picture of now and what is on record; why there is no record, where it cannot be read."""
    from dataclasses import replace

    from cockpit.cli.loading import live
    from cockpit.cli.looking import LOOK_BACK
    from cockpit.engine.runs.remembered import record_now

    state = await live(settings, readonly=True).once(look_back=LOOK_BACK)
    try:
        return replace(state, record=await record_now(world.journal)), ""
    except JournalError as error:
        return state, str(error)


def _known(model: Model, service: str) -> None:
    names = [each.name for each in model.services]
    if service in names:
        return
    from cockpit.config.suggest import nearest

    near = nearest(service, names)
    hint = f"did you mean '{near}'?" if near else f"there are: {join_names(names, 6)}"
    if any(each.name == service for each in model.capabilities):
        raise UsageError(f"'{service}' is a capability, and what is released is a service", hint)
    raise UsageError(f"there is no service '{service}'", hint)
