"""Leaving in order: a signal must never leave a terminal behind that nobody can use."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)
PATIENCE: Final = 5
"""Seconds for leaving in order."""


def leave_on_signals(app: CockpitApp) -> None:
    """Without this the terminal would keep mouse reporting, raw mode and the alternate screen."""
    loop = asyncio.get_running_loop()
    for each in SIGNALS:
        loop.add_signal_handler(each, _leave, app, 128 + each)


def _leave(app: CockpitApp, code: int) -> None:
    # A terminal that is gone can block the last write for ever (Textual's writer dies, its queue fills up);
    # the alarm nobody handles ends the process then.
    signal.alarm(PATIENCE)
    app.exit(None, code)


def stop_listening() -> None:
    loop = asyncio.get_running_loop()
    for each in SIGNALS:
        loop.remove_signal_handler(each)
