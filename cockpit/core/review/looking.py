"""One incident or one drill, as the record tells it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from cockpit.core.incident.milestones import Milestones, during, milestones, overdue
from cockpit.core.incident.model import Incident
from cockpit.core.incident.rules import IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.json import finite, listed
from cockpit.core.levels import Instant, Seconds
from cockpit.core.review.gathering import Gathering
from cockpit.core.review.model import TIMES, Looked, Mode, Outcome, Rolled, WrongTurn
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import Effect, RunState
from cockpit.text import plural

OUTCOMES: Final[Mapping[str, Outcome]] = {"complete": "complete", "partial": "partial", "failed": "failed"}
TAKEN_BACK: Final[Mapping[Outcome, str]] = {
    "complete": "taken back",
    "partial": "partly taken back",
    "failed": "could not be taken back",
    "not finished": "taking it back is not finished",
}
STOPPED: Final = {
    RunState.ABORTED: "stopped",
    RunState.ABORTED_DIRTY: "stopped, and something stayed as it was",
}
OF_DRILL: Final = {
    "detect": "detected",
    "owner": "owner",
    "first_action": "first_action",
    "recovery": "recovered",
}
"""What a drill calls these times."""


def looked_at(
    incident: Incident, gathered: Gathering, rules: IncidentRules, mode: Mode, now: Instant
) -> Looked:
    record = gathered.record
    end = now if incident.resolved_at is None else incident.resolved_at
    facts = gathered.between(min(incident.began_at, incident.declared_at), end)
    mine = [run for run in record.runs.values() if _belongs(run, incident, now)]
    reached = milestones(incident, facts, mine, now)
    names = {run.id for run in mine}
    flips = (story.standing or story.last for story in record.flips.open())
    return Looked(
        incident.id,
        incident.title,
        mode,
        incident.declared_at,
        times(reached),
        incident.severity,
        reached,
        incident.is_open,
        tuple(_wrong(mine, gathered.held)),
        incident.reopened,
        tuple(_rolled(mine)),
        tuple(
            f"{flip.key}@{flip.env}"
            for flip in flips
            if flip is not None
            and (flip.incident or (incident.id if during(incident, flip.at, now) else "")) == incident.id
        ),
        tuple(
            each.title
            for each in record.obligations
            if each.incident == incident.id or (each.run and each.run in names)
        ),
        overdue(incident, facts, rules, now),
        notes=tuple(_notes(incident, reached, facts, now)),
    )


def times(reached: Milestones) -> dict[str, Seconds | None]:
    """From the true beginning; without one nothing can be counted from it."""
    at = (
        reached.detected,
        reached.owner,
        reached.first_update,
        reached.first_action,
        reached.mitigated,
        reached.recovered,
    )
    begin = reached.began
    return {
        name: None if begin is None or each is None else round(max(0.0, each - begin), 3)
        for name, each in zip(TIMES, at, strict=True)
    }


def _belongs(run: Run, incident: Incident, now: Instant) -> bool:
    if run.parent:
        return False
    return run.incident == incident.id or (not run.incident and during(incident, run.started_at, now))


def _wrong(runs: Iterable[Run], held: Mapping[str, int]) -> Iterator[WrongTurn]:
    for run in runs:
        told = [*_taken_back(run)]
        if run.state in STOPPED:
            told.append(STOPPED[run.state])
        if run.id in held:
            told.append(f"held {plural(held[run.id], 'time')}")
        if told:
            yield WrongTurn(run.id, run.runbook.title or run.runbook.id, ", ".join(told))


def _taken_back(run: Run) -> Iterator[str]:
    if rolled := _outcome(run):
        yield TAKEN_BACK[rolled]
    elif back := sum(one.effect is Effect.REVERTED for one in run.executions):
        yield f"{plural(back, 'step')} taken back"


def _outcome(run: Run) -> Outcome | None:
    """None: nobody took the run as a whole back."""
    if run.rollback:
        return OUTCOMES.get(run.rollback, "not finished")
    return "not finished" if run.undo is not None and run.undo.all_of_it else None


def _rolled(runs: Iterable[Run]) -> Iterator[Rolled]:
    for run in runs:
        if outcome := _outcome(run):
            yield Rolled(run.id, run.runbook.title or run.runbook.id, outcome)


def _notes(incident: Incident, reached: Milestones, facts: Sequence[Fact], now: Instant) -> Iterator[str]:
    if reached.began is None:
        yield "when it began is not known: nothing seemed wrong when it was declared"
    gaps = [fact for fact in facts if fact.kind == "journal.gap" and during(incident, fact.at, now)]
    if gaps:
        yield "the record has gaps, so something may have happened sooner"
    if incident.left:
        yield f"{plural(len(incident.left), 'thing')} left when it was resolved"


def drilled(fact: Fact) -> Looked:
    """The result of a drill; its times count from the moment at which the scenario went wrong."""
    body = cast("Mapping[str, Any]", fact.body)
    told = body.get("times")
    told = told if isinstance(told, Mapping) else {}
    scenario = str(body.get("scenario") or body.get("runbook") or "a drill")
    passed = body.get("passed")
    return Looked(
        scenario,
        str(body.get("title") or scenario),
        "drill",
        fact.at,
        {name: _positive(told.get(OF_DRILL[name])) if name in OF_DRILL else None for name in TIMES},
        wrong=tuple(_turns(body)),
        rollbacks=tuple(_rollbacks(body)),
        passed=passed if isinstance(passed, bool) else None,
    )


def _positive(value: object) -> Seconds | None:
    found = finite(value)
    return None if found is None or found < 0 else found


def _turns(body: Mapping[str, Any]) -> Iterator[WrongTurn]:
    for each in listed(body.get("wrong_turns")):
        if isinstance(each, Mapping):
            kind, why = str(each.get("kind", "")), str(each.get("why") or "")
            yield WrongTurn("", str(each.get("what", "")), why or kind)


def _rollbacks(body: Mapping[str, Any]) -> Iterator[Rolled]:
    for each in listed(body.get("runs")):
        if isinstance(each, Mapping) and each.get("rollback"):
            outcome = OUTCOMES.get(str(each["rollback"]), "not finished")
            yield Rolled(str(each.get("run", "")), str(each.get("runbook", "")), outcome)
