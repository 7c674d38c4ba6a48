"""The last day of polls in a ring of small recordings on disk: a last picture for whoever comes later.

Each segment is a recording of its own (`cockpit.recording/v1`) that `cockpit replay` can read. Only one
program writes: who holds the lock of `cockpit watch`. Whoever reads takes what is whole.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from cockpit.adapters.journal.folders import OPEN, Folder
from cockpit.adapters.recording import Writer, read
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model
from cockpit.core.poll import Poll
from cockpit.core.slots import Slots
from cockpit.core.state import State
from cockpit.errors import JournalError, RecordingError

RING: Final = "ring"
SEGMENT: Final[Seconds] = 3600.0
KEPT: Final[Seconds] = 24 * SEGMENT
"""Older segments go; by age, so that a program which is restarted all the time pushes no history out."""
MOST_FILES: Final = 400
MOST_BYTES: Final = 512 * 1024 * 1024
"""Of all segments; the oldest go first, and the one that is written ends early at a sixteenth of it."""
_NAME: Final = re.compile(r"(\d{13,16})\.ndjson\Z")


class RingWriter:
    """Raises RecordingError when a poll could not be written; the next one is tried in a new segment."""

    def __init__(
        self, folder: Folder, *, every: Seconds = 0.0, kept: Seconds = KEPT, most_bytes: int = MOST_BYTES
    ) -> None:
        """`folder`: that of the journal; the ring lies in it, as closed to others as it is.

        `every`: polls that come sooner after one that is kept are left out, as of a large fleet.
        """
        self._folder = folder
        self._every = every
        self._last: Instant | None = None
        self._kept = kept
        self._most = most_bytes
        self._writer: Writer | None = None
        self._path = Path()
        self._began: Instant = 0.0

    def write(self, state: State) -> None:
        """The poll that `state` was last judged on."""
        poll = state.picture.last_poll
        if poll is None or (self._last is not None and 0 <= poll.at - self._last < self._every):
            return
        self._last = poll.at
        try:
            if self._writer is None or self._is_full(poll.at):
                self.close()
                self._begin(poll.at)
            assert self._writer is not None
            self._writer.write(state)
        except (JournalError, RecordingError, OSError) as error:
            # A line may have been cut: nothing is ever written behind it.
            self.close()
            why = getattr(error, "strerror", None) or str(error)
            raise RecordingError(f"the last picture is not kept: {why}") from None

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            except OSError:
                return  # the disk is full: what was flushed is there

    def _is_full(self, at: Instant) -> bool:
        # A clock that was set back begins a new segment as well: within one, time goes forward.
        if not self._began <= at < self._began + SEGMENT:
            return True
        return self._path.stat().st_size > self._most // 16

    def _begin(self, at: Instant) -> None:
        """A new file; what others or a crash left behind is never written to."""
        self._folder.make()
        ring = self._folder.within(RING)
        prune(ring, at, self._kept, self._most)
        number = round(at * 1000)
        while True:
            name = f"{number:013}.ndjson"
            try:
                ring.new_file(name)
                break
            except FileExistsError:
                number += 1
        self._path = ring.path / name
        # The writer may fail in its first line, for want of room; then the stream is closed all the same.
        stream = os.fdopen(os.open(self._path, OPEN), "wb")
        try:
            self._writer = Writer(stream, str(self._path))
        except RecordingError:
            stream.close()
            raise
        self._began = at


def prune(ring: Folder, now: Instant, kept: Seconds, most_bytes: int) -> None:
    """Removes what is too old, too much or too many, oldest first. Raises OSError."""
    left = segments(ring.path)
    sizes = {path: path.stat().st_size for _, path in left}
    room = most_bytes - most_bytes // 8  # the next segment ends at half of that, and one line more
    while left:
        (_, path), following = left[0], left[1:]
        # A segment ends where the next begins, at the latest after an hour.
        ends = min(left[0][0] + SEGMENT, following[0][0] if following else left[0][0] + SEGMENT)
        if ends > now - kept and len(left) < MOST_FILES and sum(sizes[each] for _, each in left) <= room:
            return
        path.unlink(missing_ok=True)
        left = following


def segments(ring: Path) -> list[tuple[Instant, Path]]:
    """(when it begins, where), oldest first. Links and what is named otherwise are left alone."""
    try:
        found = [
            (int(match[1]) / 1000, Path(entry.path))
            for entry in os.scandir(ring)
            if (match := _NAME.match(entry.name)) and entry.is_file(follow_symlinks=False)
        ]
    except OSError:
        return []
    return sorted(found)


class RingHistory:
    """A `ports.History` for when nobody else remembers."""

    name = RING

    def __init__(self, folder: Folder, model: Model, slots: Slots) -> None:
        self._read = partial(last_polls, folder, model, slots)

    async def window(
        self, start: Instant, end: Instant, step: Seconds
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        """The last window in which anything was seen, however long ago that is; at the times when it was."""
        yield 1.0, await asyncio.to_thread(self._read, end, end - start)


def last_polls(folder: Folder, model: Model, slots: Slots, before: Instant, window: Seconds) -> list[Poll]:
    """The polls of the last `window` seconds in which anything was answered, and those that went blind after.

    Oldest first, all earlier than `before`; at most a window of them comes behind the last answer. Nothing
    where there is no ring, or where it lies open to others: who wrote there is not known.
    """
    ring = Folder(folder.path / RING, folder.group)
    try:
        if not ring.path.is_dir():
            return []
        folder.check()
        ring.check()
    except JournalError:
        return []
    found: list[Poll] = []
    for _, path in reversed([each for each in segments(ring.path) if each[0] < before]):
        first = found[0].at if found else before
        found = [poll for poll in _polls(ring, path, model, slots) if poll.at < first] + found
        last = _last_answer(found)
        if last is not None and found[0].at <= last - window:
            break
    last = _last_answer(found)
    if last is None:
        return []
    return [poll for poll in found if last - window <= poll.at <= last + window]


def _polls(ring: Folder, path: Path, model: Model, slots: Slots) -> Iterator[Poll]:
    """As far as the segment is whole."""
    try:
        ring.check_file(path.name)
        with read(path, model, slots) as recording:
            yield from recording
    except (JournalError, RecordingError):
        return


def _last_answer(polls: Sequence[Poll]) -> Instant | None:
    return next((poll.at for poll in reversed(polls) if poll.is_answered), None)
