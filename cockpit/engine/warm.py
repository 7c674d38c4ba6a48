"""What the last minutes looked like, read from sources that remember."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cockpit.core.levels import Instant, Seconds
from cockpit.core.poll import Poll
from cockpit.engine.slices import within
from cockpit.ports import Clock, History

log = logging.getLogger(__name__)

WINDOW: Seconds = 900.0


@dataclass(frozen=True, slots=True)
class Window:
    start: Instant
    end: Instant
    """Exclusive: the first live poll is taken then."""
    step: Seconds


async def read_window(
    histories: Sequence[History],
    window: Window,
    clock: Clock,
    *,
    limit: Seconds,
    progress: Callable[[float], None],
) -> list[Poll]:
    """Polls before `window.end`, oldest first, as far as they could be read in time.

    None at all when nobody answered anything: then we do not know either that nothing was known.
    """
    shares = [0.0] * len(histories)
    found: list[Sequence[Poll]] = [()] * len(histories)

    async def read(number: int, history: History) -> None:
        try:
            async for share, polls in history.window(window.start, window.end, window.step):
                shares[number], found[number] = share, polls
                progress(sum(shares) / len(shares))
        except Exception:
            log.exception("history of %s", history.name)

    readers = [asyncio.ensure_future(read(number, one)) for number, one in enumerate(histories)]
    try:
        await within(clock, limit, readers)
    finally:
        for reader in readers:
            reader.cancel()
    past = [poll for poll in meet(found) if poll.at < window.end]
    return past if any(poll.is_answered for poll in past) else []


def meet(found: Iterable[Sequence[Poll]]) -> list[Poll]:
    """One poll for each moment; servers answer for templates of their own, so nothing is overwritten."""
    by_moment: dict[int, Poll] = {}
    for poll in (poll for polls in found for poll in polls):
        moment = round(poll.at * 1000)
        known = by_moment.get(moment)
        by_moment[moment] = _both(known, poll) if known else poll
    return [by_moment[moment] for moment in sorted(by_moment)]


def _both(one: Poll, other: Poll) -> Poll:
    alerts = (
        None if one.alerts is None and other.alerts is None else (*(one.alerts or ()), *(other.alerts or ()))
    )
    return replace(
        one,
        samples={**one.samples, **other.samples},
        flags={**one.flags, **other.flags},
        modes=one.modes | other.modes,
        reconciled=one.reconciled | other.reconciled,
        changes=(*one.changes, *other.changes),
        alerts=alerts,
    )
