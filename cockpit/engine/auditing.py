"""Works out how ready all is, beside the loop: one audit at a time, of the newest state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from cockpit.core.events import Audited, Event, Refused
from cockpit.core.state import State
from cockpit.engine.slices import at_leisure
from cockpit.ports import Clock

if TYPE_CHECKING:
    from cockpit.core.audit.answers import Audit

# What an audit needs is imported when somebody asks for one: no first frame waits for it.

log = logging.getLogger(__name__)


class Auditing:
    def __init__(self, state: Callable[[], State], say: Callable[[Event], None], clock: Clock) -> None:
        self._state, self._say, self._clock = state, say, clock
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Whoever asks while one is made gets the next one too."""
        self._wanted.set()

    async def run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            from cockpit.core.audit.standing import basis_of

            state = self._state()
            try:
                made = await at_leisure(_audit(state))
            except Exception as error:  # a screen that stays empty takes nothing else with it
                log.exception("auditing")
                why = f"internal fault, please report: {error!r:.200}"
                self._say(Refused("audit", why, self._clock.now()))
            else:
                self._say(Audited(made, basis_of(state)))


def _audit(state: State) -> Generator[None, None, Audit]:
    from cockpit.core.audit.auditing import auditing
    from cockpit.core.audit.standing import known_of

    yield
    return (yield from auditing(known_of(state)))
