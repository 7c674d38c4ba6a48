"""Durations as people write them: 30s, 5m, 1h30m, 4h, 30d, 1w."""

from __future__ import annotations

import re
from typing import Final

from cockpit.core.levels import Seconds

UNITS: Final = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
PATTERN: Final = "^(?=.)" + "".join(rf"(?:[0-9]{{1,9}}{unit})?" for unit in UNITS) + "$"
"""Largest unit first, each at most once; also for JSON Schema."""
HINT: Final = "write a whole number and a unit, as in 30s, 5m, 1h30m, 4h, 30d or 1w"

_whole: Final = re.compile(PATTERN.removesuffix("$") + r"\Z")
_part: Final = re.compile(r"([0-9]+)([a-z]+)")
_words: Final = re.compile(
    r"(?<=[0-9])\s*(weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|millis|[wdhms]s?)\b"
)


def seconds(text: str) -> Seconds:
    """Raises ValueError for anything that is not a duration."""
    if not _whole.match(text):
        raise ValueError(f"{text!r} is not a duration")
    return sum(int(count) * UNITS[unit] for count, unit in _part.findall(text))


def duration(length: Seconds) -> str:
    """The shortest way to write `length`, also for PromQL: 90 is "1m30s"; rounded to milliseconds."""
    left = round(length * 1000)
    parts = []
    for unit, size in UNITS.items():
        count, left = divmod(left, round(size * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def meant(value: object) -> str:
    """What to write instead of `value`, which is not a duration."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:
        return f"write {duration(value)} if seconds are meant"
    if isinstance(value, str) and len(value) < 40:
        guess = _words.sub(lambda found: _unit(found[1]), value.strip().lower()).replace(" ", "")
        if _whole.match(guess):
            return f"write {guess}"
    return HINT


def _unit(word: str) -> str:
    return "ms" if word.startswith(("millis", "ms")) else word[0]
