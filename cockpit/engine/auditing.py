"""Works out how ready all is, beside the loop: one audit at a time, of the newest state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from cockpit.core.events import Audited, Event, Refused
from cockpit.core.journal import Recorded
from cockpit.core.model import Model
from cockpit.core.state import State
from cockpit.engine.slices import at_leisure
from cockpit.errors import JournalError
from cockpit.ports import Clock

if TYPE_CHECKING:
    from cockpit.core.audit.answers import Audit
    from cockpit.core.rehearsal.drilled import LastDrill

# What an audit needs is imported when somebody asks for one: no first frame waits for it.

log = logging.getLogger(__name__)


Drills: TypeAlias = Callable[[Model], Awaitable[Iterable[Recorded]]]
"""What is on record of the drills of a model. Raises JournalError."""


class Auditing:
    """Whoever asks while one is made gets the next one too."""

    def __init__(
        self, state: Callable[[], State], say: Callable[[Event], None], clock: Clock, drills: Drills | None
    ) -> None:
        self._state, self._say, self._clock, self._drills = state, say, clock, drills
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        self._wanted.set()

    async def run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                made = await self._made(self._state())
            except Exception as error:  # a screen that stays empty takes nothing else with it
                log.exception("auditing")
                why = f"internal fault, please report: {error!r:.200}"
                self._say(Refused("audit", why, self._clock.now()))
            else:
                self._say(made)

    async def _made(self, state: State) -> Audited:
        from cockpit.core.audit.standing import basis_of

        basis, known = basis_of(state), state.picture.audited
        drills = await self._drilled(state.model)
        if known is not None and (known.basis, known.drills) == (basis, drills):
            return known
        return Audited(await at_leisure(_audit(state, drills)), basis, drills)

    async def _drilled(self, model: Model) -> Mapping[str, LastDrill]:
        """Without a record of drills there is the evidence that they left."""
        from cockpit.core.rehearsal.drilled import finished

        if self._drills is None:
            return {}
        try:
            return finished(await self._drills(model))
        except JournalError as error:
            log.warning("what is on record of drills cannot be read: %s", error)
            return {}


def _audit(state: State, drills: Mapping[str, LastDrill]) -> Generator[None, None, Audit]:
    from cockpit.core.audit.auditing import auditing
    from cockpit.core.audit.standing import known_of

    yield
    return (yield from auditing(known_of(state, drills)))
