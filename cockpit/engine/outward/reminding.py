"""A reminder goes out by every channel that takes announcements: on record first, then sent once."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.core import reminded
from cockpit.core.events import Event, Reported
from cockpit.core.incident.model import Sent
from cockpit.core.incident.story import SENT
from cockpit.core.journal import Fact, new_uid
from cockpit.core.json import Json
from cockpit.core.wanted import RemindWanted
from cockpit.engine.outward.sending import post
from cockpit.engine.refusing import may_act
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError


async def remind(world: World, wanted: RemindWanted, say: Callable[[Event], None]) -> dict[str, Sent]:
    """Outcomes by channel. Raises RunRefused while nothing has gone out.

    Without a record it is sent all the same, and said so: silence would be worse than a second reminder
    after a restart, and a reminder changes nothing.
    """
    may_act(world, "so nobody is reminded")
    if wanted.count == 0:
        await _recorded(world, reminded.over(wanted.key, world.actor, wanted.at), say)
        return {}
    channels = [each for each in world.model.incident.notify if each.announce]
    op_id, names = new_uid(), [each.name for each in channels]
    told = (wanted.key, wanted.count, wanted.text, names, world.actor, wanted.at, wanted.incident, op_id)
    await _recorded(world, reminded.reminded(*told), say)
    world.die_at("after_reminder_record")
    document: dict[str, Json] = {
        "schema": "cockpit.reminder/v1",
        "id": op_id,
        "key": wanted.key,
        "count": wanted.count,
        "text": wanted.text,
        "incident": wanted.incident,
        "at": wanted.at,
    }
    text = f"{world.model.title or world.model.name}: {wanted.text}"
    outcomes: dict[str, Sent] = {}
    for channel in channels:
        outcomes[channel.name], why = await post(world, channel, text, document, op_id)
        if outcomes[channel.name] != "sent":
            because = f": {why}" if why else ""
            outcome = SENT[outcomes[channel.name]]
            say(Reported(f"reminder to {channel.name} {outcome}{because}", world.clock.now()))
    if channels:
        now = world.clock.now()
        after = reminded.settled(wanted.key, wanted.count, outcomes, world.actor, now, wanted.incident)
        await _recorded(world, after, say)
    return outcomes


async def _recorded(world: World, fact: Fact, say: Callable[[Event], None]) -> None:
    try:
        await world.journal.append([fact])
    except JournalError as error:
        say(Reported(f"a reminder could not be put on record: {error}", world.clock.now()))
