"""`cockpit record FILE`: every poll on disk as it is judged, until interrupted."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cockpit.cli.loading import live
from cockpit.cli.settings import Settings


def record(settings: Settings, file: Path) -> int:
    return asyncio.run(_record(settings, file))


async def _record(settings: Settings, file: Path) -> int:
    from cockpit.adapters.recording import Writer

    engine = live(settings, readonly=True)
    with Writer.create(file) as writer:
        sys.stderr.write(f"recording a poll every {engine.state.model.poll:g} s; ctrl+c ends it\n")
        running = asyncio.ensure_future(engine.run())
        try:
            async for state in engine.follow():
                writer.write(state)
        finally:
            await engine.stop()
            await asyncio.wait([running])
    running.result()
    return 0
