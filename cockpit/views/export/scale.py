"""Round numbers for axes: values in what people count in, times in what a clock shows."""

from __future__ import annotations

import math
from typing import Final

from cockpit.core.levels import Instant, Seconds

STEPS: Final[tuple[Seconds, ...]] = (
    *(60.0 * each for each in (1, 2, 5, 10, 15, 30)),
    *(3600.0 * each for each in (1, 2, 3, 6, 12)),
    *(86_400.0 * each for each in (1, 2, 7, 14, 30, 90, 365)),
)


def ticks(low: float, high: float, about: int = 4, *, time: bool = False) -> list[float]:
    """Round values from `low` to `high`, about so many; both ends are finite. `time`: they are seconds."""
    if not high > low:
        return [low]
    wanted = (high - low) / about
    step = next((each for each in STEPS if each >= wanted * 0.999), 0.0) if time and wanted > 30 else 0.0
    step = step or _round(wanted)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _round(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= step * 0.999)


def moments(start: Instant, end: Instant, at_most: int = 8) -> list[Instant]:
    """Whole minutes, hours or days in UTC between `start` and `end`."""
    wanted = (end - start) / at_most
    step = next((each for each in STEPS if each >= wanted), STEPS[-1])
    first = math.ceil(start / step)
    last = math.floor(end / step)
    return [number * step for number in range(first, min(last, first + 4 * at_most) + 1)]
