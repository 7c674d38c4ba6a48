"""`cockpit backtest`: what the past would have looked like with this configuration."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.cli.loading import load
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.backtest.model import Backtest, Calmer
    from cockpit.core.levels import Instant, Seconds
    from cockpit.core.model import Model
    from cockpit.core.poll import Poll
    from cockpit.core.state import State

SINCE: Final = "7d"
FINEST: Final = 15.0
"""Between two looks, where nobody says otherwise."""
POLLS: Final = 20_160
"""So many looks are enough where nobody says otherwise: every 30 s of a week."""
MOST: Final = 300_000
"""Looks at a past that somebody may still want to wait for."""
COARSEST: Final = 300.0
SENTENCES: Final = 2
NOTHING_SEEN: Final = 3
NO_ROOM: Final = "there was no room to keep what was read, so no other value could be tried"


def backtest(
    settings: Settings,
    *,
    since: str | None,
    step: str | None,
    recording: Path | None,
    json: bool,
    now: Callable[[], float] = time.time,
) -> int:
    """0 looked at, 3 nothing could be seen. Raises UsageError, SourceError and RecordingError."""
    from cockpit.views import backtest as view

    if recording is not None and (since or step):
        raise UsageError("--recording is looked at as a whole", "leave out --since and --step")
    loaded = load(settings)
    if recording is not None:
        found = _of_recording(loaded, recording)
    else:
        found = _of_servers(loaded, _asked(loaded.model, since, step, now()))
    if json:
        from cockpit.views.backtest_document import document

        say_json(document(loaded.model, found), indent=True)
    else:
        say(view.text(loaded.model, found, width()), ascii=settings.ascii)
    return 0 if view.anything_seen(found) else NOTHING_SEEN


def _asked(
    model: Model, since: str | None, step: str | None, now: Instant
) -> tuple[Instant, Instant, Seconds]:
    """(from, to, step)"""
    span = _seconds("--since", since or SINCE)
    if step is None:
        apart = max(FINEST, model.poll, model.scrape, FINEST * math.ceil(span / POLLS / FINEST))
    else:
        apart = _seconds("--step", step)
    if not 1.0 <= apart <= COARSEST:
        raise UsageError(
            "--step must be from 1s to 5m", "what lies further apart is no way to watch anything"
        )
    if span < 2 * apart:
        raise UsageError("--since must be at least two steps back", f"as in --since {SINCE}")
    if span / apart > MOST:
        raise UsageError(f"that is more than {MOST:,} looks", "ask for a shorter --since or a longer --step")
    end = math.floor(now / apart) * apart
    return end - span, end, apart


def _seconds(option: str, text: str) -> float:
    from cockpit.config import durations

    try:
        return durations.seconds(text)
    except ValueError:
        raise UsageError(f"{option}: '{text}' is not a duration", durations.meant(text)) from None


def _of_recording(loaded: Loaded, file: Path) -> Backtest:
    from cockpit.adapters.recording import read
    from cockpit.core.backtest.account import Account
    from cockpit.core.backtest.model import Backtest
    from cockpit.engine.backtesting import calmed, played
    from cockpit.views.backtest import notes

    account = Account(loaded.model, _said)
    slots = account.state.picture.slots
    with read(file, loaded.model, slots) as polls:
        seen = played(polls, account)
        odd = polls.notes
    if seen.begin is None:
        raise UsageError(f"{file} holds no poll")

    def again() -> Iterator[tuple[Poll, bool]]:
        return ((poll, True) for poll in read(file, loaded.model, slots))

    with _Progress() as progress:
        calmer, why_not = calmed(loaded.model, seen, again, progress, None)
    found = Backtest(seen, None, None, calmer, why_not)
    return notes(loaded.model, found, [f"{file.name}: {each}" for each in odd])


def _of_servers(loaded: Loaded, asked: tuple[Instant, Instant, Seconds]) -> Backtest:
    import asyncio

    return asyncio.run(_read(loaded, *asked))


async def _read(loaded: Loaded, start: Instant, end: Instant, step: Seconds) -> Backtest:
    from cockpit.adapters.spool import Spool
    from cockpit.core.backtest.account import Account
    from cockpit.core.backtest.model import Backtest
    from cockpit.engine import backtesting
    from cockpit.views.backtest import notes
    from cockpit.wiring.backtest import changes, weeks

    model = loaded.model
    account = Account(model, _said, step)
    slots = account.state.picture.slots
    if not slots.slots:
        raise UsageError("nothing is measured here, so a past would say nothing", "give services signals")
    with Spool() as spool, _Progress() as progress:
        async with weeks(model, slots) as servers:
            reading = backtesting.Reading(servers, slots, start - backtesting.BEFORE, end, step)
            known = await changes(model)
            watched = await backtesting.watched(reading, account, start, spool, progress, known)
        tried: tuple[tuple[Calmer, ...], str] = (), NO_ROOM
        if watched.again is not None:
            tried = backtesting.calmed(model, watched.seen, watched.again, progress, step)
    found = Backtest(watched.seen, (start, end), step, *tried)
    return notes(model, found, (), watched.stopped_at)


def _said(state: State) -> list[str]:
    """What people would have read first; which key to press helps nobody afterwards."""
    from cockpit.views import headline

    told = headline.sentences(state, state.health.at or 0.0)
    return [each for each in told if not each.startswith("Press ")][:SENTENCES]


class _Progress:
    """On stderr: one line that changes on a terminal, else a line for every tenth."""

    def __init__(self) -> None:
        self._last = ("", -1)
        self._terminal = sys.stderr.isatty()

    def __call__(self, share: float, what: str) -> None:
        tenth = int(share * (100 if self._terminal else 10))
        if (what, tenth) == self._last:
            return
        self._last = (what, tenth)
        text = clean(f"{what}: {int(share * 100)} %")
        sys.stderr.write(f"\r{text:<40}" if self._terminal else f"{text}\n")
        sys.stderr.flush()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal and self._last[0]:
            sys.stderr.write(f"\r{'':<40}\r")
            sys.stderr.flush()
