"""Why something may not be said of an incident now, in words for the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from cockpit.core.incident.model import Incident
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.journal import Fact

LONGEST: Final = 20_000
"""Characters of one text on record."""


def objection(known: Mapping[str, Incident], rules: IncidentRules, fact: Fact) -> str | None:
    """None: nothing against it. What only the health could object to is asked before, by `closing`."""
    body = cast("Mapping[str, Any]", fact.body)
    if any(isinstance(each, str) and len(each) > LONGEST for each in body.values()):
        return f"that is longer than {LONGEST:,} characters"
    if fact.kind == "obligation.closed":
        return None if str(body.get("why", "")).strip() else "say how it was cleaned up"
    incident = known.get(fact.incident)
    if fact.kind == "incident.declared":
        if incident is not None:
            return f"{fact.incident} is declared already"
        return None if str(body.get("title", "")).strip() else "an incident needs a title"
    if incident is None:
        return f"there is no incident '{fact.incident}'"
    if fact.kind == ("incident.reopened" if incident.is_open else "incident.resolved"):
        return f"{incident.id} is {'open' if incident.is_open else 'resolved'} already"
    if not incident.is_open and fact.kind not in ("incident.noted", "incident.reopened"):
        return f"{incident.id} is resolved: reopen it first"
    return _against(incident, rules, fact, body)


def _against(incident: Incident, rules: IncidentRules, fact: Fact, body: Mapping[str, Any]) -> str | None:
    match fact.kind:
        case "incident.noted":
            return _against_note(incident, body)
        case "incident.role" if body.get("role") not in rules.roles:
            return f"there is no role '{body.get('role')}': there are {', '.join(rules.roles)}"
        case "incident.severity" if not str(body.get("reason", "")).strip():
            return "say why the severity changes"
        case "incident.severity" if body.get("severity") == incident.severity:
            return f"it is {incident.severity} already"
        case "incident.handover" if body.get("phase") == "accepted":
            return _against_accepting(incident, fact.actor)
        case "incident.resolved" | "incident.reopened" if not str(body.get("reason", "")).strip():
            return "say why"
    return None


def _against_note(incident: Incident, body: Mapping[str, Any]) -> str | None:
    about = body.get("about")
    if about is not None:
        known = [note.number for note in incident.of("hypothesis")]
        return None if about in known else f"{incident.id} has no hypothesis {about}"
    return None if str(body.get("text", "")).strip() else "there is nothing to write down"


def _against_accepting(incident: Incident, actor: str) -> str | None:
    offer = incident.pending_handover()
    if offer is None:
        return f"nobody offers {incident.id} now"
    if offer.by == actor:
        return "who hands it over cannot take it over"
    return f"it is offered to {offer.to}" if offer.to and offer.to != actor else None
