"""A run's own line to the journal: what is said goes on record first, and only then counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from cockpit.core.journal import Recorded
from cockpit.core.levels import Seconds
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.words import Word
from cockpit.engine.runs.world import World
from cockpit.errors import AccessRefused, JournalError, LeaseLost

AGAIN: Final[Seconds] = 1.0
TRIES: Final = 30


class Chronicle:
    """Folds all that is on record about the run, also what others wrote, in the order of the record."""

    def __init__(
        self, world: World, run: Run, seen: int, tell: Callable[[Run, list[Recorded]], None]
    ) -> None:
        """`seen`: up to which record `run` has been folded."""
        self.run = run
        self._world = world
        self._seen = seen
        self._tell = tell

    async def say(self, words: Sequence[Word], *, patient: bool = True) -> Run:
        """The run with `words` on record. Raises JournalError; then nothing of it counts.

        What has already happened is worth waiting for (`patient`); what has not begun yet is not.
        """
        at = self._world.clock.now()
        facts = [word.fact(self.run, at, self._world.actor) for word in words]
        for left in reversed(range(TRIES if patient else 1)):
            try:
                await self._world.journal.append(facts)
                break
            except (LeaseLost, AccessRefused):  # another try would hear the same
                raise
            except JournalError:
                if not left:
                    raise
                await self._world.clock.sleep(AGAIN)
        return await self.catch_up()

    async def catch_up(self) -> Run:
        """Whatever has come on record meanwhile. Raises JournalError."""
        while records := await self._world.journal.read(self._seen, run=self.run.id):
            self._seen = records[-1].seq
            for record in records:
                self.run = folded(self.run, record) or self.run
            self._tell(self.run, list(records))
        return self.run

    async def look(self) -> Run:
        """The same; while it cannot be read, as it was known last."""
        with suppress(JournalError):
            await self.catch_up()
        return self.run
