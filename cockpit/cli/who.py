"""`cockpit who`: everybody who has a cockpit open on this record; to look is not to be there."""

from __future__ import annotations

import asyncio

from cockpit.cli.loading import load
from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.core.model import Model
from cockpit.core.team import Company
from cockpit.views import company


def who(settings: Settings, *, json: bool) -> int:
    """0. Raises JournalError when the record of a team cannot be read."""
    found = asyncio.run(_look(load(settings).model))
    if json:
        say_json(company.document(found), indent=True)
    else:
        say(company.lines(found))
    return 0


async def _look(model: Model) -> Company | None:
    """None: the record is on this machine, where nobody is told of others."""
    from cockpit.cli.screen import actor
    from cockpit.wiring.keeping import keeper

    kept = keeper(model, actor())
    if kept.team is None:
        return None
    try:
        return await kept.team.look()
    finally:
        await kept.journal.close()
