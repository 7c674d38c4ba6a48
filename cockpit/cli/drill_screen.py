"""A drill on the screen: the same program from the start of a scenario, and the debrief when it is left."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from cockpit.cli.screen import Behind, open_screen
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.cli.drill import Prepared
    from cockpit.core.rehearsal.debrief import Debrief
    from cockpit.core.scenario import Scenario
    from cockpit.engine import Engine
    from cockpit.engine.rehearsing.performing import Watching
    from cockpit.ports import Journal

OVER = "the drill is over: q leaves it, and says what came of it"
PASSED, FAILED = 0, 1


def on_screen(prepared: Prepared) -> int:
    """0 all that was expected has come true, 1 not. Raises what ended it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the screen needs a terminal", "--headless plays it without one")
    behind = Rehearsal(prepared)
    open_screen(prepared.settings, behind)
    if behind.debrief is None:  # left before anything could be seen
        return FAILED
    from cockpit.cli.drill_result import told

    told(prepared, behind.debrief, on_record=True)
    return PASSED if behind.debrief.passed else FAILED


class Rehearsal(Behind):
    """What works behind the screen of a drill."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__(prepared.settings)
        self.debrief: Debrief | None = None
        self._prepared = prepared
        self._archive: Journal | None = None
        self._scenario: Scenario | None = None
        self._start = 0.0
        self._watching: asyncio.Task[None] | None = None

    def made(self) -> Engine:
        from cockpit.core.rehearsal.own import own_scenario
        from cockpit.wiring.drilling import archive, on_screen

        prepared = self._prepared
        model = prepared.loaded.model
        scenario = prepared.scenario
        if scenario is None:
            assert prepared.book is not None
            scenario = own_scenario(prepared.book, model)
        self._scenario = scenario
        self._archive = archive(model)
        played = on_screen(
            model,
            scenario,
            self._archive,
            actor=prepared.actor,
            speed=prepared.wanted.speed or 1.0,
            injected=prepared.injected,
            sandbox=prepared.sandbox,
            lost=self._say_lost,
        )
        self._start = played.performance.start
        return played.engine

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            if self._watching is not None:
                self._watching.cancel()
                with suppress(asyncio.CancelledError):
                    await self._watching
            if self._archive is not None:
                await self._archive.close()

    def begun(self, engine: Engine) -> None:
        super().begun(engine)
        self._watching = asyncio.ensure_future(self._watch(engine))

    async def _watch(self, engine: Engine) -> None:
        """Follows the picture, and says when the scenario is over."""
        from cockpit.core.events import Reported
        from cockpit.engine.rehearsing.performing import Watching

        scenario = self._scenario
        assert scenario is not None
        watched = Watching(engine)
        following = asyncio.ensure_future(watched.watch())
        said = False
        try:
            while True:
                await asyncio.sleep(0.5)
                if not said and engine.now() > self._start + scenario.length:
                    said = True
                    engine.dispatch(Reported(OVER, engine.now()))
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            await self._look_back(engine, scenario, watched)

    async def _look_back(self, engine: Engine, scenario: Scenario, watched: Watching) -> None:
        from cockpit.core.rehearsal.debrief import debriefed
        from cockpit.engine.rehearsing.performing import performed
        from cockpit.errors import JournalError

        with suppress(JournalError):
            seen = await performed(engine, scenario, self._start, watched.track)
            self.debrief = debriefed(self._prepared.drill("", scenario), seen)

    def _say_lost(self, why: str) -> None:
        from cockpit.core.events import Reported

        if self.engine is not None:
            self.engine.dispatch(Reported(f"this drill is not kept: {why}", self.engine.now()))
