"""The world that runs touch: journal, shims, requests, metrics, flags, silences and secrets, for real."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.failpoints import die_at
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.journal.owners import RunOwners
from cockpit.adapters.journal.place import DATABASE, place
from cockpit.adapters.journal.sqlite import SqliteJournal
from cockpit.adapters.process_folder import left_behind
from cockpit.adapters.trust import FirstUse, Trusted
from cockpit.core.model import Model
from cockpit.core.switches import readonly as forbids_writing
from cockpit.engine.runs.locking import Exclusive
from cockpit.engine.runs.world import World

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.state import State

Ask: TypeAlias = Callable[[str], bool]


@asynccontextmanager
async def world(
    loaded: Loaded, *, actor: str, readonly: bool = False, ask: Ask | None = None
) -> AsyncIterator[World]:
    """Everything is closed at the end; commands that run go on under their shims.

    A look that is read-only leaves no trace, not even an empty journal.
    """
    made = make(loaded.model, str(loaded.path), actor=actor, readonly=readonly, ask=ask)
    if readonly and not (place(loaded.model.name, loaded.model.journal).path / DATABASE).exists():
        made = replace(made, journal=MemoryJournal())
    try:
        yield made
    finally:
        await close(made)


def make(model: Model, config: str, *, actor: str, readonly: bool = False, ask: Ask | None = None) -> World:
    """Opens nothing yet: each part does so when it is first used. Raises JournalError for a wrong place.

    `config` is where the model was read from; `ask` tells a person the command that a secret needs, and
    whether it may run; where it is None only those run that somebody has trusted before.
    """
    from cockpit.adapters.alertmanager import Alertmanagers
    from cockpit.adapters.flags.providers import flag_providers
    from cockpit.adapters.http import HttpxHttp
    from cockpit.adapters.metrics import PrometheusMetrics
    from cockpit.adapters.process import Commands
    from cockpit.adapters.secrets import Secrets

    readonly = readonly or forbids_writing(model)
    folder = place(model.name, model.journal)
    runner = Commands()
    secrets = Secrets(trusts=FirstUse(trusted(model), config, ask))
    return World(
        model=model,
        journal=SqliteJournal(folder),
        owners=Exclusive(RunOwners(folder)),
        clock=SystemClock(),
        runner=runner,
        http=HttpxHttp(),
        metrics=PrometheusMetrics(model),
        secrets=secrets,
        boot_ns=lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        actor=actor,
        flags=flag_providers(model, secrets, readonly=readonly),
        silencer=Alertmanagers(model.alertmanager) if model.alertmanager and not readonly else None,
        environ=dict(os.environ),
        folder=str(folder.path / "runs"),
        left_behind=lambda: left_behind(folder.path / "runs"),
        foreign=runner.foreign,
        readonly=readonly,
        die_at=die_at,
    )


def for_state(world: World, state: State) -> World:
    """The same for a model that was loaded anew: with its stores of flags, and with no more rights."""
    from cockpit.adapters.flags.providers import flag_providers

    readonly = world.readonly or state.readonly
    if state.model.flags == world.model.flags and readonly == world.readonly:
        return replace(world, model=state.model)
    flags = flag_providers(state.model, world.secrets, readonly=readonly)
    return replace(world, model=state.model, flags=flags, readonly=readonly)


def trusted(model: Model) -> Trusted:
    """Kept in the person's own folder, also where the journal is shared: nobody trusts for others."""
    return Trusted(place(model.name, {}))


async def close(world: World) -> None:
    """Parts that hold connections are closed, each whether or not the others can be."""
    closing = [world.http.close, world.metrics.close, *(each.close for each in world.flags.values())]
    if world.silencer is not None:
        closing.append(world.silencer.close)
    for close_one in (*closing, world.journal.close):
        with suppress(Exception):
            await close_one()
