"""Who of an attempt is alive, by /proc; pids are believed only together with start times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from cockpit.adapters.shim import COOKIE, Process, process, processes, whereabouts
from cockpit.core.runbook.work import Identity

LOOKS: Final = 3
"""A process that forks and ends while /proc is read hides its child from one look, hardly from three."""
PAUSE: Final = 0.01


def is_here(identity: Identity) -> bool:
    """Whether its pids mean something to us: same host, boot and pid namespace."""
    here = whereabouts()
    theirs = (identity.host, identity.boot_id, identity.pid_namespace)
    return theirs == (here["host"], here["boot_id"], here["pid_namespace"])


def shim_of(identity: Identity) -> Process | None:
    """Its shim, alive."""
    found = process(identity.shim_pid)
    return found if found and found.alive and found.start == identity.shim_start else None


def members(identity: Identity) -> tuple[Process, ...]:
    """All that is alive of the command: its session, and what left it with the attempt's name on it."""
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE)
        if found := tuple(_members(identity)):
            return found
    return ()


def _members(identity: Identity) -> Iterator[Process]:
    session = identity.shim_pid
    leader = process(session)
    if leader and leader.start != identity.shim_start:
        # A pid comes back only when nobody's session or group has that number any more.
        session = 0
    for each in processes():
        if not each.alive or each.start < identity.shim_start or each.pid == identity.shim_pid:
            continue
        if (session and each.session == session) or _bears(each, identity.nonce):
            yield each


def _bears(found: Process, nonce: str) -> bool:
    """Whether it inherited the attempt's name; False where its environment is not ours to read."""
    try:
        with open(f"/proc/{found.pid}/environ", "rb") as file:
            return f"{COOKIE}={nonce}".encode() in file.read().split(b"\0")
    except OSError:
        return False
