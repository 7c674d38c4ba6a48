"""`cockpit gate`: before a release, one look at the world and at the record. Leaves no trace."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.cli.loading import live
from cockpit.cli.on_record import on_record
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.errors import JournalError, UsageError
from cockpit.text import join_names

if TYPE_CHECKING:
    from cockpit.core.model import Model
    from cockpit.core.state import State


def gate(settings: Settings, service: str, *, json: bool) -> int:
    """0 go, 1 something is not so or cannot be told. Raises UsageError for what is no service."""
    from cockpit.core.audit.gate import gate
    from cockpit.views.audit import gate as told

    state, lost = asyncio.run(_look(settings, service))
    made = gate(state, service, time.time(), lost)
    if json:
        say_json(told.document(made), indent=True)
    else:
        say(told.lines(made, width()), ascii=settings.ascii)
    return 0 if made.is_open else 1


async def _look(settings: Settings, service: str) -> tuple[State, str]:
    """The picture of now and what is on record; why there is no record, where it cannot be read."""
    from cockpit.cli.looking import LOOK_BACK
    from cockpit.engine.runs.remembered import record_now

    engine = live(settings, readonly=True)
    _known(engine.state.model, service)
    state = await engine.once(look_back=LOOK_BACK)
    try:
        record = await on_record(state.model, "live", record_now)
    except JournalError as error:
        return state, str(error)
    return replace(state, record=record or state.record), ""


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
