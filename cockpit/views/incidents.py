"""Incidents for the command line: a line each, one whole, and the same for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from cockpit.core.incident.closing import obstacles
from cockpit.core.incident.due import update_due
from cockpit.core.incident.model import Incident, Told
from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.text import age
from cockpit.views import incident as one
from cockpit.views.layout import draw_section
from cockpit.views.lines import text_of

SCHEMA = "cockpit.incident/v1"
Document: TypeAlias = dict[str, Any]


def lines(state: State, now: Instant) -> Iterator[str]:
    """The open ones first, then the newest."""
    known = sorted(state.record.incidents.values(), key=lambda each: (not each.is_open, -each.number))
    if not known:
        yield "no incident was ever declared here"
    for each in known:
        how = f"open {age(now - each.declared_at)}" if each.is_open else "resolved"
        yield f"{each.id}  {each.severity or 'no severity'}  {how}  {each.title}"


def text(state: State, incident: Incident, now: Instant, width: int = 100) -> Iterator[str]:
    """As the screen shows it, in reading order."""
    view = one.incident_view(state, incident, now)
    yield from (text_of(each) for each in view.headline)
    for section in (*view.sections, one.story(state, incident)):
        yield ""
        yield section.title.upper()
        yield from (f" {text_of(each)}".rstrip() for each, _ in draw_section(section, width - 1))


def document(state: State, incident: Incident, now: Instant, *, whole: bool = False) -> Document:
    """`whole`: with everything that was said, and what stands in the way of calling it over."""
    found: Document = {
        "schema": SCHEMA,
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "state": "open" if incident.is_open else "resolved",
        "began_at": incident.began_at,
        "declared_at": incident.declared_at,
        "declared_by": incident.declared_by,
        "resolved_at": incident.resolved_at,
        "reopened": incident.reopened,
        "roles": dict(incident.roles),
        "people": list(incident.people),
        "update_due": update_due(incident, state.model.incident),
    }
    if whole:
        found |= {
            "touched": list(incident.touched),
            "hypotheses": [_note(each) for each in incident.of("hypothesis")],
            "decisions": [_note(each) for each in incident.of("decision")],
            "updates": [_update(each) for each in incident.updates],
            "obstacles": [{"kind": each.kind, "text": each.text} for each in obstacles(state, incident)],
            "left": list(incident.left),
            "timeline": [told_document(each) for each in incident.story],
        }
    return found


def told_document(told: Told) -> Document:
    return {
        "at": told.at,
        "kind": told.kind,
        "actor": told.actor,
        "subject": told.subject,
        "text": told.text,
        "evidence": told.evidence,
    }


def _note(note: Any) -> Document:
    return {
        "number": note.number,
        "at": note.at,
        "by": note.actor,
        "text": note.text,
        "verdict": note.verdict,
    }


def _update(update: Any) -> Document:
    return {
        "at": update.at,
        "by": update.actor,
        "to": update.to,
        "audience": update.audience,
        "status": update.status,
        "outcome": update.outcome or "unknown",
        "text": update.text,
    }
