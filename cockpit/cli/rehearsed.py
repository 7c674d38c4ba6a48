"""How far runbooks are rehearsed, for commands: by files of evidence, and by the record if it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.errors import JournalError

if TYPE_CHECKING:
    from cockpit.core.rehearsal.evidence import Evidence
    from cockpit.core.rehearsal.grades import BookGrades
    from cockpit.engine.runs.world import World


async def grades_now(world: World) -> dict[str, BookGrades]:
    """By runbook. A record that cannot be read takes no grade away from what the files prove, and is said."""
    from cockpit.core.rehearsal.grades import graded

    return graded(world.model, (*world.model.evidence, *await _on_record(world)))


async def _on_record(world: World) -> tuple[Evidence, ...]:
    from cockpit.cli.acting import complain
    from cockpit.engine.runs.remembered import record_now
    from cockpit.wiring.keeping import is_kept

    try:
        if not is_kept(world.model):
            return ()  # to read it would make it, and a look leaves no trace
        return (await record_now(world.journal)).evidence
    except JournalError as error:
        complain(f"what was run here does not count: {error}")
        return ()
