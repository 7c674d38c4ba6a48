"""Who is on call now, and a page by webhook: no pager of our own, only its record."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Final

from cockpit.core.events import Event, OncallSeen, Reported
from cockpit.core.incident.model import Sent
from cockpit.core.incident.rules import Channel
from cockpit.core.incident.story import SENT
from cockpit.core.journal import Fact, new_uid
from cockpit.core.json import Json, whole_text
from cockpit.core.model import Team
from cockpit.core.wanted import OncallWanted, PageWanted
from cockpit.engine.outward.sending import post
from cockpit.engine.refusing import may_act
from cockpit.engine.runs.world import World
from cockpit.errors import CockpitError, JournalError, RunRefused

LONGEST: Final = 500
"""Characters of an answer that are kept: a name and how to reach them."""


async def look_up(world: World, wanted: OncallWanted, say: Callable[[Event], None]) -> None:
    """Says who is on call; trouble is told in it."""
    team = _team(world, wanted.team)
    text, trouble = "", "the team has no lookup command"
    if team.lookup:
        try:
            # As for a secret, only where it is trusted: what was only unpacked somewhere runs nothing.
            text, trouble = await world.secrets.value(f"command:{shlex.join(team.lookup)}"), ""
        except CockpitError as error:
            trouble = str(error)
    say(OncallSeen(team.name, text.strip()[:LONGEST], world.clock.now(), trouble))


async def page(world: World, wanted: PageWanted, say: Callable[[Event], None]) -> Sent:
    """Raises RunRefused and JournalError while nothing has gone out."""
    may_act(world, "so nobody is paged")
    team = _team(world, wanted.team)
    if not team.page:
        raise RunRefused(f"{team.name} has no webhook for pages", "see oncall.page of the team, or call them")
    op_id = new_uid()
    body: dict[str, Json] = {"op_id": op_id, "whom": team.name, "text": wanted.text}
    await world.journal.append(
        [Fact("page.requested", wanted.at, wanted.actor, whole_text(body), wanted.incident, uid=op_id)]
    )
    world.die_at("after_page_request")
    document: dict[str, Json] = {**body, "schema": "cockpit.page/v1", "actor": wanted.actor, "at": wanted.at}
    channel = Channel(team.name, team.page, team.page_secret, "json", announce=False)
    outcome, why = await post(world, channel, wanted.text, {**document, "incident": wanted.incident}, op_id)
    now = world.clock.now()
    told = f"page of {team.name} {SENT[outcome]}{': ' if why else ''}{why}"
    settled: dict[str, Json] = {"op_id": op_id, "whom": team.name, "outcome": outcome, "reason": why}
    try:
        await world.journal.append(
            [Fact("page.settled", now, world.actor, whole_text(settled), wanted.incident)]
        )
    except JournalError as error:
        told = f"{told}; this could not be put on record: {error}"
    say(Reported(told, now))
    return outcome


def _team(world: World, name: str) -> Team:
    team = next((each for each in world.model.teams if each.name == name), None)
    if team is None:
        raise RunRefused(f"there is no team '{name}'")
    return team
