"""Numbers of a recording: what JSON has no word for is written as a string."""

from __future__ import annotations

import math
from typing import Any, Final

from cockpit.core.change_line import LineError
from cockpit.core.poll import PLENTY

_WORDS: Final = {"NaN": math.nan, "+Inf": math.inf, "-Inf": -math.inf}


def number(found: object, where: str) -> float:
    """Raises LineError for anything but a number or one of the three words."""
    if isinstance(found, int | float) and not isinstance(found, bool):
        try:
            return float(found)
        except OverflowError:
            raise LineError(f"{where} is too large: {found!s:.40}") from None
    if isinstance(found, str) and found in _WORDS:
        return _WORDS[found]
    raise LineError(f"{where} is no number: {found!r:.40}", 'write a number, "NaN", "+Inf" or "-Inf"')


def written(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def spoken(value: float, volume: float = PLENTY, age: float = math.nan) -> Any:
    """A bare number where nothing was said of traffic and age, else an object."""
    if volume == PLENTY and math.isnan(age):
        return written(value)
    entry: dict[str, Any] = {"value": written(value)}
    if volume != PLENTY:
        entry["volume"] = None if math.isnan(volume) else written(volume)
    if not math.isnan(age):
        entry["age"] = None if age == math.inf else written(age)
    return entry


def ratio(actual: float, expected: float) -> float:
    """As Prometheus divides: x/0 is infinite, 0/0 is NaN."""
    if expected:
        return actual / expected
    return math.nan if not actual or math.isnan(actual) else math.copysign(math.inf, actual)


def actual_of(share: float, expected: float) -> float:
    """An actual that gives `share` again when divided by `expected`, to the last bit where there is one."""
    if not expected:
        return 0.0 if math.isnan(share) else share
    if not (math.isfinite(share) and math.isfinite(expected)):
        return share if math.isfinite(expected) else math.nan
    guess = share * expected
    below, above = math.nextafter(guess, -math.inf), math.nextafter(guess, math.inf)
    return next((actual for actual in (guess, below, above) if ratio(actual, expected) == share), guess)
