"""Playing a recording at the pace it was made, or faster; the recording is the only clock."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from cockpit.adapters.recording import read
from cockpit.core.events import Event, PollReplayed, Reasoned, SourceAnswered
from cockpit.core.health import reason
from cockpit.core.poll import Poll
from cockpit.core.state import State
from cockpit.core.update import update
from cockpit.ports import Clock


async def paced(path: Path, state: State, clock: Clock, speed: float) -> AsyncIterator[Event]:
    """Polls of `path`, `speed` times as fast as they were taken; infinite: as fast as they can be judged.

    Raises RecordingError where the recording cannot be read.
    """
    before: float | None = None
    with read(path, state.model, state.picture.slots) as recording:
        for poll in recording:
            if before is not None and math.isfinite(speed):
                await clock.sleep((poll.at - before) / speed)
            before = poll.at
            yield SourceAnswered(path.name, poll.at, note="; ".join(recording.notes))
            yield PollReplayed(poll)


def judged(state: State, recording: Iterable[Poll]) -> Iterator[State]:
    """The state after each line, suspects and spread included: what `cockpit replay --json` prints."""
    for poll in recording:
        state, _ = update(state, PollReplayed(poll))
        state, _ = update(state, Reasoned(reason(state.health), state.generation))
        yield state
