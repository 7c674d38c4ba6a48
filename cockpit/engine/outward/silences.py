"""Alerts are kept quiet for a while, and heard again: on record first, then done once."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.core.events import Event, Reported
from cockpit.core.journal import Fact, new_uid
from cockpit.core.json import Json, whole_text
from cockpit.core.runbook.work import Answered
from cockpit.core.wanted import SilenceEndWanted, SilenceWanted
from cockpit.engine.refusing import may_act
from cockpit.engine.runs.world import World
from cockpit.errors import JournalError, RunRefused
from cockpit.ports import Silencer

REQUESTED = "silence.requested"
SETTLED = "silence.settled"
SAID = {
    Answered.DONE: "done",
    Answered.REFUSED: "not done",
    Answered.UNKNOWN: "may or may not have been done",
}


async def make_silence(world: World, wanted: SilenceWanted, say: Callable[[Event], None]) -> Answered:
    """Raises RunRefused and JournalError while nothing has happened."""
    silencer = _silencer(world)
    if not wanted.reason.strip():
        raise RunRefused("a silence needs a reason", "others read it in the Alertmanager")
    op_id = new_uid()
    about: dict[str, Json] = {"op_id": op_id, "what": "make", "matchers": ", ".join(wanted.matchers)}
    body: dict[str, Json] = {**about, "lasts": wanted.lasts, "reason": wanted.reason}
    await world.journal.append(
        [Fact(REQUESTED, wanted.at, wanted.actor, whole_text(body), wanted.incident, uid=op_id)]
    )
    now = world.clock.now()
    # The comment is how it is found again after a lost answer, so there is only one like it.
    comment = f"{wanted.reason} ({' '.join(filter(None, ('cockpit', wanted.incident, op_id[:8])))})"
    outcome, said = await silencer.silence(wanted.matchers, now, now + wanted.lasts, wanted.actor, comment)
    about["silence" if outcome is Answered.DONE else "reason"] = said
    await _settle(world, about, outcome, f"silence {', '.join(wanted.matchers)}", wanted.incident, say)
    return outcome


async def end_silence(world: World, wanted: SilenceEndWanted, say: Callable[[Event], None]) -> Answered:
    """Raises RunRefused and JournalError while nothing has happened."""
    silencer = _silencer(world)
    op_id = new_uid()
    about: dict[str, Json] = {"op_id": op_id, "what": "end", "matchers": f"silence {wanted.id}"}
    body: dict[str, Json] = {**about, "source": wanted.source, "reason": wanted.reason}
    await world.journal.append(
        [Fact(REQUESTED, wanted.at, wanted.actor, whole_text(body), wanted.incident, uid=op_id)]
    )
    outcome, why = await silencer.end(wanted.source, wanted.id)
    if why:
        about["reason"] = why
    await _settle(world, about, outcome, f"end of silence {wanted.id}", wanted.incident, say)
    return outcome


def _silencer(world: World) -> Silencer:
    may_act(world, "so nothing is silenced")
    if world.silencer is None:
        raise RunRefused("no Alertmanager is configured", "name one under alertmanager:")
    return world.silencer


async def _settle(
    world: World,
    about: dict[str, Json],
    outcome: Answered,
    what: str,
    incident: str,
    say: Callable[[Event], None],
) -> None:
    now = world.clock.now()
    because = f": {about['reason']}" if about.get("reason") else ""
    told = f"{what}: {SAID[outcome]}{because}"
    body = {**about, "outcome": SAID[outcome]}
    try:
        await world.journal.append([Fact(SETTLED, now, world.actor, whole_text(body), incident)])
    except JournalError as error:
        told = f"{told}; this could not be put on record: {error}"
    say(Reported(told, now))
