"""A post-mortem put together: the record in full, the history of what was hurt, a file for each format."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from cockpit.cli.files import folder_for, put, unused
from cockpit.cli.history import Reach, read
from cockpit.cli.zones import here
from cockpit.core.incident.model import Incident
from cockpit.core.journal_head import NOTHING, Head
from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Run
from cockpit.core.state import Record, State
from cockpit.errors import UsageError
from cockpit.views.export import document, html, markdown
from cockpit.views.export.courses import courses
from cockpit.views.export.postmortem import Postmortem, gather
from cockpit.views.export.telling import around
from cockpit.views.export.times import Zone

if TYPE_CHECKING:
    from cockpit.engine import Engine
    from cockpit.ports import Journal

Format: TypeAlias = Literal["markdown", "html", "json"]
_other: Final = re.compile(r"[^A-Za-z0-9._-]")
SUFFIXES: Final[Mapping[Format, str]] = {"markdown": ".md", "html": ".html", "json": ".json"}


async def postmortem_files(
    state: State,
    journal: Journal,
    reach: Reach,
    id: str,
    now: Instant,
    *,
    zone: Zone | None = None,
    formats: Iterable[Format] = tuple(SUFFIXES),
) -> dict[Format, str]:
    """The text of each format. Raises UsageError for an incident that there is not, and JournalError."""
    it = await postmortem(state, journal, reach, id, now, zone=zone)
    return await asyncio.to_thread(lambda: {each: RENDERED[each](it) for each in formats})


async def postmortem(
    state: State, journal: Journal, reach: Reach, id: str, now: Instant, *, zone: Zone | None = None
) -> Postmortem:
    record = await in_full(journal, state.record, id)
    incident = record.incidents.get(id)
    if incident is None:
        raise UsageError(f"there is no incident '{id}'", "`cockpit incident list` lists them")
    known = await asyncio.to_thread(courses, incident)
    start, end = around(incident, now)
    charts = await read(state, known, reach, start, end)
    head = await head_at(journal, record.seq)
    runs: Mapping[str, Run] = record.runs
    whole = replace(state, record=record)
    return await asyncio.to_thread(
        lambda: gather(whole, incident, charts, head, now, zone=zone or here(now), runs=runs)
    )


async def in_full(journal: Journal, record: Record, id: str) -> Record:
    """With the story and the runs of an incident that a checkpoint kept without them."""
    from cockpit.engine.runs.remembered import record_now

    incident = record.incidents.get(id)
    if incident is None or (len(incident.story) >= incident.told and _has_its_runs(record, incident)):
        return record
    again = await record_now(journal, Record())
    # An open cockpit may know more by now than when it began to read; an old story does not change.
    return again if again.seq >= record.seq and id in again.incidents else record


def _has_its_runs(record: Record, incident: Incident) -> bool:
    return all(told.subject in record.runs for told in incident.story if told.kind == "run" and told.subject)


async def head_at(journal: Journal, seq: int) -> Head:
    """Of the last record that the export was made from."""
    records = await journal.read(seq - 1, 1) if seq else ()
    return Head(records[0].seq, records[0].hash) if records else NOTHING


def _json(it: Postmortem) -> str:
    """In ASCII, so that it can be written and read whatever the locale."""
    return json.dumps(document.document(it), allow_nan=False, indent=2) + "\n"


RENDERED: Final[Mapping[Format, Callable[[Postmortem], str]]] = {
    "markdown": markdown.rendered,
    "html": html.rendered,
    "json": _json,
}


async def save_from_screen(engine: Engine, incident_id: str) -> list[str]:
    """Paths of what was written: INC-n.md, .html and .json, here or where cockpit keeps its state.

    Never over what is there: the name counts on then. Raises CockpitError.
    """
    state = engine.state
    texts = await postmortem_files(state, engine.journal, engine.reach, incident_id, engine.now())

    def write() -> list[str]:
        folder = folder_for(state.model)
        stem = unused(folder, file_name(incident_id), SUFFIXES.values())
        paths = [folder / f"{stem}{SUFFIXES[each]}" for each in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            put(path, text)
        return [str(path) for path in paths]

    return await asyncio.to_thread(write)


def file_name(id: str) -> str:
    """A record that somebody else wrote may hold an incident called `../../x`."""
    return _other.sub("-", id)[:60].lstrip(".-") or "incident"


def format_of(chosen: str | None, out: Path | None) -> Format:
    """As asked for, else by the name of the file, else Markdown. Raises UsageError."""
    for each, suffix in SUFFIXES.items():
        if chosen == each or (chosen is None and out is not None and out.suffix == suffix):
            return each
    if chosen is not None:
        raise UsageError(f"there is no format '{chosen}'", f"there are {', '.join(SUFFIXES)}")
    return "markdown"
