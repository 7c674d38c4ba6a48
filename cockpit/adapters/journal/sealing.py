"""A fact becomes a record as it will be read again, or is refused for what it is."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from cockpit.core.journal import Fact, Recorded, sealed
from cockpit.core.json import canonical
from cockpit.errors import JournalError

LARGEST: Final = 2**63 - 1
BOOTTIME: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps; where there is no such clock, the one that does not."""


def seal(fact: Fact, seq: int, prev: str, origin: str, boot_id: str = "", mono_ns: int = 0) -> Recorded:
    """Raises JournalError for what cannot be stored: a NaN, half a character, a number beyond 64 bits."""
    try:
        kept = _as_read(fact)
        return sealed(Recorded(seq, kept, origin, boot_id, mono_ns, prev, ""))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        message = f"a fact of kind {fact.kind!r:.60} cannot be put on record: {error!s:.100}"
        raise JournalError(message, "this is a fault of cockpit, please report it") from None


def _as_read(fact: Fact) -> Fact:
    """Through JSON and back, so that what is returned now equals what is read later."""
    at = round(fact.at * 1_000_000)
    if not all(abs(number) <= LARGEST for number in (at, fact.visit, fact.attempt)):
        raise OverflowError("a number needs more than 64 bits")
    return replace(fact, at=at / 1_000_000, body=json.loads(canonical(fact.body)))


def boot_time() -> int:
    """Nanoseconds since the machine started, sleep included."""
    return time.clock_gettime_ns(BOOTTIME)


def this_boot() -> str:
    """Changes with every start of the machine; empty where nobody tells."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def this_cockpit() -> str:
    """Which program on which machine, as "web-1:4711"."""
    return f"{os.uname().nodename}:{os.getpid()}"
