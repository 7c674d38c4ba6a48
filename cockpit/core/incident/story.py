"""What a fact tells in one line of a timeline; most facts of a run tell nothing by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from cockpit.core.flips import OUTCOMES
from cockpit.core.incident.model import Told
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import finite, listed
from cockpit.core.levels import Shown
from cockpit.core.runbook.holding import TAKEN_OVER
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.work import FlagOutcome
from cockpit.text import join_names

FLIPS: Final = {"kill": "kills", "restore": "restores", "set": "sets"}
SENT: Final = {
    "sent": "was sent",
    "copied": "was copied to be sent by hand",
    "refused": "was not sent",
    "unknown": "may or may not have been sent",
}
WORST_SHOWN: Final = 3
BADNESS: Final = {Shown.DOWN: 0, Shown.FAILING: 1, Shown.DEGRADED: 2, Shown.UNKNOWN: 3, Shown.AT_RISK: 4}
ACTS: Final = frozenset({"run", "flag", "decision", "severity", "update", "declared", "resolved", "handover"})
"""Kinds of lines that carry the evidence of their moment."""


def line_of(news: Recorded, run: Run | None, levels: Mapping[str, str]) -> Told | None:
    """The line of an incident's timeline; `levels`: what was not OK at that moment."""
    fact = news.fact
    text = told(fact, run)
    if not text:
        return None
    kind = kind_of(fact)
    at = finite(fact.body.get("told_at"))
    said_by = str(fact.body.get("said_by") or "")
    return Told(
        at=fact.at if at is None else at,
        kind=kind,
        actor=said_by or ("" if fact.body.get("by_itself") else fact.actor),
        text=text,
        subject=subject_of(fact),
        seq=news.seq,
        evidence=evidence(levels) if kind in ACTS else "",
    )


def evidence(levels: Mapping[str, str]) -> str:
    """ "orders-db DOWN, checkout-api FAILING and 2 more": the worst first."""
    ranked = sorted(levels.items(), key=lambda each: (_badness(each[1]), each[0]))
    if not ranked:
        return "everything seen was OK"
    return join_names([f"{name} {level.replace('_', ' ')}" for name, level in ranked], WORST_SHOWN)


def _badness(level: str) -> int:
    try:
        return BADNESS.get(Shown(level), 5)
    except ValueError:
        return 5


def kind_of(fact: Fact) -> str:
    """For filters, in the words of people."""
    area, _, what = fact.kind.partition(".")
    match area:
        case "incident" if what == "noted":
            return str(fact.body.get("kind") or "note")
        case "incident":
            return {"update_requested": "update", "update_settled": "update"}.get(what, what)
        case "step" | "undo" | "approval":
            return "run"
        case "obligation":
            return "debt"
        case "degradation" | "integrity" | "service":
            return {"service": "ack"}.get(area, area)
    return area


def subject_of(fact: Fact) -> str:
    body = fact.body
    named = body.get("name") or body.get("service") or body.get("node") or body.get("key")
    return str(fact.run or named or "")


def told(fact: Fact, run: Run | None) -> str:
    """One line without the time and, where it is not the point, without the actor; empty: nothing to tell."""
    area = fact.kind.partition(".")[0]
    if area in ("run", "step", "undo", "approval"):
        return _of_run(fact, run)
    if area == "incident":
        return _of_incident(fact)
    return _of_world(fact)


def _of_run(fact: Fact, run: Run | None) -> str:
    body: Any = fact.body
    title = run.runbook.title if run else fact.run
    step = (run.step(fact.step) if run else None) or None
    name = step.title if step else fact.step
    match fact.kind:
        case kind if kind.startswith("approval."):
            return _of_approval(fact, name)
        case "run.started":
            return f"{fact.actor} started {title}"
        case "run.resumed" if body.get("choice") == TAKEN_OVER:
            return f"{fact.actor} took {title} over from {body.get('previous', '')}"
        case "run.held":
            return f"{title}: held, {body.get('reason', '')}"
        case "run.finished":
            return f"{title}: {body.get('state', '')}".replace("_", " ")
        case "step.settled" if step is None or step.reach != "read" or body.get("state") != "succeeded":
            return f"{name}: {body.get('state', '')}".replace("_", " ")
        case "undo.planned":
            return f"{fact.actor} takes {title} back"
        case "undo.settled":
            return f"{name}: {body.get('effect', '')}".replace("_", " ")
    return ""


def _of_approval(fact: Fact, name: str) -> str:
    body: Any = fact.body
    match fact.kind:
        case "approval.requested":
            asked = " or ".join(map(str, listed(body.get("from")))) or "a second person"
            return f"{fact.actor} asks {asked} to approve {name}: cockpit approve {fact.run} {fact.step}"
        case "approval.granted":
            return f"{fact.actor} approved {name}: {body.get('reason', '')}"
        case "approval.refused":
            return f"{fact.actor} refused {name}: {body.get('reason', '')}"
        case "approval.expired":
            return f"{name}: the approval that was asked for counts no more, {body.get('why', '')}"
        case "approval.broken_glass":
            return f"broken glass: {fact.actor} did {name} without a second person: {body.get('reason', '')}"
    return ""


