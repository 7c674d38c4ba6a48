"""How long a server that failed is left alone, so that a struggling one is not asked to death."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from cockpit.core.levels import Instant, Seconds

STEPS: Final = (5.0, 10.0, 20.0, 30.0)
JITTER: Final = 0.2
"""Taken off, never added: many cockpits should not come at once, and the next tick should be the retry."""


class Rest:
    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """`chance` yields numbers from 0 to 1."""
        self.until: Instant = float("-inf")
        self._failures = 0
        self._chance = chance

    def after_failure(self, at: Instant, wished: Seconds | None) -> Instant:
        """When to ask again; `wished` is what the server itself asked for."""
        step = STEPS[min(self._failures, len(STEPS) - 1)]
        self._failures += 1
        self.until = at + max(step * (1 - JITTER * self._chance()), wished or 0.0)
        return self.until

    def after_answer(self) -> None:
        self._failures = 0
        self.until = float("-inf")
