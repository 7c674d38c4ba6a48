"""Incidents and runs that never were, told as facts and gathered as a journal would be."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.core.frozen import to_json
from cockpit.core.incident import words
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.review.gathering import Gathering
from cockpit.core.review.looking import looked_at
from cockpit.core.review.model import Looked
from cockpit.core.runbook.actions import FlagSet
from cockpit.core.runbook.model import Reach, Rollback, Runbook, Step
from tests.core.incident.record import level, recorded

T = 1_700_000_000.0
"""When it really began."""
RULES = IncidentRules()
EVIDENCE = {"levels": {"orders-db": "DOWN", "place-order": "FAILING"}, "seen": []}
FLAG = {"op_id": "f1", "provider": "files", "env": "prod", "key": "pay-async"}
BOOK = Runbook(
    id="db-failover",
    title="Fail over orders-db",
    steps=(
        Step(
            "promote",
            "Promote the standby",
            FlagSet("primary", "b", "files"),
            reach=Reach.WRITE,
            rollback=Rollback(FlagSet("primary", "a", "files")),
        ),
    ),
)


def declared(id: str = "INC-1", at: float = T + 300, began: float | None = T, **more: object) -> Fact:
    severity = more.pop("severity", Severity.SEV1)
    evidence = more.pop("evidence", EVIDENCE)
    return words.declared(id, "Nobody can pay", severity, "ada", at, began_at=began, evidence=evidence)  # type: ignore[arg-type]


def update(id: str, op_id: str, at: float, outcome: str = "sent") -> list[Fact]:
    asked = words.update_requested(
        id, op_id, "We look.", "ada", at, to="chat", audience="customers", status="investigating", claims={}
    )
    return [asked, words.update_settled(id, op_id, outcome, "", "ada", at + 1)] if outcome else [asked]  # type: ignore[arg-type]


def flip(kind: str, at: float, op_id: str, outcome: str = "APPLIED", incident: str = "INC-1") -> list[Fact]:
    body = {**FLAG, "op_id": op_id, "kind": kind}
    return [
        Fact("flag.requested", at, "ada", {**body, "want": kind == "kill", "reason": "room"}, incident),
        Fact("flag.settled", at + 1, "ada", {**body, "outcome": outcome}, incident),
    ]


def run(id: str = "R-1", at: float = T + 600, *, incident: str = "INC-1", then: str = "stands") -> list[Fact]:
    """One step that is applied; `then`: `stands`, `undone`, `partial`, `stopped`."""

    def fact(what: str, after: float, step: str = "", **body: object) -> Fact:
        numbers = (1, 1) if step else (0, 0)
        return Fact(what, at + after, "bo", body, incident, id, step, *numbers)  # type: ignore[arg-type]

    facts = [
        fact("run.started", 0, runbook=to_json(BOOK), mode="live", target="prod", parent=""),
        fact("step.intent", 10, "promote", action="flag"),
        fact("step.exited", 20, "promote", ok=True, effect="applied"),
        fact("step.settled", 30, "promote", state="succeeded", effect="applied", next="next", reason=""),
    ]
    entries = [{"step": "promote", "visit": 1, "title": "", "can": True, "reason": "", "alternative": ""}]
    if then == "stands":
        return [*facts, fact("run.finished", 40, state="completed", forward="completed", rollback=None)]
    if then == "stopped":
        held = fact("run.held", 35, reason="the check could not see", kind="settled", step="promote")
        end = fact("run.finished", 40, state="aborted_dirty", forward="aborted", rollback=None)
        return [*facts, held, end]
    planned = fact("undo.planned", 50, entries=entries, all_of_it=True)
    if then == "partial":
        end = fact("run.finished", 80, state="rolled_back_partial", forward="aborted", rollback="failed")
        return [*facts, planned, end]
    return [
        *facts,
        planned,
        fact("undo.intent", 60, "promote"),
        fact("undo.settled", 70, "promote", state="succeeded", effect="reverted", next="", reason=""),
        fact("run.finished", 80, state="rolled_back", forward="aborted", rollback="complete"),
    ]


def gathered(*facts: Fact | Iterable[Fact]) -> Gathering:
    found = Gathering()
    flat = [one for each in facts for one in ([each] if isinstance(each, Fact) else each)]
    found.add(recorded(sorted(flat, key=lambda fact: fact.at)))
    return found


def looked(*facts: Fact | Iterable[Fact], now: float = T + 7200, id: str = "INC-1") -> Looked:
    found = gathered(*facts)
    return looked_at(found.record.incidents[id], found, RULES, "live", now)


def well(at: float, *names: str) -> list[Fact]:
    return [level(name, "OK", at, "DOWN") for name in names]
