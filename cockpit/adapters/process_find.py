"""What became of an attempt that an earlier life of ours, or somebody else, began."""

from __future__ import annotations

import signal
import time
from typing import Final

from cockpit.adapters.proc import is_here, members, shim_of
from cockpit.adapters.process_folder import nonce_in, read_identity, read_result
from cockpit.adapters.shim import INTERRUPT, send
from cockpit.core.levels import Seconds
from cockpit.core.runbook.work import Found, Identity, Trace
from cockpit.errors import CockpitError

GRACE: Final[Seconds] = 5.0
"""Between TERM and KILL where the shim, who knew the job's own, is gone."""
PAUSE: Final[Seconds] = 0.1


def find(folder: str, name: str, nonce: str, identity: Identity | None) -> Found:
    """In the order of the contract; GONE only when nothing can be alive and a last look finds no result.

    Without an identity the one that the shim left in the folder is taken, if it is of this attempt. A shim
    that has left none has not started its command, and will not once `start_by` has passed.
    """
    if result := _result(folder, name, nonce):
        return result
    identity = identity or (read_identity(folder, name, nonce) if folder else None)
    if identity is None:
        return _result(folder, name, nonce) or Found(Trace.GONE, where="no shim has left its name")
    if not is_here(identity):
        return Found(Trace.ELSEWHERE, where=identity.host)
    if shim_of(identity):
        # It may have written the result and be draining what its grandchildren say.
        return _result(folder, name, nonce) or Found(Trace.RUNNING, where=f"pid {identity.shim_pid}")
    if alive := members(identity):
        pids = ", ".join(str(each.pid) for each in alive)
        return _result(folder, name, nonce) or Found(Trace.ORPHANED, where=f"pid {pids}")
    return _result(folder, name, nonce) or Found(Trace.GONE, where=f"pid {identity.shim_pid} has ended")


def foreign(folder: str, name: str) -> Found | None:
    """Of an attempt by this name that nobody asked about: what it left here, or is still doing."""
    nonce = nonce_in(folder, name)
    return find(folder, name, nonce, None) if nonce else None


def _result(folder: str, name: str, nonce: str) -> Found | None:
    found = read_result(folder, name, nonce) if folder else None
    return Found(Trace.ENDED, found) if found else None


def interrupt(identity: Identity) -> bool:
    """Asks the shim, or does itself what a dead shim cannot; then it takes up to GRACE.

    Raises CockpitError for an attempt that is not visible from here.
    """
    if not is_here(identity):
        raise CockpitError(f"it runs on {identity.host}, not visible from here", "interrupt it there")
    if shim := shim_of(identity):
        return send(shim, INTERRUPT)
    return _stop_orphans(identity)


def _stop_orphans(identity: Identity) -> bool:
    """TERM, grace, KILL to each that is left. False: nobody was."""
    left = members(identity)
    for number in (signal.SIGTERM, signal.SIGCONT):
        for each in left:
            send(each, number)
    until = time.monotonic() + GRACE
    was = bool(left)
    while left and time.monotonic() < until:
        time.sleep(PAUSE)
        left = members(identity)
    for each in left:
        send(each, signal.SIGKILL)
    return was
