"""`cockpit audit`: what is declared and on record, held against seven questions. Leaves no trace."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.cli.loading import load
from cockpit.cli.on_record import on_record
from cockpit.cli.output import say, say_json, width
from cockpit.cli.settings import Settings
from cockpit.core.audit.answers import Audit, Severity
from cockpit.errors import CockpitError, JournalError, UsageError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.model import Model
    from cockpit.core.rehearsal.drilled import LastDrill
    from cockpit.core.seen_edges import Difference, SeenEdge
    from cockpit.core.state import Record


@dataclass(frozen=True, slots=True)
class Heard:
    """What servers said when they were asked."""

    seen: Difference | None = None
    blind: frozenset[str] | None = None
    trouble: CockpitError | None = None
    """Why one of them could not be asked."""


def audit(settings: Settings, *, json: bool, markdown: bool, fail_on: str | None, live: bool) -> int:
    """0 every question is answered well, 1 one is not: what is unknown is not.

    With `fail_on` 1 exactly when there is a finding so severe or worse.
    """
    if json and markdown:
        raise UsageError("--json and --markdown at once", "choose one of them")
    severity = _severity(fail_on)
    loaded = load(settings)
    gc.freeze()  # what was loaded stays to the end: looking through it again and again takes half a second
    heard = asyncio.run(_asked(settings, loaded.model)) if live else Heard()
    record, drills = asyncio.run(_recorded(loaded.model))
    made = _made(loaded, record, drills, heard)
    _show(made, loaded.model, json=json, markdown=markdown, ascii=settings.ascii)
    if heard.trouble:  # what the files have to say is said all the same
        raise heard.trouble
    if severity is not None:
        return int(made.has(severity))
    return int(not made.is_good)


def _severity(text: str | None) -> Severity | None:
    if text is None:
        return None
    try:
        return Severity(text.casefold())
    except ValueError:
        raise UsageError(f"--fail-on knows no '{text}'", "write high, medium or low") from None


def _made(loaded: Loaded, record: Record, drills: Mapping[str, LastDrill], heard: Heard) -> Audit:
    from cockpit.core.audit.auditing import audit
    from cockpit.core.audit.survey import Known
    from cockpit.core.health.graph import compile_graph
    from cockpit.core.rehearsal.grades import graded
    from cockpit.core.slots import Slots

    model = loaded.model
    evidence = (*model.evidence, *record.evidence)
    return audit(
        Known(
            compile_graph(model, Slots((), (), {})),  # nobody measures anything here
            graded(model, evidence),
            evidence,
            drills,
            tuple(record.incidents.values()),
            heard.seen,
            str(heard.trouble or ""),
            heard.blind,
            loaded.places,
        )
    )


async def _recorded(model: Model) -> tuple[Record, Mapping[str, LastDrill]]:
    """What is on record, of drills too; where it cannot be read that is said, and nothing of it counts."""
    from cockpit.core.rehearsal.drilled import finished
    from cockpit.core.rehearsal.earlier import FINISHED
    from cockpit.core.state import Record
    from cockpit.engine.runs.remembered import record_now

    try:
        record = await on_record(model, "live", record_now)
        drills = await on_record(model, "drill", lambda journal: journal.read(kind=FINISHED))
    except JournalError as error:
        _complain(f"what is on record does not count: {error}")
        return Record(), {}
    return record or Record(), finished(drills or ())


async def _asked(settings: Settings, model: Model) -> Heard:
    """Who was seen calling whom, and what can be seen now."""
    from cockpit.adapters.seen_edges import seen_edges
    from cockpit.cli.loading import live
    from cockpit.core.levels import Shown
    from cockpit.core.seen_edges import compare

    if not model.prometheus:
        raise UsageError("--live: no Prometheus is configured", "add prometheus: to the configuration")
    found: set[SeenEdge] = set()
    try:
        for server in model.prometheus:
            found |= await seen_edges(server)
        state = await live(settings, readonly=True).once()
    except CockpitError as error:
        return Heard(trouble=error)
    blind = (node.name for node in state.health.services() if node.level is Shown.UNKNOWN and not node.idle)
    return Heard(compare(model, found), frozenset(blind))


def _show(made: Audit, model: Model, *, json: bool, markdown: bool, ascii: bool) -> None:
    from cockpit.views.audit import told

    if json:
        say_json(told.document(made), indent=True)
    elif markdown:
        from cockpit.views.audit.markdown import rendered

        say(rendered(made, model.title or model.name).splitlines())
    else:
        say(told.lines(made, width()), ascii=ascii)


def _complain(text: str) -> None:
    print(f"cockpit: {clean(text)}", file=sys.stderr, flush=True)
