"""The words for how bad it is: levels, integrity, failure classes."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TypeAlias

Seconds: TypeAlias = float
Instant: TypeAlias = float
"""Unix seconds, UTC."""


class Level(IntEnum):
    """Measured or predicted badness. Unknown is not a level, so it cannot win or lose a comparison."""

    OK = 0
    AT_RISK = 1
    DEGRADED = 2
    FAILING = 3
    DOWN = 4


class Shown(StrEnum):
    """What a screen may show for a node: a level, or that there is none to show."""

    OK = "OK"
    AT_RISK = "AT_RISK"
    DEGRADED = "DEGRADED"
    FAILING = "FAILING"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"
    UNMONITORED = "UNMONITORED"

    @staticmethod
    def of(level: Level) -> Shown:
        return _SHOWN[level]

    @property
    def level(self) -> Level | None:
        """The level behind the word; None for UNKNOWN and UNMONITORED."""
        return _LEVEL.get(self)


_SHOWN = {level: Shown(level.name) for level in Level}
_LEVEL = {shown: level for level, shown in _SHOWN.items()}


class Integrity(StrEnum):
    """Whether the data can be trusted; an axis of its own beside the level."""

    OK = "OK"
    SUSPECT = "SUSPECT"
    BREACHED = "BREACHED"
    UNKNOWN = "UNKNOWN"


class FailureClass(StrEnum):
    """How something fails, most urgent first."""

    CORRUPTION = "CORRUPTION"
    UNAVAILABLE = "UNAVAILABLE"
    RETRY_STORM = "RETRY_STORM"
    THROTTLED = "THROTTLED"
    DEGRADATION = "DEGRADATION"
    DELAY = "DELAY"
    BLIND = "BLIND"


URGENCY = {failure: rank for rank, failure in enumerate(FailureClass)}


class Kind(StrEnum):
    """What a signal measures."""

    ERRORS = "errors"
    LATENCY = "latency"
    LAG = "lag"
    FRESHNESS = "freshness"
    TRAFFIC = "traffic"
    SATURATION = "saturation"
    PROBE = "probe"
    RETRIES = "retries"
    THROTTLE = "throttle"
    INTEGRITY = "integrity"


class Verdict(StrEnum):
    """Where an incident is going; what each rule means stands in `core.health.spread`."""

    CANNOT_TELL = "CANNOT_TELL"
    CLEAR = "CLEAR"
    RECOVERING = "RECOVERING"
    SPREADING = "SPREADING"
    WORSENING = "WORSENING"
    TOO_EARLY = "TOO_EARLY"
    CONTAINED = "CONTAINED"


class Severity(StrEnum):
    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
