"""With thousands of services Python itself would hold up a key; what is done about that."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from cockpit.core.levels import Seconds
from cockpit.core.state import State

P = ParamSpec("P")
Result = TypeVar("Result")

MANY: Final = 2_000
"""Signals from which on one poll may take longer than a slice or two."""
TURN: Final[Seconds] = 0.001
"""A key takes some ten turns of the loop, and at each a thread at work may keep it waiting so long."""


def is_large(state: State) -> bool:
    return len(state.picture.slots.slots) >= MANY


async def aside(work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """`work` in a thread that hands over after 1 ms instead of Python's 5."""
    sys.setswitchinterval(TURN)
    return await asyncio.to_thread(work, *args, **kwargs)


def collect_rarely() -> None:
    """What has been loaded stays, so nobody need look through it again: 130 ms for 5,000 services, each time.

    Hardly anything here is in a cycle; what the screen leaves behind is found by the collections in between.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