def _of_incident(fact: Fact) -> str:
    body, actor = cast("Mapping[str, Any]", fact.body), fact.actor
    match fact.kind:
        case "incident.declared":
            severity = body.get("severity") or "without a severity"
            return f"{actor} declared {fact.incident}, {severity}: {body.get('title', '')}"
        case "incident.joined":
            return f"{actor} joined"
        case "incident.noted":
            return _noted(body)
        case "incident.role":
            who = body.get("who")
            return f"{who} is {body.get('role')}" if who else f"nobody is {body.get('role')} any more"
        case "incident.severity":
            was = f" (was {body['was']})" if body.get("was") else ""
            return f"{actor} set {body.get('severity')}{was}: {body.get('reason', '')}"
        case "incident.update_requested":
            to = f" to {body['to']}" if body.get("to") else ""
            first = str(body.get("text", "")).strip().partition("\n")[0]
            return f"{actor} wrote an update for {body.get('audience')}{to}: {first}"
        case "incident.update_settled":
            why = f" ({body['reason']})" if body.get("reason") else ""
            return f"that update {SENT.get(str(body.get('outcome')), SENT['unknown'])}{why}"
        case "incident.handover":
            accepted = body.get("phase") == "accepted"
            return (
                f"{actor} took it over"
                if accepted
                else f"{actor} offered it to {body.get('to') or 'anybody'}"
            )
        case "incident.resolved":
            things = ", ".join(map(str, listed(body.get("left"))))
            left = f"; left: {things}" if things else ""
            return f"{actor} resolved {fact.incident}: {body.get('reason', '')}{left}"
        case "incident.reopened":
            return f"{actor} reopened {fact.incident}: {body.get('reason', '')}"
    return ""


def _noted(body: Mapping[str, Any]) -> str:
    text = str(body.get("text", ""))
    if about := body.get("about"):
        verdict = body.get("verdict") or "open again"
        return f"hypothesis {about} {verdict}{': ' if text else ''}{text}"
    return text


def _of_world(fact: Fact) -> str:
    body: Any = fact.body
    match fact.kind:
        case "level.observed":
            was = f" (was {body['was']})" if body.get("was") else ""
            return f"{body.get('name')}: {body.get('level')}{was}".replace("_", " ")
        case "change.observed":
            version = "" if str(body.get("version", "")) in str(body.get("what")) else f" {body['version']}"
            by = f", by {body['by']}" if body.get("by") else ""
            return f"{body.get('service')}: {body.get('what')}{version}{by}"
        case "flag.requested":
            return f"{fact.actor} {FLIPS.get(str(body.get('kind')), 'sets')} {_flag(body)}"
        case "flag.settled":
            return f"{_flag(body)}: {_outcome(body)}"
        case "obligation.opened":
            return f"to clean up: {body.get('title', '')}"
        case "obligation.closed":
            return (
                f"cleaned up: {body.get('title', '')}{': ' if body.get('why') else ''}{body.get('why', '')}"
            )
        case "degradation.marked" if {"node", "mode", "on"} <= body.keys():
            turned = "on" if body.get("on") else "off"
            return (
                f"{fact.actor} marked {body.get('mode')} of {body.get('node')} {turned}: {body.get('reason')}"
            )
        case "integrity.attested" if "service" in body:
            return f"{fact.actor} vouched for the data of {body.get('service')}: {body.get('reason')}"
        case "service.acknowledged" if "service" in body:
            return f"{fact.actor} {'has' if body.get('on', True) else 'let go of'} {body.get('service')}"
        case "silence.requested":
            return f"{fact.actor} silences {_because(body.get('matchers'), body.get('reason'))}"
        case "silence.settled":
            return (
                f"silence: {body.get('outcome')}{': ' if body.get('reason') else ''}{body.get('reason', '')}"
            )
        case "page.requested":
            return f"{fact.actor} pages {body.get('whom')}: {body.get('text')}"
        case "page.settled":
            return f"page of {body.get('whom')} {SENT.get(str(body.get('outcome')), SENT['unknown'])}"
        case "journal.gap":
            lost = (
                ", ".join(map(str, listed(body.get("runs"))))
                or f"{body.get('count', 'some')} changes of level"
            )
            return f"the record does not know {lost}: {body.get('why', '')}"
        case "access.refused":
            return f"refused: {body.get('what', '')}: {body.get('why', '')}"
    return ""


def _because(what: object, why: object) -> str:
    return f"{what}: {why}" if why else str(what)


def _flag(body: Any) -> str:
    return "@".join(str(body[each]) for each in ("key", "env") if body.get(each))


def _outcome(body: Any) -> str:
    try:
        said = OUTCOMES[FlagOutcome(str(body.get("outcome")))]
    except ValueError:
        said = OUTCOMES[FlagOutcome.UNKNOWN]
    return f"{said} ({body['reason']})" if body.get("reason") else said
