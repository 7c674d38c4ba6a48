"""Kill switches for the screen: stores are asked while somebody looks, one is moved when a person says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from cockpit.core.events import (
    Event,
    Reported,
    SwitchesSeen,
)
from cockpit.core.flips import Flips, Place
from cockpit.core.model import KillSwitch, Model
from cockpit.core.switches import (
    SwitchLook,
    SwitchSeen,
    as_shown,
    came_of,
    environments,
    every,
    is_command,
    place_of,
)
from cockpit.core.wanted import (
    FlagWanted,
    SwitchesWanted,
)
from cockpit.engine.flipping import Order, Unrecorded, flip, look, remembered, settle_doubt
from cockpit.engine.refusing import only_looks
from cockpit.engine.runs.world import World
from cockpit.errors import RunRefused

AT_ONCE: Final = 8
"""Questions under way at the same time."""


class Switchboard:
    def __init__(self, say: Callable[[Event], None], poke: Callable[[], None]) -> None:
        self._say = say
        self._poke = poke
        self._looking = False
        self._moving: set[Place] = set()

    async def look(self, world: World, flips: Flips, wanted: SwitchesWanted) -> None:
        """Each answer is said as it comes. Who only watches does not ask again while answers are awaited,
        and runs no command.

        Raises JournalError when what was found out could not be put on record.
        """
        if self._looking and not wanted.find_out:
            return
        self._looking = True
        try:
            asked = [
                (switch, env)
                for switch, env in every(world.model)
                if wanted.find_out or not is_command(world.model, switch)
            ]
            await self._look_at_all(world, asked, flips, wanted.find_out)
        finally:
            self._looking = False

    async def move(self, world: World, flips: Flips, wanted: FlagWanted, incident: str = "") -> None:
        """`flips`: as far as they are known; the record is read on from there. Raises as `flip` does."""
        switch = _named(world.model, wanted.key, wanted.env)
        place = place_of(switch, wanted.env)
        if place in self._moving:
            raise RunRefused("it is being moved already: wait for the answer")
        self._moving.add(place)
        try:
            known = await remembered(world.journal, flips)
            seen = as_shown(await look(world, switch, wanted.env, known), wanted.shown)
            change = await flip(world, Order(wanted.what, seen, wanted.reason, incident))
            self._report(world, came_of(wanted.what, wanted.key, wanted.env, change))
        except Unrecorded as lost:
            self._report(world, lost.message)
        finally:
            self._moving.discard(place)
            self._poke()
        await self._look_at(world, switch, wanted.env, flips)

    def _report(self, world: World, text: str) -> None:
        self._say(Reported(text, world.clock.now()))

    async def _look_at_all(
        self, world: World, wanted: Iterable[tuple[KillSwitch, str]], flips: Flips, find_out: bool
    ) -> None:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(switch: KillSwitch, env: str) -> None:
            async with room:
                await self._look_at(world, switch, env, flips, find_out)

        done = await asyncio.gather(*(one(*each) for each in wanted), return_exceptions=True)
        for error in done:
            if error is not None:
                raise error

    async def _look_at(
        self, world: World, switch: KillSwitch, env: str, flips: Flips, find_out: bool = False
    ) -> None:
        seen = await look(world, switch, env, flips)
        self._say(_seen(seen))
        if find_out and seen.doubtful and not only_looks(world) and place_of(switch, env) not in self._moving:
            settled = await settle_doubt(world, seen)
            self._say(_seen(settled))
            what = (
                "it may or may not have been moved, still" if settled.doubtful else "found out: it was moved"
            )
            self._report(world, f"{switch.key}@{env}: {what}")
            self._poke()


def _named(model: Model, key: str, env: str) -> KillSwitch:
    """Raises RunRefused."""
    for switch in model.kill_switches:
        if switch.key == key and env in environments(model, switch):
            return switch
    raise RunRefused(f"there is no kill switch '{key}' in an environment '{env}'")


def _seen(seen: SwitchSeen) -> SwitchesSeen:
    look = SwitchLook(seen.at, seen.stored, seen.trouble, seen.can)
    return SwitchesSeen({place_of(seen.switch, seen.env): look})
