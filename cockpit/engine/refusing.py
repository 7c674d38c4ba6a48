"""Who is refused hears why, and it goes on record in their name; the same again within a minute does not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NoReturn

from cockpit.core import access
from cockpit.core.access import CONFIGURED, READONLY, Person
from cockpit.core.journal import Fact
from cockpit.core.json import whole_text
from cockpit.core.levels import Instant, Seconds
from cockpit.errors import CockpitError, JournalError, RunRefused

if TYPE_CHECKING:
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World

KIND: Final = "access.refused"
ONCE_IN: Final[Seconds] = 60.0


@dataclass(eq=False)
class Refusals:
    """What one cockpit has put on record of refusals lately."""

    _lately: dict[tuple[str, str, str], Instant] = field(default_factory=dict)

    def fact(self, actor: str, what: str, why: str, now: Instant) -> Fact | None:
        """None: the same is on record already."""
        self._lately = {said: at for said, at in self._lately.items() if 0 <= now - at < ONCE_IN}
        if (actor, what, why) in self._lately:
            return None
        self._lately[actor, what, why] = now
        return Fact(KIND, now, actor, whole_text({"what": what, "why": why}))


def who(world: World) -> Person:
    """Whoever acts in `world`, by all that is known of them by now; who rehearses may everything."""
    if world.mode != "live":
        return Person(world.actor)
    now = access.person(world.model.access, world.actor, world.role())
    return access.stricter(world.me, now) if world.me.name else now


def as_of(world: World, state: State) -> World:
    """`world` for the model of `state`, by all that is known by now; it never allows more than before."""
    me = access.stricter(world.me, state.me) if state.me.name else world.me
    new = replace(world, model=state.model, me=me)
    new = replace(new, me=who(new))
    if _is_locked(world) or state.is_locked:
        return replace(new, me=access.locked(new.me), readonly=True)
    return replace(new, readonly=world.readonly or bool(new.me.only_looks))


def only_looks(world: World) -> str:
    """Why nothing may be done from here; empty: it may."""
    if world.readonly or _forbids(world):
        return world.me.only_looks or (CONFIGURED if world.model.access.readonly else READONLY)
    return who(world).only_looks or world.barred()


def may_act(world: World, so: str) -> None:
    """Raises RunRefused with `so`, what does not happen, where nothing may be done from here."""
    if why := only_looks(world):
        raise RunRefused(f"{why}, {so}", access.hint(who(world)))


async def note(world: World, what: str, error: CockpitError) -> None:
    """Puts on record that this person may not; what cannot be, whoever wants it, is only told."""
    if isinstance(error, RunRefused) and not error.recorded and access.is_denial(error.message, who(world)):
        await put(world, what, error.message)


async def put(world: World, what: str, why: str) -> None:
    """Puts a refusal on record; nothing at all where nobody may write.

    A record that cannot be written lets nobody through, so it is not waited for.
    """
    if _forbids(world) or _is_locked(world):
        return
    fact = world.refusals.fact(world.actor, what, why, world.clock.now())
    if fact is not None:
        with suppress(JournalError):
            await world.journal.append([fact])


async def refuse(world: World, what: str, error: RunRefused) -> NoReturn:
    """Puts it on record and raises it."""
    await put(world, what, error.message)
    error.recorded = True
    raise error


def _is_locked(world: World) -> bool:
    """Read-only for more than the role of whoever acts."""
    if world.readonly:
        return not world.me.only_looks
    return bool(world.barred()) and not who(world).only_looks


def _forbids(world: World) -> bool:
    return world.mode == "live" and world.model.access.readonly
