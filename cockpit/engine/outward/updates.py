"""An update goes out: its words on record first, then sent once, then what came of it."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.core.events import Event, Reported
from cockpit.core.incident import words
from cockpit.core.incident.claims import refusal
from cockpit.core.incident.model import Sent
from cockpit.core.incident.objections import LONGEST
from cockpit.core.incident.rules import Channel
from cockpit.core.incident.story import SENT
from cockpit.core.journal import Fact, new_uid
from cockpit.core.json import Json
from cockpit.core.state import State
from cockpit.core.wanted import UpdateWanted
from cockpit.engine.outward.sending import post
from cockpit.engine.refusing import may_act
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError, RunRefused


async def send_update(world: World, state: State, wanted: UpdateWanted, say: Callable[[Event], None]) -> Sent:
    """Raises RunRefused and JournalError while nothing has gone out."""
    channel = _channel(world, wanted)
    _refuse(world, state, wanted)
    op_id = new_uid()
    await world.journal.append([_requested(wanted, op_id)])
    world.die_at("after_update_request")
    outcome: Sent = "copied"
    why = ""
    if channel is not None:
        outcome, why = await post(world, channel, wanted.text, _document(wanted, op_id), op_id)
    world.die_at("after_update_sent")
    now = world.clock.now()
    settled = words.update_settled(wanted.incident, op_id, outcome, why, world.actor, now)
    because = f": {why}" if why else ""
    told = f"update of {wanted.incident} {SENT[outcome]}{because}"
    try:
        await world.journal.append([settled])
    except JournalError as error:
        told = f"{told}; this could not be put on record: {error}"
    say(Reported(told, now))
    return outcome


def _channel(world: World, wanted: UpdateWanted) -> Channel | None:
    """None: it was copied. Raises RunRefused for a name that is none."""
    channel = world.model.incident.channel(wanted.to) if wanted.to else None
    if wanted.to and channel is None:
        known = ", ".join(each.name for each in world.model.incident.notify) or "none"
        raise RunRefused(f"there is no channel '{wanted.to}'", f"incident.notify has: {known}")
    return channel


def _refuse(world: World, state: State, wanted: UpdateWanted) -> None:
    """Raises RunRefused for what may not be said."""
    may_act(world, "so nothing is sent")
    incident = state.record.incidents.get(wanted.incident)
    if incident is None:
        raise RunRefused(f"there is no incident '{wanted.incident}'")
    if not wanted.text.strip():
        raise RunRefused("an update without words is not sent")
    if len(wanted.text) > LONGEST:
        raise RunRefused(f"that is longer than {LONGEST:,} characters")
    # Asked here as well as where it was written: the picture may have gone dark since.
    if why := refusal(state, incident, wanted.status):
        raise RunRefused(why)


def _requested(wanted: UpdateWanted, op_id: str) -> Fact:
    return words.update_requested(
        wanted.incident,
        op_id,
        wanted.text,
        wanted.actor,
        wanted.at,
        to=wanted.to,
        audience=wanted.audience,
        status=wanted.status,
        claims=wanted.claims,
    )


def _document(wanted: UpdateWanted, op_id: str) -> dict[str, Json]:
    return {
        "schema": "cockpit.update/v1",
        "id": op_id,
        "incident": wanted.incident,
        "audience": wanted.audience,
        "status": wanted.status,
        "text": wanted.text,
        "actor": wanted.actor,
        "at": wanted.at,
    }
