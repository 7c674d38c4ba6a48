"""`cockpit degrade SERVICE MODE on|off`: a person marks a degraded mode that nothing can see by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import RunRefused, UsageError

if TYPE_CHECKING:
    from cockpit.engine.runs.world import World


def degrade(settings: Settings, node: str, mode: str, turn: str, reason: str) -> int:
    """0 on record, 2 refused."""
    if turn not in ("on", "off"):
        raise UsageError(f"a mode is on or off, not '{turn}'", f"cockpit degrade {node} {mode} on")
    if not reason.strip():
        raise UsageError("--reason is empty", "say why, for those who read it later")

    async def work(world: World) -> int:
        from cockpit.core.decisions import fact_of
        from cockpit.core.events import DegradationMarked
        from cockpit.core.update_decisions import against_mark

        if why := against_mark(world.model, node, mode):
            raise RunRefused(why)
        mark = DegradationMarked(node, mode, turn == "on", world.actor, reason, world.clock.now())
        await world.journal.append([fact_of(mark)])
        say([f"{node} {mode}: marked {turn}"])
        return 0

    return in_world(settings, work, writes=True)
