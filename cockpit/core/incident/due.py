"""When people are to hear of it next, and whether what they heard last is still so."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.core.incident.model import Incident, Update
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.levels import Instant, Seconds


def update_due(incident: Incident, rules: IncidentRules) -> Instant | None:
    """By when the next update has to be out; None: nothing is due.

    Counted from the last one that people may have read, else from the declaration or the reopening. After a
    severity is raised the shorter interval counts from the same moment.
    """
    every = rules.every(incident.severity)
    if every is None or not incident.is_open:
        return None
    last = incident.last_update()
    return (last.at if last else incident.declared_at) + every


def prepare_from(due: Instant, every: Seconds) -> Instant:
    """From when on the next update is worth composing: a third of its interval before it is due."""
    return due - every / 3


def no_longer_true(update: Update, claims: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What `update` said and is no longer so: subject to (said, is now). `claims`: what would be said now.

    A subject that nobody can speak for any more counts as well: what is unknown is not still so.
    """
    return {
        subject: (said, claims.get(subject, "unknown"))
        for subject, said in update.claims.items()
        if claims.get(subject, "unknown") != said
    }
