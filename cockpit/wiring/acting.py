"""The world that runs touch: journal, shims, requests, metrics, flags, silences and secrets, for real."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.failpoints import die_at
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.adapters.journal.mounts import networked
from cockpit.adapters.journal.place import place
from cockpit.adapters.journal.sealing import this_boot
from cockpit.adapters.process_folder import left_behind
from cockpit.adapters.trust import FirstUse, Trusted
from cockpit.core.access import standing
from cockpit.core.model import Model
from cockpit.core.runbook.work import Machine
from cockpit.engine.announcing import Announcing
from cockpit.engine.refusing import as_of
from cockpit.engine.runs.world import World
from cockpit.wiring.keeping import is_kept, keeper

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.state import State
    from cockpit.ports import Silencer

log = logging.getLogger(__name__)
Ask: TypeAlias = Callable[[str], bool]
Close: TypeAlias = Callable[[], Awaitable[None]]


@asynccontextmanager
async def world(
    loaded: Loaded,
    *,
    actor: str,
    readonly: bool = False,
    ask: Ask | None = None,
    complain: Callable[[str], None] = log.warning,
) -> AsyncIterator[World]:
    """Everything is closed at the end; commands that run go on under their shims.

    A look that is read-only leaves no trace, not even an empty journal.
    """
    where = str(loaded.path)
    made = make(loaded.model, where, actor=actor, readonly=readonly, ask=ask, complain=complain)
    if readonly and not is_kept(loaded.model):
        made = replace(made, journal=MemoryJournal())
    try:
        yield made
    finally:
        await close(made)


def make(
    model: Model,
    config: str,
    *,
    actor: str,
    readonly: bool = False,
    ask: Ask | None = None,
    complain: Callable[[str], None] = log.warning,
) -> World:
    """Opens nothing yet: each part does so when it is first used. Raises JournalError for a wrong place.

    `config` is where the model was read from; `ask` tells a person the command that a secret needs, and
    whether it may run; where it is None only those run that somebody has trusted before. `complain` hears
    of announcements that may not have reached a channel.
    """
    from cockpit.adapters.flags.providers import flag_providers
    from cockpit.adapters.http import HttpxHttp
    from cockpit.adapters.metrics import PrometheusMetrics
    from cockpit.adapters.process import Commands
    from cockpit.adapters.secrets import Secrets

    kept = keeper(model, actor)
    readonly, me = standing(model.access, kept.actor, readonly=readonly)
    runner = Commands()
    secrets = Secrets(trusts=FirstUse(trusted(model), config, ask))
    announcing = Announcing(kept.journal, complain)
    made = World(
        model=model,
        journal=announcing,
        owners=kept.owners,
        clock=SystemClock(),
        runner=runner,
        http=HttpxHttp(),
        metrics=PrometheusMetrics(model),
        secrets=secrets,
        here=Machine(os.uname().nodename, this_boot()),
        boot_ns=lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        actor=kept.actor,
        flags=flag_providers(model, secrets, readonly=readonly),
        silencer=_silencer(model, readonly),
        environ=dict(os.environ),
        folder=str(kept.folder.path / "runs"),
        left_behind=lambda: left_behind(kept.folder.path / "runs"),
        foreign=runner.foreign,
        team=kept.team,
        part=kept.part,
        role=kept.role,
        readonly=readonly,
        me=me,
        die_at=die_at,
    )
    announcing.use(made)
    return made


class Worlds:
    """The world for the model of now. What a reload replaces is closed at the end: runs may still use it."""

    def __init__(self, first: World) -> None:
        self._now = first
        self._made_for = first.model
        self._replaced: list[Close] = []

    def of(self, state: State) -> World:
        """With the servers and stores of the model of `state`, and never with more rights than before."""
        from cockpit.adapters.flags.providers import flag_providers
        from cockpit.adapters.metrics import PrometheusMetrics

        world, model, old = self._now, state.model, self._made_for
        new = as_of(world, state)
        readonly, stricter = new.readonly, new.readonly != world.readonly
        if model is not old:  # it knows the signals as well as the servers
            self._replaced.append(world.metrics.close)
            new = replace(new, metrics=PrometheusMetrics(model))
        if model.flags != old.flags or stricter:
            self._replaced += [each.close for each in world.flags.values()]
            new = replace(new, flags=flag_providers(model, world.secrets, readonly=readonly))
        if model.alertmanager != old.alertmanager or stricter:
            self._replaced += [world.silencer.close] if world.silencer else []
            new = replace(new, silencer=_silencer(model, readonly))
        self._now, self._made_for = new, model
        if isinstance(new.journal, Announcing):
            new.journal.use(new)
        return new

    async def close(self) -> None:
        """All but the journal, which is the engine's."""
        await _close_each([*self._replaced, *_parts(self._now)])


def state_folder(model: Model) -> tuple[Path, str]:
    """Where the journal lies; the kind of network file system that is on, if any. Raises JournalError."""
    folder = place(model.name, model.journal).path
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return folder, networked(there)


def trusted(model: Model) -> Trusted:
    """Kept in the person's own folder, also where the journal is shared: nobody trusts for others."""
    return Trusted(place(model.name, {}))


async def close(world: World) -> None:
    await _close_each([*_parts(world), world.journal.close])


def _silencer(model: Model, readonly: bool) -> Silencer | None:
    from cockpit.adapters.alertmanager import Alertmanagers

    return Alertmanagers(model.alertmanager) if model.alertmanager and not readonly else None


def _parts(world: World) -> list[Close]:
    """What holds connections."""
    parts: list[Close] = [world.journal.flush] if isinstance(world.journal, Announcing) else []
    parts += [world.part, world.http.close, world.metrics.close]
    parts += [each.close for each in world.flags.values()]
    return [*parts, world.silencer.close] if world.silencer else parts


async def _close_each(parts: list[Close]) -> None:
    """Each whether or not the others can be."""
    for close_one in parts:
        with suppress(Exception):
            await close_one()
