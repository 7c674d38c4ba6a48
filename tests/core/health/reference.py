"""Rules A to C of design/health.md once more, naive on purpose: whole lists, nothing remembered but the past.

Written from the text alone, before the program was read. Readings of what the text leaves open are marked
`Reading:`; whoever finds the program and this file apart looks the sentence up first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from cockpit.core.levels import Level
from cockpit.core.model import OnNoData
from cockpit.core.poll import ABSENT, FAILED, Poll
from cockpit.core.slots import Slot, Slots

UNKNOWN = -1
"""As a verdict U, as a committed level UNKNOWN."""
NO_EVIDENCE = -2
QUARTER_HOUR = 900.0


@dataclass(frozen=True)
class Answer:
    answer: int = FAILED
    value: float = math.nan
    volume: float = math.inf
    age: float = math.nan
    partial: bool = False


def answer_of(slots: Slots, number: int, poll: Poll) -> Answer:
    for template in slots.templates:
        if template.start <= number < template.stop and template.number in poll.samples:
            samples, row = poll.samples[template.number], number - template.start
            return Answer(
                samples.answer[row],
                samples.value[row],
                samples.volume[row],
                samples.age[row],
                samples.partial,
            )
    return Answer()


def verdict_of(slot: Slot, seen: Answer, committed: int) -> int:
    """Rules A and B: a level, U or N."""
    signal = slot.signal
    if seen.answer == FAILED:
        return UNKNOWN
    if seen.answer == ABSENT:
        level = {OnNoData.BREACH: max(signal.thresholds), OnNoData.OK: Level.OK}.get(signal.on_no_data)
        return UNKNOWN if level is None else unless_partial(seen, level, committed)
    if math.isnan(seen.volume):
        return UNKNOWN
    if signal.min_volume is not None and seen.volume < signal.min_volume:
        return NO_EVIDENCE
    if math.isnan(seen.value):
        return UNKNOWN
    if signal.max_age is not None and seen.age > signal.max_age:
        return UNKNOWN
    return unless_partial(seen, crossed(slot, seen.value, committed), committed)


def unless_partial(seen: Answer, level: int, committed: int) -> int:
    # Reading: part of the data shows "at least this bad". What is better than the committed level is no
    # knowledge, so it is U; so is OK, which a part cannot show, and absence where that means OK.
    return UNKNOWN if seen.partial and (level < committed or level == Level.OK) else level


def crossed(slot: Slot, value: float, committed: int) -> int:
    worst = 0
    for level, threshold in slot.signal.thresholds.items():
        band = abs(threshold) / 10 if level <= committed else 0.0
        above = slot.signal.direction == "above"
        over = value > threshold - band if above else value < threshold + band
        if over:
            worst = max(worst, int(level))
    return worst


@dataclass
class Watched:
    """Everything that ever happened to one slot."""

    slot: Slot
    verdicts: list[tuple[float, int]] = field(default_factory=list)
    """All but N."""
    levels: list[tuple[float, int]] = field(default_factory=list)
    """Committed after each poll."""
    now: int = UNKNOWN
    """The verdict of the last poll, N included."""
    flapping: bool = False

    @property
    def committed(self) -> int:
        return self.levels[-1][1] if self.levels else UNKNOWN

    @property
    def left_out(self) -> bool:
        return self.now == NO_EVIDENCE and self.committed == UNKNOWN

    def take(self, at: float, seen: Answer) -> None:
        """Rules C."""
        self.now = verdict_of(self.slot, seen, self.committed)
        self.flapping = self._commits_between_known(at) >= 4
        if self.now == NO_EVIDENCE:
            level = self._idle(at)
        else:
            self.verdicts.append((at, self.now))
            level = self._unknown(at) if self.now == UNKNOWN else self._known(at)
        self.levels.append((at, level))

    def bad_since(self) -> float:
        """Since when committed DEGRADED or worse without a break."""
        since = math.nan
        for at, level in reversed(self.levels):
            if level < Level.DEGRADED:
                break
            since = at
        return since

    def _commits_between_known(self, at: float) -> int:
        pairs = zip(self.levels, self.levels[1:], strict=False)
        return sum(
            then >= at - QUARTER_HOUR and old != new and old != UNKNOWN and new != UNKNOWN
            for (_, old), (then, new) in pairs
        )

    def _idle(self, at: float) -> int:
        if self.verdicts and at - self.verdicts[-1][0] >= self.slot.signal.idle_after:
            return UNKNOWN
        return self.committed

    def _unknown(self, at: float) -> int:
        known = [then for then, verdict in self.verdicts if verdict != UNKNOWN]
        if not known or at - known[-1] >= self.slot.signal.stale_after:
            return UNKNOWN
        return self.committed

    def _known(self, at: float) -> int:
        signal = self.slot.signal
        at_least = 1 if signal.for_ == 0 else 2
        if self.committed == UNKNOWN:
            recent = self._last(self.verdicts, at, signal.for_, at_least)
            if self.now > Level.OK or (self._covered(at - signal.for_) and UNKNOWN not in recent):
                return self.now
            return UNKNOWN
        known = [(then, verdict) for then, verdict in self.verdicts if verdict != UNKNOWN]
        sustained = self._last(known, at, signal.for_, at_least)
        # Reading: fewer than two verdicts where two are asked for raise nothing.
        if len(sustained) >= at_least and self._covered(at - signal.for_) and min(sustained) > self.committed:
            return min(sustained)
        hold = max(signal.hold, 600.0) if self.flapping else signal.hold
        held = [verdict for then, verdict in self.verdicts if then >= at - hold]
        if self._covered(at - hold) and UNKNOWN not in held and max(held) < self.committed:
            return max(held)
        return self.committed

    def _covered(self, beginning: float) -> bool:
        return any(then <= beginning for then, _ in self.verdicts)

    @staticmethod
    def _last(verdicts: list[tuple[float, int]], at: float, window: float, at_least: int) -> list[int]:
        inside = [verdict for then, verdict in verdicts if then >= at - window]
        return max(inside, [verdict for _, verdict in verdicts[-at_least:]], key=len)
