"""Whether a change has arrived, seen by looking again until it shows; not seeing it proves nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from cockpit.core.levels import Seconds
from cockpit.core.runbook.work import FlagOutcome
from cockpit.errors import SourceError

READ_BACK: Final[Seconds] = 2.0
"""A server was seen to show its own writes only after 300 ms."""
PAUSE: Final[Seconds] = 0.1


async def until(stands: Callable[[], Awaitable[bool]], deadline: Seconds) -> FlagOutcome:
    """Looks at least once. APPLIED as soon as `stands`, UNKNOWN after `deadline` seconds."""
    ends = time.monotonic() + deadline
    while True:
        try:
            async with asyncio.timeout(max(deadline, PAUSE)):
                if await stands():
                    return FlagOutcome.APPLIED
        except (SourceError, TimeoutError):
            pass  # it is no answer; the next look may bring one
        if time.monotonic() >= ends:
            return FlagOutcome.UNKNOWN
        await asyncio.sleep(PAUSE)
