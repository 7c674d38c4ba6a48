"""From facts to incidents: pure, total, and blind to everything but the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar, cast, get_args

from cockpit.core.incident.model import (
    Handover,
    Incident,
    Note,
    NoteKind,
    Sent,
    SeveritySet,
    Status,
    Told,
    Update,
    Verdict,
)
from cockpit.core.incident.story import line_of
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import finite, listed
from cockpit.core.levels import Instant, Severity
from cockpit.core.runbook.run import Run

Word = TypeVar("Word", bound=str)
KEPT: Final = 20_000
"""Lines of a story that are kept: the newest."""
KINDS: Final = cast("tuple[NoteKind, ...]", get_args(NoteKind))
VERDICTS: Final = cast("tuple[Verdict, ...]", get_args(Verdict))
STATUSES: Final = cast("tuple[Status, ...]", get_args(Status))
OUTCOMES: Final[tuple[Sent, ...]] = ("sent", "refused", "copied")
CALM: Final = frozenset({"OK", "UNMONITORED"})


def folded(known: Mapping[str, Incident], news: Recorded, run: Run | None) -> Mapping[str, Incident]:
    """`known` after one fact. One that names no incident belongs to every open one: it happened meanwhile."""
    fact = news.fact
    if fact.kind == "incident.declared" and fact.incident and fact.incident not in known:
        return {**known, fact.incident: _with_line(_declared(fact), news, run)}
    if fact.incident:
        concerned = [known[fact.incident]] if fact.incident in known else []
    else:
        concerned = [each for each in known.values() if each.is_open]
    changed = {each.id: _with_line(_after(each, fact), news, run) for each in concerned}
    return {**known, **changed} if changed else known


def _declared(fact: Fact) -> Incident:
    body = cast("Mapping[str, Any]", fact.body)
    severity = _severity(body.get("severity"))
    evidence = body.get("evidence")
    evidence = evidence if isinstance(evidence, Mapping) else {}
    began = _instant(body.get("began_at"), fact.at)
    levels = {str(name): str(level) for name, level in _mapping(evidence.get("levels")).items()}
    story = tuple(_seen(each, began) for each in listed(evidence.get("seen")) if isinstance(each, Mapping))
    return Incident(
        id=fact.incident,
        title=str(body.get("title", "")),
        declared_at=fact.at,
        declared_by=fact.actor,
        began_at=began,
        severities=(SeveritySet(fact.at, severity, fact.actor),) if severity else (),
        proposed=_severity(body.get("proposed")),
        people=(fact.actor,),
        evidence=dict(evidence),
        levels=levels,
        touched=tuple(levels),
        story=story,
        told=len(story),
    )


def _seen(told: Mapping[str, Any], began: Instant) -> Told:
    """A line of the picture from before the declaration."""
    kind, text, subject = (str(told.get(each, "")) for each in ("kind", "text", "subject"))
    what = f"{subject}: {text}" if subject else text
    return Told(_instant(told.get("at"), began), kind or "level", "", what.replace("_", " "), subject)


def _after(incident: Incident, fact: Fact) -> Incident:
    body = cast("Mapping[str, Any]", fact.body)
    if fact.kind.startswith("incident.") and fact.actor not in incident.people:
        incident = replace(incident, people=(*incident.people, fact.actor))
    match fact.kind:
        case "incident.noted":
            return _noted(incident, fact)
        case "incident.role":
            others = {name: who for name, who in incident.roles.items() if name != body.get("role")}
            mine = {str(body.get("role")): str(body["who"])} if body.get("who") else {}
            return replace(incident, roles={**others, **mine})
        case "incident.severity":
            why = str(body.get("reason", ""))
            now = SeveritySet(fact.at, _severity(body.get("severity")), fact.actor, why)
            return replace(incident, severities=(*incident.severities, now))
        case "incident.update_requested":
            return replace(incident, updates=(*incident.updates, _requested(fact)))
        case "incident.update_settled":
            return replace(incident, updates=tuple(_settled(each, fact) for each in incident.updates))
        case "incident.handover":
            return _handed_over(incident, fact)
        case "incident.resolved":
            left = tuple(map(str, listed(body.get("left"))))
            why = str(body.get("reason", ""))
            return replace(incident, resolved_at=fact.at, resolved_by=fact.actor, resolution=why, left=left)
        case "incident.reopened":
            blank = replace(incident, resolved_at=None, resolved_by="", resolution="", left=())
            return replace(blank, reopened=incident.reopened + 1)
        case "level.observed":
            return _observed(incident, body)
    return incident


def _noted(incident: Incident, fact: Fact) -> Incident:
    body = cast("Mapping[str, Any]", fact.body)
    kind = _one_of(body.get("kind"), KINDS, "note")
    if about := body.get("about"):
        verdict = _one_of(body.get("verdict"), VERDICTS, "")
        notes = tuple(
            replace(note, verdict=verdict) if (note.kind, note.number) == (kind, about) else note
            for note in incident.notes
        )
        return replace(incident, notes=notes)
    if kind == "note":  # the story has it, and nothing else is made of it
        return incident
    number = len(incident.of(kind)) + 1
    at = _instant(body.get("told_at"), fact.at)
    note = Note(number, kind, at, fact.actor, str(body.get("text", "")), str(body.get("said_by", "")))
    return replace(incident, notes=(*incident.notes, note))


def _requested(fact: Fact) -> Update:
    body = cast("Mapping[str, Any]", fact.body)
    return Update(
        op_id=str(body.get("op_id", fact.uid)),
        at=fact.at,
        actor=fact.actor,
        to=str(body.get("to", "")),
        audience=str(body.get("audience", "")),
        status=_one_of(body.get("status"), STATUSES, "investigating"),
        text=str(body.get("text", "")),
        claims={str(name): str(each) for name, each in _mapping(body.get("claims")).items()},
    )


def _settled(update: Update, fact: Fact) -> Update:
    body = cast("Mapping[str, Any]", fact.body)
    if update.op_id != body.get("op_id"):
        return update
    outcome = _one_of(body.get("outcome"), OUTCOMES, "unknown")
    return replace(update, outcome=outcome, why=str(body.get("reason", "")))


def _handed_over(incident: Incident, fact: Fact) -> Incident:
    body = cast("Mapping[str, Any]", fact.body)
    if body.get("phase") != "accepted":
        offer = Handover(fact.at, fact.actor, str(body.get("to", "")), str(body.get("text", "")))
        return replace(incident, handovers=(*incident.handovers, offer))
    offer = incident.pending_handover() or Handover(fact.at, "", fact.actor, "")
    done = replace(offer, to=fact.actor, accepted_at=fact.at)
    roles = {**incident.roles, "incident-commander": fact.actor}
    kept = incident.handovers[:-1] if incident.pending_handover() else incident.handovers
    return replace(incident, handovers=(*kept, done), roles=roles)


def _observed(incident: Incident, body: Mapping[str, Any]) -> Incident:
    name, level = str(body.get("name", "")), str(body.get("level", ""))
    others = {node: each for node, each in incident.levels.items() if node != name}
    if level in CALM:
        return replace(incident, levels=others)
    touched = incident.touched if name in incident.touched else (*incident.touched, name)
    return replace(incident, levels={**others, name: level}, touched=touched)


def _with_line(incident: Incident, news: Recorded, run: Run | None) -> Incident:
    told = line_of(news, run, incident.levels)
    if told is None:
        return incident
    return replace(incident, story=(*incident.story, told)[-KEPT:], told=incident.told + 1)


def _one_of(said: object, known: tuple[Word, ...], otherwise: Word) -> Word:
    """Also where a newer cockpit wrote a word that is not known here."""
    return next((each for each in known if each == said), otherwise)


def _severity(said: object) -> Severity | None:
    try:
        return Severity(str(said))
    except ValueError:
        return None


def _instant(said: object, otherwise: Instant) -> Instant:
    found = finite(said)
    return otherwise if found is None else found


def _mapping(said: object) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}
