"""Runs as the journal remembers them."""

from __future__ import annotations

from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.run import Run
from cockpit.ports import Journal


async def find_run(journal: Journal, id: str) -> tuple[Run, int] | None:
    """(the run, up to which record it has been read); None: there never was one. Raises JournalError."""
    run, seen = None, 0
    while records := await journal.read(seen):
        seen = records[-1].seq
        for record in records:
            if record.fact.run == id:
                run = folded(run, record)
    return None if run is None else (run, seen)


async def all_runs(journal: Journal) -> dict[str, Run]:
    """By id, oldest first."""
    found: dict[str, Run] = {}
    seen = 0
    while records := await journal.read(seen):
        seen = records[-1].seq
        for record in records:
            id = record.fact.run
            after = folded(found.get(id), record) if id else None
            if after is not None:
                found[id] = after
    return found
