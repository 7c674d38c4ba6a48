"""Runs as the journal remembers them."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.core import checkpoint as checkpoints
from cockpit.core.checkpoint import COCKPIT, record_at
from cockpit.core.incident.model import only_open
from cockpit.core.levels import Instant
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.run import Run, root
from cockpit.core.state import Record
from cockpit.core.update_record import remembered
from cockpit.errors import RunRefused
from cockpit.ports import Journal


async def find_run(journal: Journal, id: str) -> tuple[Run, int] | None:
    """(the run, up to which record it has been read); None: there never was one. Raises JournalError."""
    run, seen = None, 0
    while records := await journal.read(seen, run=id):
        seen = records[-1].seq
        for record in records:
            run = folded(run, record)
    return None if run is None else (run, seen)


async def record_now(journal: Journal, since: Record | None = None) -> Record:
    """What is on record now; of runs that are over only the newest. Raises JournalError."""
    record = since or record_at(await journal.latest_checkpoint()) or Record()
    while records := await journal.read(record.seq):
        for each in records:
            record = remembered(record, each)
    return record


async def incident_now(journal: Journal, named: str | None) -> str:
    """What `--incident` means: `none`, an id that is on record, or nothing: the only one that is open.

    Raises RunRefused for one that there is not, and JournalError.
    """
    if named == "none":
        return ""
    known = (await record_now(journal)).incidents
    if named is None:
        return only_open(known.values())
    if named == "last" and known:
        return list(known)[-1]
    if named not in known:
        raise RunRefused(f"there is no incident '{named}'", "`cockpit incident list` lists them")
    return named


async def checkpoint_when_due(journal: Journal, at: Instant) -> None:
    """For what opens no screen: where only commands write, starting does not grow with history either.

    Raises JournalError.
    """
    last = await journal.latest_checkpoint()
    if not await journal.read((last.recorded if last else 0) + checkpoints.EVERY - 1, 1):
        return
    made = checkpoints.checkpoint(await record_now(journal))
    await journal.append([checkpoints.fact_of(made, at, COCKPIT)])


async def all_runs(journal: Journal) -> dict[str, Run]:
    """By id, oldest first: every run there ever was. Raises JournalError."""
    return dict((await record_now(journal, Record())).runs)


async def foreign_runs(journal: Journal, left_behind: Iterable[str]) -> list[str]:
    """Of the runs that have left results here those that were never begun, as far as the record knows.

    An older copy of it may have been put back; nothing of them is taken over. Raises JournalError.
    """
    known = set(await journal.run_ids())
    return [id for id in left_behind if id not in known and root(id) not in known]
