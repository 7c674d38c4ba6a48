"""Calmer values for what flaps, suggested only where they would have missed nothing that counts.

Each is tried on what the signal really said. Integrity is never made less sensitive: whether data can be
trusted is not for a percentile to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from cockpit.core.backtest.courses import Course, Key, judged, values
from cockpit.core.backtest.model import Calmer, Episode, Seen, Spell
from cockpit.core.backtest.spells import ENOUGH, is_flap
from cockpit.core.levels import Instant, Kind, Level, Seconds
from cockpit.core.model import MetricServer, Signal
from cockpit.core.slots import Slots

MOST: Final = 5
"""Signals that are looked into: those that flap most."""
MARGIN: Final[Seconds] = 60.0
"""How far before and after what counts a value is none of a quiet time."""
ROOM: Final = 0.1
"""How much further out than the quiet values a threshold is set."""
LATER: Final[Seconds] = 120.0
"""What is noticed later than that is not caught as it was."""
QUANTILES: Final = (0.99, 0.999, 1.0)
WAITS: Final[tuple[Seconds, ...]] = (60.0, 120.0, 180.0, 300.0, 600.0)


@dataclass(frozen=True, slots=True)
class Noise:
    """A signal that flaps while nothing happens that counts."""

    key: Key
    flaps: tuple[Spell, ...]
    """Outside of everything that counts."""

    @property
    def worst(self) -> Level:
        return max(spell.worst for spell in self.flaps)

    @property
    def longest(self) -> Seconds:
        return max((spell.end or spell.last) - spell.begin for spell in self.flaps)


def noises(seen: Seen, slots: Slots) -> tuple[Noise, ...]:
    """The most often first, at most `MOST`."""
    kinds = {(slot.owner, slot.signal.name): slot.signal.kind for slot in slots.slots}
    serious = [each for each in seen.episodes if each.counts]
    found = []
    for key, spells in seen.spells.items():
        if kinds[key] is Kind.INTEGRITY:
            continue
        flaps = tuple(spell for spell in spells if is_flap(spell) and not _any(serious, spell))
        if len(flaps) >= ENOUGH:
            found.append(Noise(key, flaps))
    return tuple(sorted(found, key=lambda each: (-len(each.flaps), each.key))[:MOST])


def calmer(noise: Noise, course: Course, seen: Seen, servers: Sequence[MetricServer]) -> Calmer | None:
    """The value that costs the least time in what counts; None: there is none that misses nothing."""
    serious = [each for each in seen.episodes if each.counts]
    spells = seen.spells[noise.key]
    takes_part = [each for each in serious if _within(each, spells)]
    quiet = sorted(values(course, [_with_margin(each) for each in serious]))
    found: list[Calmer] = []
    for signal in _candidates(noise, course.signal, quiet):
        told = judged(course, signal, servers)
        if any(is_flap(spell) and not _any(serious, spell) for spell in told):
            continue
        later = [_later(each, spells, told) for each in takes_part]
        if all(each is not None and each <= LATER for each in later):
            slowest = max((each for each in later if each is not None), default=0.0)
            found.append(_as(noise, course.signal, signal, quiet, takes_part, slowest))
    return min(found, key=lambda each: each.later, default=None)


def suggested(signal: Signal, of: Calmer) -> Signal:
    """`signal` as it would be declared."""
    limits = {level: new for level, (_, new) in of.limits.items()}
    wait = of.wait[1] if of.wait else signal.for_
    return replace(signal, thresholds={**signal.thresholds, **limits}, for_=wait)


def missed(before: Sequence[Episode], after: Sequence[Episode]) -> tuple[Episode, ...]:
    """Of what counts in `before` that which would not be there, or not as bad, in `after`."""
    return tuple(each for each in before if each.counts and not any(_same(each, other) for other in after))


def _same(one: Episode, other: Episode) -> bool:
    return (
        other.counts
        and one.overlaps(other.begin, other.last)
        and other.severity <= one.severity  # SEV1 sorts first
        and one.capabilities.keys() <= other.capabilities.keys()
        and set(one.data) <= set(other.data)
    )


def _any(episodes: Sequence[Episode], spell: Spell) -> bool:
    return any(_within(each, [spell]) for each in episodes)


def _within(episode: Episode, spells: Sequence[Spell]) -> tuple[Spell, ...]:
    """Those that have to do with it from when it was serious: what was over before then was noise."""
    begin, end = _with_margin(episode)
    return tuple(spell for spell in spells if spell.begin <= end and begin <= spell.last)


def _with_margin(episode: Episode) -> tuple[Instant, Instant]:
    begin = episode.begin if episode.serious_at is None else episode.serious_at
    return begin - MARGIN, (episode.last if episode.end is None else episode.end) + MARGIN


def _later(episode: Episode, before: Sequence[Spell], after: Sequence[Spell]) -> Seconds | None:
    """By how much it rises later; None: it does not rise any more, or not as far."""
    was, now = _within(episode, before), _within(episode, after)
    if not now or max(spell.worst for spell in now) < max(spell.worst for spell in was):
        return None
    return max(0.0, now[0].begin - was[0].begin)


def _candidates(noise: Noise, signal: Signal, quiet: Sequence[float]) -> Iterator[Signal]:
    for limits in _limits(noise, signal, quiet):
        yield replace(signal, thresholds={**signal.thresholds, **limits})
    for wait in WAITS:
        if wait > signal.for_:
            yield replace(signal, for_=wait)


def _limits(noise: Noise, signal: Signal, quiet: Sequence[float]) -> Iterator[Mapping[Level, float]]:
    """Thresholds beyond what is quiet; those that the noise crossed move together, and stay in order."""
    crossed = {level: limit for level, limit in signal.thresholds.items() if level <= noise.worst}
    if not crossed or not quiet:
        return
    nearest = crossed[min(crossed)]
    above = signal.direction == "above"
    seen = set()
    for share in QUANTILES:
        edge = quantile(quiet, share if above else 1.0 - share)
        wanted = rounded(edge + abs(edge) * (ROOM if above else -ROOM), up=above)
        further = wanted > nearest if above else wanted < nearest
        if wanted in seen or not further or not _can_be_crossed(signal, wanted):
            continue
        seen.add(wanted)
        if len(crossed) > 1 and nearest == 0:  # nothing says how far apart they should be
            continue
        moved = {
            level: wanted if limit == nearest else rounded(limit * wanted / nearest, up=above)
            for level, limit in crossed.items()
        }
        if _in_order({**signal.thresholds, **moved}, above):
            yield moved


def _can_be_crossed(signal: Signal, limit: float) -> bool:
    """A share above all, or a count below nothing, would switch the signal off."""
    if not math.isfinite(limit):
        return False
    if signal.direction == "below":
        return limit > 0 or min(signal.thresholds.values()) <= 0
    return signal.unit != "ratio" or limit < 1


def _in_order(limits: Mapping[Level, float], above: bool) -> bool:
    ordered = [limits[level] for level in sorted(limits)]
    return all(one < other if above else one > other for one, other in pairwise(ordered))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that so large a share lies at or below."""
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def rounded(value: float, *, up: bool) -> float:
    """Two digits that people can read, on the far side of `value`."""
    if value == 0 or not math.isfinite(value):
        return value
    size = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    if size == 0:  # smaller than anything that people write
        return value
    steps = value / size
    whole = math.ceil(steps - 1e-9) if up else math.floor(steps + 1e-9)
    return float(f"{whole * size:.6g}")


def _as(
    noise: Noise,
    before: Signal,
    after: Signal,
    quiet: Sequence[float],
    keeps: Sequence[Episode],
    later: Seconds,
) -> Calmer:
    limits = {
        level: (limit, after.thresholds[level])
        for level, limit in sorted(before.thresholds.items())
        if limit != after.thresholds[level]
    }
    edge = quantile(quiet, 0.99 if before.direction == "above" else 0.01) if quiet else math.nan
    return Calmer(
        *noise.key,
        "threshold" if limits else "for",
        before.direction,
        limits,
        None if limits else (before.for_, after.for_),
        len(noise.flaps),
        noise.longest,
        edge,
        before.unit,
        tuple(each.begin for each in keeps),
        later,
    )
