"""`cockpit runbook from INC-42`: what was done in an incident on record, as a draft runbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.acting import in_world
from cockpit.cli.delivering import deliver, refuse_taken, tell
from cockpit.cli.settings import Settings
from cockpit.errors import UsageError
from cockpit.text import plural

if TYPE_CHECKING:
    from cockpit.config.importing.drafts import Draft
    from cockpit.core.flips import Flip
    from cockpit.core.journal import Recorded
    from cockpit.engine.runs.world import World
    from cockpit.ports import Journal


def runbook_from(settings: Settings, incident: str, out: Path | None, title: str) -> int:
    """0 written. Raises UsageError for an incident that is not there or left nothing, and JournalError."""
    if out is not None:
        refuse_taken([out])

    async def work(world: World) -> int:
        made = await made_of(world, incident, title)
        if not made.steps:
            raise UsageError(
                f"in {incident} nothing was done that could be a step",
                "runs, `cockpit do` and flags count, when they worked and stayed",
            )
        deliver(made.text, out)
        tell(_told(made, out))
        return 0

    return in_world(settings, work, reads_only=True)


async def made_of(world: World, named: str, title: str) -> Draft:
    from cockpit.cli.exporting import in_full
    from cockpit.cli.looking import incident_named
    from cockpit.config.importing.deeds import deeds
    from cockpit.config.importing.from_incident import Known, draft
    from cockpit.core.update import initial
    from cockpit.engine.runs.remembered import record_now

    record = await record_now(world.journal)
    state = replace(initial(world.model), record=record)
    if named not in ("last", *record.incidents):
        raise UsageError(f"there is no incident '{named}'", "`cockpit incident list` lists them")
    id = incident_named(state, named).id
    record = await in_full(world.journal, record, id)
    found = record.incidents[id]
    model = world.model
    done = deeds(
        found,
        record.runs.values(),
        await _flips(world.journal),
        await _read(world.journal, "did.intent", "did.exited"),
        world.clock.now(),
    )
    known = Known(
        services={each.name for each in model.services},
        targets={each.name for each in model.targets},
        stores={each.name for each in model.flags},
    )
    return draft(found, done, known, title, taken={each.id for each in model.runbooks})


async def _read(journal: Journal, *kinds: str) -> list[Recorded]:
    found: list[Recorded] = []
    for kind in kinds:
        seen = 0
        while records := await journal.read(seen, kind=kind):
            seen = records[-1].seq
            found += records
    return sorted(found, key=lambda each: each.seq)


async def _flips(journal: Journal) -> Sequence[Flip]:
    """Every change of a flag that was ever asked for, oldest first, also those that were put back since."""
    from cockpit.core.flips import REQUESTED, SETTLED, Flips, folded

    flips, known = Flips(), {}
    for record in await _read(journal, REQUESTED, SETTLED):
        flips = folded(flips, record)
        for story in flips.stories.values():
            for flip in (*story.chain, *filter(None, [story.last])):
                known[flip.op_id] = flip
    return sorted(known.values(), key=lambda each: each.at)


def _told(made: Draft, out: Path | None) -> list[str]:
    parts = [
        plural(made.steps, "step"),
        plural(made.parameters, "parameter"),
        plural(made.guesses, "guess", "guesses"),
        f"{made.left_out} left out",
    ]
    where = f" written to {out}" if out else ""
    return [
        f"{made.id}: {', '.join(parts)}{where}",
        "next: `cockpit lint` tells what it lacks before it is ready",
    ]
