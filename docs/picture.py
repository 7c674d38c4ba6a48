"""Draws docs/bridge.svg: the demo's Bridge, as it is on the screen. Run: python docs/picture.py"""

from __future__ import annotations

import asyncio
from pathlib import Path

from cockpit.cli.screen import Behind
from cockpit.cli.settings import Settings
from cockpit.tui.app import CockpitApp


async def main() -> None:
    behind = Behind(Settings(demo=True))
    app = CockpitApp(behind.read, behind.now, behind.dispatch, background=behind.run, copy=None, actor="you")
    async with app.run_test(size=(110, 34)) as pilot:
        await pilot.pause(9)
        Path(__file__).with_name("bridge.svg").write_text(app.export_screenshot(title="cockpit demo"))


if __name__ == "__main__":
    asyncio.run(main())
