"""`cockpit report --html FILE`: the impact of now as a page for people without a terminal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.files import put
from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import JournalError

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.state import Record


def report(settings: Settings, html: Path, *, zone: str | None = None, force: bool = False) -> int:
    """0 written; the page itself says what cannot be seen. Raises UsageError."""
    return asyncio.run(_report(settings, html, zone, force))


async def _report(settings: Settings, html: Path, zone: str | None, force: bool) -> int:
    from cockpit.cli import zones
    from cockpit.cli.loading import live, load
    from cockpit.cli.looking import LOOK_BACK
    from cockpit.views.export import impact

    engine = live(settings, readonly=True)
    there = zones.named(zone, engine.now())
    state = await engine.once(look_back=LOOK_BACK)
    try:
        state = replace(state, record=await _record(load(settings)))
    except (
        JournalError
    ) as error:  # the picture does not need the record, and the page says that it is missing
        state = replace(state, picture=replace(state.picture, journal_trouble=str(error)))
    put(html, impact.page(state, engine.now(), there), force=force)
    say([f"written to {html}"])
    return 0


async def _record(loaded: Loaded) -> Record:
    """Empty where nothing was ever written down; raises JournalError."""
    from cockpit.cli.screen import actor
    from cockpit.engine.runs.remembered import record_now
    from cockpit.wiring import acting

    async with acting.world(loaded, actor=actor(), readonly=True) as world:
        return await record_now(world.journal)
