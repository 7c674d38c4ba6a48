"""`cockpit incident`: said from the command line, with the evidence of the moment where it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.looking import incident_named, looked
from cockpit.cli.output import say, say_json
from cockpit.cli.settings import Settings
from cockpit.core.levels import Severity
from cockpit.errors import RunRefused, UsageError

if TYPE_CHECKING:
    from cockpit.core.incident.model import Incident
    from cockpit.core.journal import Fact
    from cockpit.core.state import State
    from cockpit.engine.runs.world import World


def declare(settings: Settings, title: str, severity: str | None, *, json: bool) -> int:
    """0 on record, 1 somebody else was first, 2 refused."""
    wanted = severity_of(severity) if severity else None

    async def work(world: World) -> int:
        from cockpit.core.incident.noticing import declaration

        state = await looked(settings, world)
        proposed = state.health.severity
        chosen = wanted or proposed
        fact = declaration(state, title, chosen, world.actor, world.clock.now())
        await put(world, state, fact)
        how = "" if wanted else " (proposed; `cockpit incident severity` changes it)" if proposed else ""
        told = f"{fact.incident} declared, {chosen or 'without a severity'}{how}: {title}"
        _tell(fact, told, json=json)
        return 0

    return in_world(settings, work, writes=True)


def say_of(
    settings: Settings,
    name: str | None,
    make: Callable[[Incident, str, float], list[Fact]],
    *,
    json: bool = False,
) -> int:
    """What `make` (incident, actor, now) says goes on record. 0; 2 refused."""

    async def work(world: World) -> int:
        state = await recorded(world)
        incident = incident_named(state, name)
        from cockpit.core.incident.story import told

        facts = make(incident, world.actor, world.clock.now())
        for (
            fact
        ) in facts:  # all of a block or nothing: whoever mends it and pastes it again says nothing twice
            _refuse(world, state, fact)
        for fact in facts:
            await put(world, state, fact)
            _tell(fact, f"{incident.id}: {told(fact, None)}", json=json)
        return 0

    return in_world(settings, work, writes=True)


def note(
    settings: Settings, name: str | None, kind: str, text: str, about: int | None, verdict: str | None
) -> int:
    """A pasted block becomes a note a message, each with its time. 0 on record, 2 refused."""
    from cockpit.core.incident import words
    from cockpit.core.incident.fold import VERDICTS
    from cockpit.core.incident.model import Verdict
    from cockpit.core.incident.paste import parsed

    def make(incident: Incident, actor: str, now: float) -> list[Fact]:
        if about is not None:
            judged: Verdict = next((each for each in VERDICTS if each == (verdict or "")), "")
            return [words.judged(incident.id, about, judged, text, actor, now)]
        if kind != "note":
            return [words.noted(incident.id, kind, text, actor, now)]
        lines = parsed(text, now)
        return [
            words.noted(incident.id, "note", line.text, actor, now, told_at=line.at, said_by=line.who)
            for line in lines
        ]

    return say_of(settings, name, make)


def resolve(settings: Settings, name: str | None, reason: str, leave: str) -> int:
    """0 resolved; 1 something stands in the way, which is listed; 2 refused.

    `leave`: a reason to resolve it all the same. What nobody can see is never left that way in silence: it
    goes on record, word for word.
    """

    async def work(world: World) -> int:
        from cockpit.core.incident import words
        from cockpit.core.incident.closing import obstacles

        state = await looked(settings, world)
        incident = incident_named(state, name)
        found = obstacles(state, incident)
        if found and not leave.strip():
            say([f"{incident.id} is not resolved:", *(f"  {each.text}" for each in found)])
            say(["resolve it all the same with --leave REASON; all of this goes on record with it"])
            return 1
        left = [each.text for each in found]
        why = f"{reason}; left as it is: {leave}" if found else reason
        await put(world, state, words.resolved(incident.id, why, left, world.actor, world.clock.now()))
        say([f"{incident.id} resolved: {why}", *(f"  left: {each}" for each in left)])
        return 0

    return in_world(settings, work, writes=True)


def clean_up(settings: Settings, what: str, reason: str) -> int:
    """Closes an obligation by its title or a part of it. 0; 2 refused."""

    async def work(world: World) -> int:
        from cockpit.core.incident.words import debt_closed

        state = await recorded(world)
        found = [each for each in state.record.obligations if what.casefold() in each.title.casefold()]
        if len(found) != 1:
            listed = "; ".join(each.title for each in found or state.record.obligations) or "nothing is open"
            raise UsageError(f"'{what}' names {len(found) or 'no'} obligation(s)", listed)
        debt = found[0]
        now = world.clock.now()
        await put(world, state, debt_closed(debt.title, debt.run, reason, world.actor, now, debt.incident))
        say([f"cleaned up: {debt.title}"])
        return 0

    return in_world(settings, work, writes=True)


def listed(settings: Settings, *, json: bool) -> int:
    async def work(world: World) -> int:
        from cockpit.views import incidents

        state, now = await recorded(world), world.clock.now()
        if json:
            for each in state.record.incidents.values():
                say_json(incidents.document(state, each, now))
        else:
            say(incidents.lines(state, now))
        return 0

    return in_world(settings, work, reads_only=True)


def show(settings: Settings, name: str | None, *, json: bool) -> int:
    """All that is on record of one, and how the world is now."""

    async def work(world: World) -> int:
        from cockpit.views import incidents

        state, now = await looked(settings, world), world.clock.now()
        incident = incident_named(state, name)
        if json:
            say_json(incidents.document(state, incident, now, whole=True), indent=True)
        else:
            say(incidents.text(state, incident, now))
        return 0

    return in_world(settings, work, reads_only=True)


async def recorded(world: World) -> State:
    """The record alone: nobody outside is asked."""
    from dataclasses import replace

    from cockpit.core.update import initial
    from cockpit.engine.runs.remembered import record_now

    return replace(initial(world.model), record=await record_now(world.journal))


async def put(world: World, state: State, fact: Fact) -> None:
    """Raises RunRefused when it may not be said, or when somebody else was first, and JournalError."""
    from cockpit.engine.lane import taken

    _refuse(world, state, fact)
    for record in await world.journal.append([fact]):
        if why := taken(fact, record):
            raise RunRefused(why)


def _refuse(world: World, state: State, fact: Fact) -> None:
    """Raises RunRefused for what may not be said."""
    from cockpit.core.incident.objections import objection

    if why := objection(state.record.incidents, world.model.incident, fact):
        raise RunRefused(why)


def severity_of(text: str) -> Severity:
    try:
        return Severity(text.upper())
    except ValueError:
        raise UsageError(f"there is no severity '{text}'", "write SEV1, SEV2 or SEV3") from None


def _tell(fact: Fact, told: str, *, json: bool) -> None:
    if json:
        say_json({"schema": "cockpit.event/v1", "kind": fact.kind, "incident": fact.incident, **fact.body})
    else:
        say([told])
