"""When to poll: on a grid, so that a slow poll skips ticks instead of drifting or piling up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cockpit.core.levels import Instant, Seconds


@dataclass(slots=True)
class Beat:
    start: Instant
    every: Seconds
    number: int = -1
    """The tick that was taken last."""

    def take(self, now: Instant) -> Instant:
        """The newest tick at `now`, never one twice: the sleep before it may have ended too early."""
        self.number = max(self.number + 1, math.floor((now - self.start) / self.every))
        return self.start + self.number * self.every

    def wait(self, now: Instant) -> Seconds:
        """Until the next tick; those that passed during a slow poll are skipped."""
        due = max(self.number + 1, math.ceil((now - self.start) / self.every))
        return max(0.0, self.start + due * self.every - now)

    def turned_back(self, now: Instant) -> bool:
        """The clock was set back by more than the sleep before a tick can explain."""
        return now < self.start + self.number * self.every - self.every
