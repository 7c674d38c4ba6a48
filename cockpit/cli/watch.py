"""`cockpit watch`: the same engine without a screen, so that somebody is awake: it reminds and records."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cockpit.cli.acting import turn_away
from cockpit.cli.loading import load
from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.core.reminded import Said
from cockpit.core.reminders import AGAIN, reminders, turn
from cockpit.errors import CockpitError, RecordingError, RunRefused, UsageError
from cockpit.text import clean, clock, join_names, plural

if TYPE_CHECKING:
    from cockpit.adapters.ring import RingWriter
    from cockpit.core.levels import Instant, Seconds
    from cockpit.engine import Engine
    from cockpit.ports import Owners

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at what is due."""
KEEP_EVERY: Final = 0.2
"""Seconds between two looks whether there is a poll to keep; of polls that come faster some are left out."""
LARGE_EVERY: Final = 15.0
"""Seconds between two polls of a large fleet that the ring keeps."""
LEAST_AGAIN: Final = 10.0
INTERRUPTED: Final = 130


def watch(settings: Settings, again: str | None) -> int:
    """Until SIGTERM (0) or ctrl+c (130). Raises RunRefused where another one watches already."""
    every = AGAIN if again is None else _seconds(again)
    turn_away(settings, load(settings).model, "watch")
    return asyncio.run(_watch(settings, every))


def _seconds(text: str) -> float:
    from cockpit.config import durations

    try:
        found = durations.seconds(text)
    except ValueError:
        raise UsageError(f"--again: '{text}' is not a duration", durations.meant(text)) from None
    if found < LEAST_AGAIN:
        raise UsageError(f"--again: {text} is too often", f"write {LEAST_AGAIN:g}s or more")
    return found


async def _watch(settings: Settings, again: Seconds) -> int:
    from cockpit.adapters.journal.owners import RunOwners
    from cockpit.adapters.journal.place import place
    from cockpit.adapters.ring import RingWriter
    from cockpit.adapters.watch_lock import WATCH
    from cockpit.cli.loading import live
    from cockpit.cli.screen import actor
    from cockpit.core.switches import readonly as forbids_writing
    from cockpit.engine.large import is_large

    model = load(settings).model
    if settings.readonly or forbids_writing(model):
        raise RunRefused("this cockpit is read-only, so it can neither remind anybody nor record")
    folder = place(model.name, model.journal)
    owners = RunOwners(folder)
    if not owners.claim(WATCH):
        raise RunRefused(f"a watch runs already ({owners.holder(WATCH)})", "one is enough on one machine")
    try:
        engine = live(settings, readonly=False, actor=actor())
        every = LARGE_EVERY if is_large(engine.state) else 0.0
        office = await _alone(engine)
        return await Awake(engine, RingWriter(folder, every=every), again, office).watch()
    finally:
        owners.close()


async def _alone(engine: Engine) -> Owners | None:
    """Of a team only one watches, wherever that is; None: there is only this machine. Raises RunRefused."""
    from cockpit.core.team import WATCH
    from cockpit.views.company import is_team

    owners = engine.owners
    if owners is None or not is_team(engine.state):
        return None
    try:
        if not await owners.claim((WATCH,)):
            return owners
        holder = await owners.holder(WATCH)
    except CockpitError:
        await engine.journal.close()
        raise
    await engine.journal.close()
    raise RunRefused(f"a watch runs already ({holder or 'somewhere else'})", "one is enough for a team")


class Awake:
    """What is said, is said once; what could not be recorded is complained of once."""

    def __init__(
        self, engine: Engine, ring: RingWriter, again: Seconds, office: Owners | None = None
    ) -> None:
        """`office`: who says that this is the one watch of a team, for as long as it is."""
        self._engine = engine
        self._ring = ring
        self._again = again
        self._office = office
        self._said: Mapping[str, Said] = {}
        self._gone: Mapping[str, Instant] = {}
        self._heard: list[int] = []
        self._leaving = asyncio.Event()
        self._complained: dict[str, str] = {}

    async def watch(self) -> int:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self._hear, number)
        running = asyncio.ensure_future(self._engine.run())
        work = (self._keep(), self._remind(), self._leaving.wait(), self._outlast())
        parts = [asyncio.ensure_future(part) for part in work]
        self._greet()
        try:
            await asyncio.wait([running, *parts], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._engine.stop()
            for part in parts:
                part.cancel()
            await asyncio.wait([running, *parts])
            self._ring.close()
            for number in numbers:
                loop.remove_signal_handler(number)
        for part in (running, *parts):
            if not part.cancelled():
                part.result()  # whatever went wrong is raised here
        return INTERRUPTED if signal.SIGINT in self._heard else 0

    def _hear(self, number: int) -> None:
        self._heard.append(number)
        self._leaving.set()

    async def _outlast(self) -> None:
        """Ends, by raising RunRefused, when another may be the one that watches."""
        if self._office is None:
            await self._leaving.wait()
            return
        from cockpit.core.team import WATCH

        why = await self._office.lost(WATCH)
        raise RunRefused(f"this watch ends, since another may watch by now: {why}", "start it again")

    def _greet(self) -> None:
        model = self._engine.state.model
        names = [channel.name for channel in model.incident.notify if channel.announce]
        whom = (
            f"reminders go to {join_names(names)}"
            if names
            else ("reminders stand only here: incident.notify names no channel")
        )
        say([f"watching {model.title or model.name}: {plural(len(model.services), 'service')}; {whom}"])

    # The ring

    async def _keep(self) -> None:
        """Each poll, as far as the disk keeps up: one that hangs must not make us grow."""
        last = None
        while True:
            await asyncio.sleep(KEEP_EVERY)
            state = self._engine.state
            if state.picture.last_poll is last:
                continue
            last = state.picture.last_poll
            try:
                await asyncio.to_thread(self._ring.write, state)
            except RecordingError as error:
                self._complain("ring", str(error))
            else:
                self._complain("ring", "")

    def _complain(self, what: str, text: str) -> None:
        """Once, and not again before it was over."""
        if text and self._complained.get(what) != text:
            sys.stderr.write(f"cockpit: {clean(text)}\n")
            sys.stderr.flush()
        self._complained[what] = text

    # Reminders

    async def _remind(self) -> None:
        await self._remember()
        while True:
            if self._engine.state.health.at is not None:
                self._look()
            self._tell_of_trouble()
            await asyncio.sleep(LOOK_EVERY)

    async def _remember(self) -> None:
        """What was said by those before us has to be known first, or it would be said again."""
        while not self._engine.is_remembered:  # noqa: ASYNC110 - a state is pulled, and tells nobody
            await asyncio.sleep(LOOK_EVERY / 10)
        self._said = self._engine.state.record.reminded

    def _look(self) -> None:
        from cockpit.core.wanted import RemindWanted

        state, now = self._engine.state, self._engine.now()
        done = turn(reminders(state, now, self._again), self._said, self._gone, now)
        self._said, self._gone = done.said, done.gone
        for key in done.over:
            self._engine.dispatch(RemindWanted(key, "", 0, now))
        for reminder, count in done.news:
            times = f" (said {count} times)" if count > 1 else ""
            say([f"{clock(now)} UTC {reminder.text}{times}"])
            wanted = RemindWanted(reminder.key, reminder.text, count, now, reminder.incident)
            self._engine.dispatch(wanted)

    def _tell_of_trouble(self) -> None:
        picture = self._engine.state.picture
        refused = f"refused: {picture.refused.what}: {picture.refused.why}" if picture.refused else ""
        self._complain("refused", refused)
        self._complain("reported", picture.reported.text if picture.reported else "")
