"""`cockpit ack SERVICE`: tells the others that somebody has it, or that nobody has it any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.output import say
from cockpit.cli.settings import Settings
from cockpit.errors import RunRefused
from cockpit.text import join_names

if TYPE_CHECKING:
    from cockpit.engine.runs.world import World


def ack(settings: Settings, service: str, *, on: bool) -> int:
    """0 on record, 2 refused."""

    async def work(world: World) -> int:
        from cockpit.core.decisions import fact_of
        from cockpit.core.events import ServiceAcknowledged

        names = [each.name for each in world.model.services]
        names += [each.name for each in world.model.capabilities]
        if service not in names:
            raise RunRefused(f"there is no service '{service}'", _near(service, names))
        word = ServiceAcknowledged(service, world.actor, world.clock.now(), on)
        await world.journal.append([fact_of(word)])
        say([f"{world.actor} has {service}" if on else f"nobody has {service} any more"])
        return 0

    return in_world(settings, work, writes=True)


def _near(name: str, names: list[str]) -> str:
    from cockpit.config.suggest import nearest

    near = nearest(name, names)
    return f"did you mean '{near}'?" if near else f"there are: {join_names(names, 6)}"
