"""Configuration becomes an engine; the only place that names concrete classes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.adapters.clock import ScaledClock, SystemClock
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.access import person
from cockpit.core.events import Event, ModelRejected, ModelReloaded, Reported
from cockpit.core.journal import Recorded
from cockpit.core.model import Model
from cockpit.core.scenario import Scenario
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine import Connect, Engine, Outside, Watch
from cockpit.engine.announcing import Announcing
from cockpit.engine.observing import OBSERVER
from cockpit.errors import CockpitError, JournalError, LeaseLost, UsageError
from cockpit.ports import Archive, Clock, History, Metrics, Owners, Source
from cockpit.wiring.keeping import actor_of

if TYPE_CHECKING:
    from cockpit.config import Loaded


def live(
    loaded: Loaded,
    *,
    readonly: bool = False,
    adapted: Callable[[Model], Model] = lambda model: model,
    actor: str = "",
) -> Engine:
    """The real world: Prometheus servers, flag files and change files of the configuration.

    `adapted` is what the command line makes of a model, also of one that is loaded later. With an `actor`
    decisions are put on the record of the configuration; a look of one command leaves no trace.
    """
    clock = SystemClock()
    model = adapted(loaded.model)
    if actor:
        with suppress(JournalError):  # the picture does not need the record, and says why there is none
            actor = actor_of(model, actor)
    me = person(model.access, actor) if actor else None
    state = initial(model, "live", readonly=readonly or model.access.readonly, me=me)
    watch = _watching(loaded, clock, adapted) if loaded.files else None
    config = str(loaded.path)

    def now() -> State:
        return engine.state

    connect = partial(_connect, config=config, now=now)
    if actor:
        engine = _on_record(state, connect, clock, watch, actor, config)
    else:
        blank = MemoryJournal()
        engine = Engine(state, connect, clock=clock, journal=blank, watch=watch, looks_back=_remembering)
    return engine


def _on_record(
    state: State, connect: Connect, clock: Clock, watch: Watch | None, actor: str, config: str
) -> Engine:
    from cockpit.adapters.journal.absent import AbsentJournal
    from cockpit.engine.runs.crew import Crew
    from cockpit.wiring import acting

    try:
        world = acting.make(state.model, config, actor=actor, readonly=state.is_locked)
    except JournalError as error:  # the picture does not need the record
        absent = AbsentJournal(error)
        return Engine(state, connect, clock=clock, journal=absent, watch=watch, looks_back=_remembering)

    # A run keeps the world that it began with, and must hear of what has been forbidden since.
    world = replace(world, barred=lambda: engine.state.why_readonly)
    worlds = acting.Worlds(world)

    def crew(say: Callable[[Event], None], poke: Callable[[], None]) -> Crew:
        if isinstance(world.journal, Announcing):
            world.journal.complain = lambda text: say(Reported(text, clock.now()))
        seen = (lambda: engine.state) if world.team else None
        return Crew(worlds.of, say, poke, clock.now, worlds.close, seen)

    engine = Engine(
        state,
        connect,
        clock=clock,
        journal=world.journal,
        watch=watch,
        acting=crew,
        observes=_observing(world.owners),
        looks_back=_remembering,
        drills=_drilled,
        team=world.team,
        owners=world.owners,
    )
    return engine


def _observing(owners: Owners) -> Callable[[], Awaitable[bool]]:
    """Whether this cockpit is the one among all that writes levels down; asked before each time it does."""
    ours = False

    async def observes() -> bool:
        nonlocal ours
        if ours:
            with suppress(LeaseLost):
                owners.fence(OBSERVER)
                return True
        ours = not await owners.claim((OBSERVER,))
        return ours

    return observes


async def _drilled(model: Model) -> Sequence[Recorded]:
    """How drills ended, where any are on record on this machine."""
    from cockpit.core.rehearsal.earlier import FINISHED
    from cockpit.wiring.drilling import archive, is_kept

    if not is_kept(model):
        return ()
    journal = archive(model, create=False)
    try:
        return await journal.read(kind=FINISHED)
    finally:
        await journal.close()


def _remembering(state: State) -> tuple[Archive, Metrics]:
    from cockpit.adapters.metrics import PrometheusMetrics
    from cockpit.adapters.prometheus_archive import PrometheusArchive

    return PrometheusArchive(state.model.prometheus), PrometheusMetrics(state.model)


def _watching(loaded: Loaded, clock: Clock, adapted: Callable[[Model], Model]) -> Watch:
    """Loads anew when a file has changed; looking and loading happen in a thread."""
    from cockpit.config import load
    from cockpit.config.watch import stamp

    seen = stamp(loaded.path, loaded.runbook_folders)

    async def look() -> Event | None:
        nonlocal seen
        now = await asyncio.to_thread(stamp, loaded.path, loaded.runbook_folders)
        if now == seen:
            return None
        seen = now
        try:
            new = await asyncio.to_thread(load, loaded.path)
        except CockpitError as error:
            return ModelRejected(tuple(str(error).splitlines()), clock.now())
        return ModelReloaded(adapted(new.model), clock.now())

    return look


def _connect(state: State, config: str, now: Callable[[], State]) -> Outside:
    # Imported here: the HTTP client costs more to import than everything that a replay or a demo needs.
    from cockpit.adapters.alertmanager_look import AlertmanagerLook
    from cockpit.adapters.change_file import ChangeFile
    from cockpit.adapters.flag_file import FlagFile
    from cockpit.adapters.prometheus import Prometheus

    model, slots = state.model, state.picture.slots
    servers = [Prometheus(server, model, slots, state.generation) for server in model.prometheus]
    stores = [FlagFile(store) for store in model.flags if store.provider == "flagd-file"]
    servers_of_flags = _polled(model, config)
    files = [ChangeFile(Path(feed.file)) for feed in model.changes if feed.file]
    managers = [AlertmanagerLook(server) for server in model.alertmanager]
    beside, last_picture = _beside(state, now)
    sources: list[Source] = [*beside, *servers, *managers, *stores, *servers_of_flags, *files]
    histories: list[History] = [*servers]
    return Outside(sources, histories, last_picture)


def _beside(state: State, now: Callable[[], State]) -> tuple[list[Source], History | None]:
    """Checks, whether somebody is awake, and the ring that a `cockpit watch` keeps."""
    from cockpit.adapters.journal.place import database, place
    from cockpit.adapters.ring import RingHistory
    from cockpit.adapters.watch_lock import WatchLock

    model = state.model
    beside: list[Source] = []
    if model.checks:
        from cockpit.adapters.checks import Checks

        beside.append(Checks(now))
    folder = place(model.name, model.journal)
    if not database(model.journal):  # else the database knows, of all machines
        beside.append(WatchLock(folder))
    return beside, RingHistory(folder, model, state.picture.slots)


def _polled(model: Model, config: str) -> list[Source]:
    """Stores of flags on servers. A command for their secrets runs only where a person has trusted it."""
    asked = [store for store in model.flags if store.provider in ("unleash", "webhook")]
    if not asked:
        return []
    from cockpit.adapters.flags.polled import polled
    from cockpit.adapters.secrets import Secrets
    from cockpit.adapters.trust import FirstUse
    from cockpit.wiring import acting

    def trusts(command: str) -> bool:
        try:
            return FirstUse(acting.trusted(model), config)(command)
        except JournalError:  # nobody can tell what was trusted, and the picture goes on without it
            return False

    secrets = Secrets(trusts=trusts)
    return [source for store in asked if (source := polled(store, model, secrets))]


def demo(
    loaded: Loaded,
    scenario: str = "demo",
    *,
    speed: float = 1.0,
    clock: Clock | None = None,
    actor: str = "you",
) -> Engine:
    """The same program on a simulated shop, `opens_at` seconds into `scenario`.

    Runbooks and kill switches act in it as they would outside; nobody outside is asked, nothing is kept.
    """
    from cockpit.wiring.playing import engine_of

    played = _find(loaded, scenario)
    clock = clock or (SystemClock() if speed == 1.0 else ScaledClock(speed))
    start = clock.now() - played.opens_at
    return engine_of(loaded.model, played, clock, start, actor=actor, mode="demo").engine


def _find(loaded: Loaded, name: str) -> Scenario:
    for scenario in loaded.scenarios:
        if scenario.id == name:
            return scenario
    known = ", ".join(sorted(one.id for one in loaded.scenarios)) or "none"
    raise UsageError(f"there is no scenario '{name}'", f"this configuration knows: {known}")


def replay(loaded: Loaded, recording: Path, *, speed: float = math.inf) -> Engine:
    """The same engine over a recording; `speed` 1 is the pace it was made at."""
    from cockpit.adapters.replay import paced

    clock = SystemClock()

    def feed(state: State) -> AsyncIterator[Event]:
        return paced(recording, state, clock, speed)

    state = initial(loaded.model, "replay")
    return Engine(state, lambda _: Outside(), clock=clock, journal=MemoryJournal(), feed=feed)
