"""Ending a program that we asked something, whatever it has left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress


async def ended(process: asyncio.subprocess.Process) -> None:
    """Kills its whole session and lets go of its pipes; for one started with `start_new_session`.

    asyncio's own `wait` waits for the pipes, too: for ever where one is not read to its end, or where a
    process of another session still holds it. Only its transport can let go of them.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process._transport.close()  # type: ignore[attr-defined]
    await process.wait()
