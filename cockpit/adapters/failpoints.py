"""Named points at which a test may have the program killed, as by a power cut."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Final

VARIABLE: Final = "COCKPIT_DIE_AT"
_passed: Final[Counter[str]] = Counter()


def die_at(name: str) -> None:
    """SIGKILL to ourselves where `$COCKPIT_DIE_AT` is `name`, or `name:3` for the third time here."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    point, _, times = wanted.partition(":")
    if point != name:
        return
    _passed[name] += 1
    if _passed[name] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
