"""With thousands of services Python itself would hold up a key; what is done about that."""

from __future__ import annotations

import gc
import sys
from typing import Final

from cockpit.core.levels import Seconds
from cockpit.core.state import State

MANY: Final = 2_000
"""Signals from which on one poll may take longer than a slice or two."""
TURN: Final[Seconds] = 0.001
"""A key takes some ten turns of the loop, and at each a thread at work may keep it waiting so long."""


def is_large(state: State) -> bool:
    return len(state.picture.slots.slots) >= MANY


def leave_room() -> None:
    """Threads hand over after 1 ms instead of 5, and what has been loaded is not looked through again.

    A full collection holds everything for 130 ms with 5,000 services and finds next to nothing: little is
    in cycles, and what the screen leaves behind is found by the collections in between.
    """
    sys.setswitchinterval(TURN)
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
