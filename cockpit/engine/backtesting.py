"""A long past read piece by piece, judged as it comes, and judged again under calmer values."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias

from cockpit.core.backtest.account import Account, is_alive
from cockpit.core.backtest.calmer import calmer, missed, noises, suggested
from cockpit.core.backtest.courses import Key, collected, with_signals
from cockpit.core.backtest.model import Calmer, Seen
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Model, Signal
from cockpit.core.poll import FAILED, Change, Poll
from cockpit.core.slots import Slots
from cockpit.engine.warm import meet
from cockpit.errors import CockpitError
from cockpit.ports import History

log = logging.getLogger(__name__)

BEFORE: Final[Seconds] = 900.0
"""Read before the first moment that counts, so that it does not begin with nothing known."""
ROWS: Final = 200_000
"""Values asked for at once: what an answer and its columns may weigh."""
MOST: Final = 2_000
"""Moments asked for at once; Prometheus refuses more than 11,000."""
LEAST: Final = 20
PATIENCE: Final[Seconds] = 120.0
"""For one piece."""
GIVE_UP: Final = 3
"""Pieces in a row that nobody answered."""

Progress: TypeAlias = Callable[[float, str], None]
"""(share done from 0 to 1, what is being done)"""


class Spool(Protocol):
    """Polls kept where they cost no memory, oldest first."""

    def put(self, poll: Poll) -> bool:
        """False: there is no room for it, and nothing of the spool can be used any more."""
        ...

    def polls(self) -> Iterable[Poll]: ...


@dataclass(frozen=True, slots=True)
class Piece:
    polls: Sequence[Poll]
    done: float
    """Share of the whole window that has been read."""


class Reading:
    """One long window of `histories`, in pieces that fit."""

    def __init__(
        self, histories: Sequence[History], slots: Slots, start: Instant, end: Instant, step: Seconds
    ) -> None:
        self.stopped_at: Instant | None = None
        """Nobody answered any more from there on."""
        self._histories = histories
        self._slots = slots
        self._start, self._end, self._step = start, end, step
        self._whole = max(LEAST, min(MOST, ROWS // max(1, len(slots.slots))))
        self._hopeless: set[int] = set()
        """Templates that cannot be read at any size."""

    async def pieces(self) -> AsyncIterator[Piece]:
        at, size, silent = self._start, self._whole, 0
        while at < self._end:
            until = min(self._end, at + size * self._step)
            polls = await self._read(at, until)
            lost = self._lost(polls or ())
            if (polls is None or lost) and size > LEAST:
                size = max(LEAST, size // 4)
                continue
            self._hopeless |= lost
            silent = silent + 1 if polls is None else 0
            yield Piece(polls or self._nothing(at, until), (until - self._start) / (self._end - self._start))
            if silent >= GIVE_UP:
                self.stopped_at = until - silent * size * self._step
                return
            size = size if polls is None else min(self._whole, 2 * size)
            at = until

    async def _read(self, start: Instant, end: Instant) -> Sequence[Poll] | None:
        """None: nobody answered anything."""
        told = await asyncio.gather(*(self._window(each, start, end) for each in self._histories))
        found = [polls for polls in told if polls is not None]
        return [poll for poll in meet(found) if poll.at < end] if found else None

    async def _window(self, history: History, start: Instant, end: Instant) -> Sequence[Poll] | None:
        polls: Sequence[Poll] = ()
        try:
            async with asyncio.timeout(PATIENCE):
                async for _, known in history.window(start, end - self._step / 2, self._step):
                    polls = known
        except (TimeoutError, CockpitError) as error:
            log.warning("history of %s: %s", history.name, error)
            return None
        return polls

    def _lost(self, polls: Sequence[Poll]) -> set[int]:
        """Templates without an answer where others have one: it may have been too much for them."""
        silent = {
            template.number
            for template in self._slots.templates
            if all(_failed(poll, template.number) for poll in polls)
        }
        return silent - self._hopeless if len(silent) < len(self._slots.templates) else set()

    def _nothing(self, start: Instant, end: Instant) -> list[Poll]:
        """Nobody answered: what is not known is told as such, moment by moment."""
        count = max(1, round((end - start) / self._step))
        return [Poll(start + place * self._step) for place in range(count)]


def _failed(poll: Poll, template: int) -> bool:
    samples = poll.samples.get(template)
    return samples is None or samples.answer.count(FAILED) == len(samples)


@dataclass(frozen=True, slots=True)
class Watched:
    """How a past was, and whether it can be looked at again."""

    seen: Seen
    first: Instant | None
    """The first moment from which anything was remembered."""
    again: Callable[[], Iterable[tuple[Poll, bool]]] | None
    """The same polls once more, each with whether it counts; None: there was no room to keep them."""
    stopped_at: Instant | None = None


async def watched(
    reading: Reading,
    account: Account,
    counts_from: Instant,
    spool: Spool,
    progress: Progress,
    changes: Sequence[Change] = (),
) -> Watched:
    """Judges every poll as it comes. What is older than the memory of the servers is left out.

    `changes`: those that a file knows of, told when they were made.
    """
    slots = account.state.picture.slots
    waiting = sorted(changes, key=lambda change: change.at, reverse=True)
    first: Instant | None = None
    kept = True
    async for piece in reading.pieces():
        for poll in piece.polls:
            if first is None and not is_alive(poll, slots):
                continue
            first = poll.at if first is None else first
            news = []
            while waiting and waiting[-1].at <= poll.at:
                news.append(waiting.pop())
            poll = replace(poll, changes=(*poll.changes, *news)) if news else poll
            account.see(poll, counts=poll.at >= counts_from)
            kept = kept and spool.put(poll)
        progress(piece.done, "reading")

    def again() -> Iterable[tuple[Poll, bool]]:
        return ((poll, poll.at >= counts_from) for poll in spool.polls())

    return Watched(account.told(), first, again if kept else None, reading.stopped_at)


def played(polls: Iterable[Poll], account: Account) -> Seen:
    """The same for polls that are all there."""
    for poll in polls:
        account.see(poll)
    return account.told()


def calmed(
    model: Model,
    seen: Seen,
    again: Callable[[], Iterable[tuple[Poll, bool]]],
    progress: Progress,
    step: Seconds | None,
) -> tuple[tuple[Calmer, ...], str]:
    """(what would have been calmer and missed nothing, why there is nothing to suggest)"""
    slots = Account(model, _silent).state.picture.slots
    loud = noises(seen, slots)
    if not loud:
        return (), "nothing flapped often enough, apart from what counts, to be made calmer"
    progress(0.0, "trying calmer values")
    courses = collected((poll for poll, counts in again() if counts), slots, [each.key for each in loud])
    found: list[Calmer] = []
    for number, noise in enumerate(loud, 1):
        if better := calmer(noise, courses[noise.key], seen, model.prometheus):
            found.append(better)
        progress(number / (len(loud) + 1), "trying calmer values")
    while found and _misses(model, slots, found, seen, again, step):
        found.pop()
    progress(1.0, "trying calmer values")
    if not found:
        return (), "no calmer value keeps what flaps quiet and still catches everything that counts"
    return tuple(found), ""


def _misses(
    model: Model,
    slots: Slots,
    found: Sequence[Calmer],
    seen: Seen,
    again: Callable[[], Iterable[tuple[Poll, bool]]],
    step: Seconds | None,
) -> bool:
    """Whether all of them together would have missed anything that counts: judged as a whole once more."""
    declared = {(slot.owner, slot.signal.name): slot.signal for slot in slots.slots}
    changed: Mapping[Key, Signal] = {
        (each.owner, each.signal): suggested(declared[each.owner, each.signal], each) for each in found
    }
    account = Account(with_signals(model, changed), _silent, step)
    for poll, counts in again():
        account.see(poll, counts=counts)
    return bool(missed(seen.episodes, account.told().episodes))


def _silent(state: object) -> tuple[str, ...]:
    return ()
