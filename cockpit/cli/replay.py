"""`cockpit replay FILE`: a recording through the same engine, on the screen or as documents."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.loading import load
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError

if TYPE_CHECKING:
    from cockpit.core.state import State


def replay(settings: Settings, file: Path, *, speed: float | None, json: bool) -> int:
    if speed is not None and not 0 < speed < float("inf"):
        raise UsageError("--speed must be above 0", "1 is the pace of the recording, 10 ten times as fast")
    if json:
        return _documents(settings, file, speed)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from cockpit.cli.screen import open_screen

        return open_screen(replace(settings, replay=file, speed=speed or 1.0))
    return _last_picture(settings, file)


def _documents(settings: Settings, file: Path, speed: float | None) -> int:
    """One document a line of the recording, as fast as they can be judged or at the pace asked for."""
    from cockpit.views.status import document

    before: float | None = None
    for state in _states(settings, file):
        at = state.health.at or 0.0
        if speed is not None and before is not None:
            time.sleep(max(0.0, (at - before) / speed))
        before = at
        say_json(document(state, at))
    if before is None:
        raise UsageError(f"{file} holds no poll")
    return 0


def _last_picture(settings: Settings, file: Path) -> int:
    from cockpit.views.status import text

    last: State | None = None
    for state in _states(settings, file):
        last = state
    if last is None or last.health.at is None:
        raise UsageError(f"{file} holds no poll")
    say(text(last, last.health.at, width()), ascii=settings.ascii)
    return 0


def _states(settings: Settings, file: Path) -> Iterator[State]:
    """Judged one after the other. What was odd and tolerated is said on stderr at the end."""
    from cockpit.adapters.recording import read
    from cockpit.adapters.replay import judged
    from cockpit.core.update import initial
    from cockpit.text import clean

    state = initial(load(settings).model, "replay")
    recording = read(file, state.model, state.picture.slots)
    yield from judged(state, recording)
    for note in recording.notes:
        sys.stderr.write(f"{clean(f'{file}: {note}')}\n")
