"""When an incident began, was noticed, taken on, told about, acted upon, eased and over, by the record alone.

What the record does not tell is None: never the nearest moment that it does tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

from cockpit.core.flips import DONE
from cockpit.core.incident.model import Incident
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.levels import Instant, Level, Seconds, Severity, Shown
from cockpit.core.runbook.run import Execution, Run
from cockpit.core.runbook.states import Effect, Phase

NEEDED: Final = frozenset(
    {
        "level.observed",
        "service.acknowledged",
        "incident.role",
        "incident.handover",
        "incident.resolved",
        "incident.reopened",
        "degradation.marked",
        "flag.requested",
        "flag.settled",
        "journal.gap",
    }
)
"""Kinds of facts that are looked at beside incidents and runs."""
TOLD: Final = frozenset({"sent", "copied"})
"""What is known to have reached people; the rest may have."""


@dataclass(frozen=True, slots=True)
class Milestones:
    """All as instants; None: the record does not tell, or it never came."""

    began: Instant | None = None
    detected: Instant | None = None
    owner: Instant | None = None
    """Somebody took a role or a service on."""
    first_update: Instant | None = None
    first_action: Instant | None = None
    """The first that still stood when it was over."""
    mitigated: Instant | None = None
    """Something that was hurt became better for good, after the first action where there was one."""
    recovered: Instant | None = None
    """From then on nothing of it was hurt or unknown any more."""
    resolved: Instant | None = None


class Moment(NamedTuple):
    at: Instant
    node: str
    level: Shown


@dataclass(frozen=True, slots=True)
class Overdue:
    """Updates that came later than agreed, and by how much the latest was."""

    count: int
    longest: Seconds


def milestones(incident: Incident, facts: Sequence[Fact], runs: Iterable[Run], now: Instant) -> Milestones:
    """`facts`: of the kinds `NEEDED`, of whatever incident, by time. `runs`: those that belong to it."""
    end = now if incident.resolved_at is None else incident.resolved_at
    began = _began(incident)
    since = incident.declared_at if began is None else began
    course = list(_course(incident, facts, since, end))
    recovered = _recovered(course)
    until = end if recovered is None else recovered
    acted = min((*_deeds(incident, facts, runs, since, until),), default=None)
    return Milestones(
        began,
        None if began is None else _detected(incident, facts, course, began),
        min(_owners(incident, facts, since, end), default=None),
        min((each.at for each in incident.updates if each.outcome in TOLD), default=None),
        acted,
        _mitigated(course, acted),
        recovered,
        incident.resolved_at,
    )


def during(incident: Incident, at: Instant, now: Instant) -> bool:
    """Whether what names no incident happened while this one went on."""
    end = now if incident.resolved_at is None else incident.resolved_at
    return incident.began_at <= at <= end


def _began(incident: Incident) -> Instant | None:
    """None where nothing seemed wrong to the program when it was declared: then it does not know."""
    seen = bool(_levels(incident)) or incident.began_at < incident.declared_at
    return incident.began_at if seen else None


def _levels(incident: Incident) -> Mapping[str, Shown]:
    """What was not fine when it was declared."""
    told = incident.evidence.get("levels")
    found = told if isinstance(told, Mapping) else {}
    pairs = ((str(name), _shown(level)) for name, level in found.items())
    return {name: level for name, level in pairs if level is not None}


def _shown(said: object) -> Shown | None:
    try:
        return Shown(str(said))
    except ValueError:
        return None


def _is_bad(level: Shown) -> bool:
    return (level.level or Level.OK) >= Level.DEGRADED


def _course(incident: Incident, facts: Iterable[Fact], since: Instant, end: Instant) -> Iterator[Moment]:
    """How nodes stood, oldest first; only those that were measured to be hurt at some time."""
    told = [*(Moment(incident.declared_at, name, level) for name, level in _levels(incident).items())]
    for fact in facts:
        if fact.kind == "level.observed" and since <= fact.at <= end:
            level = _shown(fact.body.get("level"))
            if level is not None:
                told.append(Moment(fact.at, str(fact.body.get("name", "")), level))
    hurt = {each.node for each in told if _is_bad(each.level)}
    yield from sorted((each for each in told if each.node in hurt), key=lambda each: each.at)


def _detected(incident: Incident, facts: Iterable[Fact], course: Iterable[Moment], began: Instant) -> Instant:
    """Declared, or seen by a cockpit whose picture is on record, or taken on by somebody before that."""
    seen = [each.at for each in course if _is_bad(each.level) and each.at >= began]
    taken = [fact.at for fact in facts if _takes_on(fact) and began <= fact.at <= incident.declared_at]
    return min((incident.declared_at, *seen, *taken))


def _takes_on(fact: Fact) -> bool:
    return fact.kind == "service.acknowledged" and fact.body.get("on", True) is True


def _owners(incident: Incident, facts: Sequence[Fact], since: Instant, end: Instant) -> Iterator[Instant]:
    touched = {
        *_levels(incident),
        *(str(each.body.get("name")) for each in facts if _tells(each, since, end)),
    }
    for fact in facts:
        if fact.incident == incident.id:
            body = cast("Mapping[str, Any]", fact.body)
            taken = fact.kind == "incident.role" and body.get("who")
            if taken or (fact.kind == "incident.handover" and body.get("phase") == "accepted"):
                yield fact.at
        elif (
            _takes_on(fact)
            and since <= fact.at <= end
            and (not touched or str(fact.body.get("service", "")) in touched)
        ):
            yield fact.at


def _tells(fact: Fact, since: Instant, end: Instant) -> bool:
    """Whether it says of a node that it is not fine."""
    level = _shown(fact.body.get("level")) if fact.kind == "level.observed" else None
    return level not in (None, Shown.OK, Shown.UNMONITORED) and since <= fact.at <= end


def _recovered(course: Sequence[Moment]) -> Instant | None:
    """None while something of it is hurt or unknown, or where nothing of it was ever measured."""
    stands: dict[str, Shown] = {}
    since: Instant | None = None
    for each in course:
        stands[each.node] = each.level
        bad = any(_is_bad(level) or level is Shown.UNKNOWN for level in stands.values())
        since = None if bad else (each.at if since is None else since)
    return since


def _mitigated(course: Sequence[Moment], acted: Instant | None) -> Instant | None:
    """The first time something became better than it was, and never again as bad."""
    stands: dict[str, Level] = {}
    for place, each in enumerate(course):
        now, was = each.level.level, stands.get(each.node)
        if now is None:  # unknown is never better
            continue
        stands[each.node] = now
        if was is None or was < Level.DEGRADED or now >= was or (acted is not None and each.at < acted):
            continue
        later = (one.level for one in course[place + 1 :] if one.node == each.node)
        if all(level.level is not None and level.level < was for level in later):
            return each.at
    return None


# What was done about it


def _deeds(
    incident: Incident, facts: Sequence[Fact], runs: Iterable[Run], since: Instant, until: Instant
) -> Iterator[Instant]:
    """When something was done that still stood at `until`."""
    for run in runs:
        for one in run.executions:
            if _stood(run, one, until) and since <= (one.begun_at or 0.0) <= until:
                yield one.begun_at or 0.0
    yield from _flips(incident, facts, since, until)
    for fact in facts:
        if fact.kind == "degradation.marked" and fact.body.get("on") is True and since <= fact.at <= until:
            mine = (fact.body.get("node"), fact.body.get("mode"))
            if not any(_unmarks(other, mine) and fact.at <= other.at <= until for other in facts):
                yield fact.at


def _unmarks(fact: Fact, mark: tuple[object, object]) -> bool:
    off = fact.kind == "degradation.marked" and fact.body.get("on") is False
    return off and (fact.body.get("node"), fact.body.get("mode")) == mark


def _stood(run: Run, one: Execution, until: Instant) -> bool:
    """It surely happened, and was not taken back by then."""
    if one.key.phase is not Phase.DO or one.intent is None:
        return False
    if one.effect is Effect.REVERTED:
        undone = [each.settled_at for each in run.tries(one.key.step, one.key.visit, Phase.UNDO)]
        return all(at is not None and at > until for at in undone) and bool(undone)
    return one.effect is Effect.APPLIED


def _flips(incident: Incident, facts: Sequence[Fact], since: Instant, until: Instant) -> Iterator[Instant]:
    """By hand; those of runbooks are counted as steps."""
    done = {str(fact.body.get("op_id")) for fact in facts if fact.kind == "flag.settled" and _applied(fact)}
    asked = [
        fact
        for fact in facts
        if fact.kind == "flag.requested" and not fact.run and str(fact.body.get("op_id")) in done
    ]
    for fact in asked:
        mine = fact.incident in ("", incident.id) and since <= fact.at <= until
        if not mine or fact.body.get("kind") == "restore":
            continue
        back = (other for other in asked if other.body.get("kind") == "restore")
        if not any(_place(other) == _place(fact) and fact.at <= other.at <= until for other in back):
            yield fact.at


def _applied(fact: Fact) -> bool:
    return any(fact.body.get("outcome") == each for each in DONE)


def _place(fact: Fact) -> tuple[object, ...]:
    return tuple(fact.body.get(name) for name in ("provider", "env", "key"))


# What people were told


def overdue(incident: Incident, facts: Iterable[Fact], rules: IncidentRules, now: Instant) -> Overdue | None:
    """None where nobody ever said how bad it is: then nobody knows what was due."""
    if not any(each.severity for each in incident.severities):
        return None
    told = sorted(each.at for each in incident.updates if each.counts)
    late = [
        by
        for begin, end in _spans(incident, facts, now)
        for by in _late(incident, rules, [begin, *(at for at in told if begin < at < end), end])
    ]
    return Overdue(len(late), max(late, default=0.0))


def _spans(incident: Incident, facts: Iterable[Fact], now: Instant) -> Iterator[tuple[Instant, Instant]]:
    """While it was open, from its declaration and from each time it was reopened."""
    begin: Instant | None = incident.declared_at
    for fact in facts:
        if fact.incident != incident.id:
            continue
        if fact.kind == "incident.resolved" and begin is not None:
            yield begin, fact.at
            begin = None
        elif fact.kind == "incident.reopened" and begin is None:
            begin = fact.at
    if begin is not None:
        yield begin, now


def _late(incident: Incident, rules: IncidentRules, moments: Sequence[Instant]) -> Iterator[Seconds]:
    for begin, end in pairwise(moments):
        due = [
            begin + every
            for severity, until in _severities(incident, begin, end)
            if (every := rules.every(severity)) is not None and begin + every < until
        ]
        if due:
            yield end - min(due)


def _severities(
    incident: Incident, begin: Instant, end: Instant
) -> Iterator[tuple[Severity | None, Instant]]:
    """(severity, until when it held) from `begin` to `end`."""
    now: Severity | None = None
    for each in incident.severities:
        if each.at >= end:
            break
        if each.at > begin:
            yield now, each.at
        now = each.severity
    yield now, end
