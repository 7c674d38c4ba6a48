"""What people say of an incident, as facts for the record; `fold` understands each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cockpit.core.incident.model import Sent, Status, Verdict
from cockpit.core.journal import Fact, new_uid
from cockpit.core.json import Json, whole_text
from cockpit.core.levels import Instant, Severity

DECLARED: Final = "incident.declared"
JOINED: Final = "incident.joined"
NOTED: Final = "incident.noted"
ROLE: Final = "incident.role"
SEVERITY: Final = "incident.severity"
UPDATE_REQUESTED: Final = "incident.update_requested"
UPDATE_SETTLED: Final = "incident.update_settled"
HANDOVER: Final = "incident.handover"
RESOLVED: Final = "incident.resolved"
REOPENED: Final = "incident.reopened"


def declared(
    id: str,
    title: str,
    severity: Severity | None,
    actor: str,
    at: Instant,
    *,
    proposed: Severity | None = None,
    began_at: Instant | None = None,
    evidence: Mapping[str, Json] | None = None,
) -> Fact:
    """The uid is the id: of two who declare at the same moment only one is on record."""
    body: dict[str, Json] = {
        "title": title,
        "severity": severity,
        "proposed": proposed,
        "began_at": at if began_at is None else min(began_at, at),
        "evidence": dict(evidence or {}),
    }
    return _fact(DECLARED, at, actor, body, id, uid=id)


def joined(id: str, actor: str, at: Instant) -> Fact:
    return _fact(JOINED, at, actor, {}, id)


def noted(
    id: str,
    kind: str,
    text: str,
    actor: str,
    at: Instant,
    *,
    told_at: Instant | None = None,
    said_by: str = "",
) -> Fact:
    """`told_at`, `said_by`: when and by whom it was said elsewhere, for what is pasted."""
    body: dict[str, Json] = {"kind": kind, "text": text}
    if told_at is not None:
        body["told_at"] = told_at
    if said_by:
        body["said_by"] = said_by
    return _fact(NOTED, at, actor, body, id)


def judged(id: str, number: int, verdict: Verdict, reason: str, actor: str, at: Instant) -> Fact:
    """What became of hypothesis `number`; an empty verdict opens it again."""
    return _fact(
        NOTED, at, actor, {"kind": "hypothesis", "about": number, "verdict": verdict, "text": reason}, id
    )


def role(id: str, name: str, who: str, actor: str, at: Instant) -> Fact:
    """An empty `who`: nobody has it any more."""
    return _fact(ROLE, at, actor, {"role": name, "who": who}, id)


def severity(id: str, value: Severity, was: Severity | None, reason: str, actor: str, at: Instant) -> Fact:
    return _fact(SEVERITY, at, actor, {"severity": value, "was": was, "reason": reason}, id)


def update_requested(
    id: str,
    op_id: str,
    text: str,
    actor: str,
    at: Instant,
    *,
    to: str,
    audience: str,
    status: Status,
    claims: Mapping[str, str],
) -> Fact:
    body: dict[str, Json] = {
        "op_id": op_id,
        "to": to,
        "audience": audience,
        "status": status,
        "text": text,
        "claims": dict(claims),
    }
    return _fact(UPDATE_REQUESTED, at, actor, body, id, uid=op_id)


def update_settled(id: str, op_id: str, outcome: Sent, why: str, actor: str, at: Instant) -> Fact:
    return _fact(UPDATE_SETTLED, at, actor, {"op_id": op_id, "outcome": outcome, "reason": why}, id)


def offered(id: str, to: str, text: str, actor: str, at: Instant) -> Fact:
    """A handover is offered; it counts when the other accepts it."""
    return _fact(HANDOVER, at, actor, {"phase": "offered", "to": to, "text": text}, id)


def accepted(id: str, actor: str, at: Instant) -> Fact:
    return _fact(HANDOVER, at, actor, {"phase": "accepted"}, id)


def resolved(id: str, reason: str, left: Sequence[str], actor: str, at: Instant) -> Fact:
    """`left`: what is not fine or not cleaned up, where somebody resolves it all the same."""
    return _fact(RESOLVED, at, actor, {"reason": reason, "left": list(left)}, id)


def reopened(id: str, reason: str, actor: str, at: Instant) -> Fact:
    return _fact(REOPENED, at, actor, {"reason": reason}, id)


def debt_closed(title: str, run: str, reason: str, actor: str, at: Instant, incident: str = "") -> Fact:
    """Somebody has cleaned up what was left."""
    return _fact("obligation.closed", at, actor, {"title": title, "why": reason}, incident, run)


def _fact(
    kind: str,
    at: Instant,
    actor: str,
    body: Mapping[str, Json],
    incident: str,
    run: str = "",
    uid: str | None = None,
) -> Fact:
    return Fact(kind, at, actor, whole_text(body), incident, run, uid=uid or new_uid())
