"""Leaving in order: a signal must never leave a terminal behind that nobody can use."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)


def leave_on_signals(app: CockpitApp) -> None:
    """Without this the terminal would keep mouse reporting, raw mode and the alternate screen."""
    loop = asyncio.get_running_loop()
    for each in SIGNALS:
        loop.add_signal_handler(each, app.exit, None, 128 + each)


def stop_listening() -> None:
    loop = asyncio.get_running_loop()
    for each in SIGNALS:
        loop.remove_signal_handler(each)
