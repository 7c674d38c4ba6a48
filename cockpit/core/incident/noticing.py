"""What is known of an incident when somebody declares it: since when, how bad, and what led there."""

from __future__ import annotations

from typing import Final

from cockpit.core.incident import words
from cockpit.core.incident.model import next_id
from cockpit.core.journal import Fact
from cockpit.core.json import Json
from cockpit.core.levels import Instant, Integrity, Level, Seconds, Severity, Shown
from cockpit.core.state import Entry, State

BEFORE: Final[Seconds] = 600.0
"""How long before it began a line of the picture may have led to it."""
MOST: Final = 200
"""Lines of the picture that are kept."""
KINDS: Final = frozenset({"level", "spread", "change", "integrity", "source"})
"""What the picture alone tells; acts are on record themselves."""
WRONG: Final = frozenset({Integrity.SUSPECT, Integrity.BREACHED})


def began_at(state: State) -> Instant | None:
    """The earliest onset of what is DEGRADED or worse now, or of data that is wrong; None: nothing is."""
    health = state.health
    onsets = [
        node.onset if node.onset is not None else node.since
        for node in health.nodes
        if (node.level.level or Level.OK) >= Level.DEGRADED
    ]
    onsets += [latch.first for latch in health.latches.values()]
    remembered = (state.picture.past.get(name) for name, impact in health.impacts.items() if impact.since)
    onsets += [past.began for past in remembered if past and past.began is not None]
    onsets += [impact.since for impact in health.impacts.values() if impact.since is not None]
    return min(onsets, default=None)


def declaration(state: State, title: str, severity: Severity | None, actor: str, at: Instant) -> Fact:
    """With the evidence of this moment. What is declared while nothing seems wrong begins now."""
    began = began_at(state)
    return words.declared(
        next_id(state.record.incidents),
        title,
        severity,
        actor,
        at,
        proposed=state.health.severity,
        began_at=began,
        evidence=evidence(state, at if began is None else began),
    )


def evidence(state: State, since: Instant) -> dict[str, Json]:
    """Levels that are not fine, and the lines of the picture since shortly before it began."""
    health = state.health
    levels: dict[str, Json] = {
        node.name: node.level.value
        for node in health.nodes
        if node.level not in (Shown.OK, Shown.UNMONITORED) and not node.idle
    }
    seen = [_line(entry) for entry in state.picture.timeline if _led_there(entry, since)]
    return {
        "at": health.at,
        "levels": levels,
        "integrity": {node.name: node.integrity for node in health.nodes if node.integrity in WRONG},
        "suspects": [suspect.service for suspect in health.suspects[:3]],
        "spread": health.spread.verdict,
        "seen": list(seen[-MOST:]),
    }


def _led_there(entry: Entry, since: Instant) -> bool:
    return entry.kind in KINDS and entry.at >= since - BEFORE


def _line(entry: Entry) -> dict[str, Json]:
    return {"at": entry.at, "kind": entry.kind, "subject": entry.subject, "text": entry.text}
