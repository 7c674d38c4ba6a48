"""Decisions as facts for the journal, and back again."""

from __future__ import annotations

from cockpit.core.events import (
    Decision,
    DegradationMarked,
    IncidentActed,
    IntegrityAttested,
    ServiceAcknowledged,
)
from cockpit.core.journal import Fact

MARKED = "degradation.marked"
ATTESTED = "integrity.attested"
ACKNOWLEDGED = "service.acknowledged"
NEEDED = {
    MARKED: frozenset({"node", "mode", "on", "reason"}),
    ATTESTED: frozenset({"service", "reason"}),
    ACKNOWLEDGED: frozenset({"service", "on"}),
}


def fact_of(decision: Decision) -> Fact:
    match decision:
        case DegradationMarked(node, mode, on, actor, reason, at):
            return Fact(MARKED, at, actor, {"node": node, "mode": mode, "on": on, "reason": reason})
        case IntegrityAttested(service, actor, reason, at):
            return Fact(ATTESTED, at, actor, {"service": service, "reason": reason})
        case ServiceAcknowledged(service, actor, at, on):
            return Fact(ACKNOWLEDGED, at, actor, {"service": service, "on": on})
        case IncidentActed(fact):
            return fact


def decision_of(fact: Fact) -> Decision | None:
    """None for a fact that is no decision of this kind; what is said of incidents is folded as it is.

    Nor is one that says not of what: somebody else wrote it, and it changes nothing.
    """
    body, at, actor = fact.body, fact.at, fact.actor
    if not body.keys() >= NEEDED.get(fact.kind, frozenset()):
        return None
    match fact.kind:
        case "degradation.marked":
            node, mode, reason = str(body["node"]), str(body["mode"]), str(body["reason"])
            return DegradationMarked(node, mode, bool(body["on"]), actor, reason, at)
        case "integrity.attested":
            return IntegrityAttested(str(body["service"]), actor, str(body["reason"]), at)
        case "service.acknowledged":
            return ServiceAcknowledged(str(body["service"]), actor, at, bool(body["on"]))
        case _:
            return None
