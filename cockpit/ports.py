"""The seams to the world outside; each has a real adapter and a simulated one that ships."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from cockpit.core.events import Decision, Event
from cockpit.core.levels import Instant, Seconds
from cockpit.core.poll import Poll


class Clock(Protocol):
    def now(self) -> Instant:
        """Wall time."""
        ...

    async def sleep(self, seconds: Seconds) -> None: ...


class Source(Protocol):
    """Somebody who can be asked how things are: Prometheus, a flag file, a scenario."""

    name: str

    def poll(self, at: Instant) -> AsyncIterator[Event]:
        """Ask everything once; observations are yielded as they come.

        Never raises for what happens outside: trouble is an event. Ends within its own deadline; what
        has not been yielded when the poll is closed counts as failed.
        """
        ...

    async def close(self) -> None: ...


class History(Protocol):
    """A source that remembers: the warm start asks it what the last minutes looked like."""

    name: str

    def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        """Polls of the past, oldest first, as (share read so far, whole window as known now)."""
        ...


class Journal(Protocol):
    """Where decisions become durable."""

    async def append(self, decisions: Sequence[Decision]) -> None:
        """Durable when it returns. Raises CockpitError when it cannot be."""
        ...

    async def close(self) -> None: ...
