"""How a question is written: `orders-db`, `stripe=FAILING`."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from cockpit.core.levels import Level

LEVELS: Final = (Level.DOWN, Level.FAILING, Level.DEGRADED, Level.AT_RISK)
"""What can be asked about, the worst first."""


def parted(word: str, names: Container[str]) -> tuple[str, str]:
    """(name, level or nothing); a name that itself holds an equals sign is found as a whole first."""
    name, equals, level = word.rpartition("=")
    return (word, "") if word in names or not equals else (name, level)


def level_named(word: str) -> Level | None:
    """None: there is no such level, or it is OK. Case and the sign between words do not count."""
    name = word.strip().upper().replace("-", "_").replace(" ", "_")
    return next((each for each in LEVELS if each.name == name), None)
