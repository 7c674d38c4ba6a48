"""What came on record, ours or others', folded into the record: the one door for everything that lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from cockpit.core.decisions import decision_of
from cockpit.core.events import IntegrityAttested, RecordGrew, RecordRead
from cockpit.core.flips import OUTCOMES
from cockpit.core.flips import folded as flipped
from cockpit.core.journal import Fact, Recorded
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.work import FlagOutcome
from cockpit.core.state import Entry, Obligation, Picture, Record, State
from cockpit.core.update_decisions import recorded
from cockpit.core.update_timeline import act, told

FLIPS = {"kill": "kills", "restore": "restores", "set": "sets"}


def grown(state: State, event: RecordGrew) -> State:
    """Records in their order; one that is known already changes nothing."""
    record, picture = state.record, state.picture
    news = [each for each in event.records if each.seq > record.seq]
    for each in news:
        record = remembered(record, each)
    picture = replace(
        told(picture, *_entries(news, record)), vouched=picture.vouched | _vouched(picture, news)
    )
    return replace(state, record=record, picture=picture)


def read(state: State, event: RecordRead) -> State:
    """Only at the start: whoever has folded more already keeps it."""
    if state.record.seq >= event.record.seq:
        return state
    judged = state.picture.health.at
    since = {service for service, at in event.record.attested.items() if judged is not None and at <= judged}
    picture = told(state.picture, *_entries(event.lately, event.record))
    picture = replace(picture, vouched=picture.vouched | since)
    return replace(state, record=event.record, picture=picture)


def remembered(record: Record, news: Recorded) -> Record:
    """`record` after one fact. Knows nothing of the picture, so that every replay agrees."""
    fact = news.fact
    record = replace(record, seq=news.seq)
    if decision := decision_of(fact):
        return recorded(record, decision)
    if fact.kind.startswith("obligation."):
        record = replace(record, obligations=_obligations(record.obligations, fact))
    if fact.kind.startswith("flag."):
        record = replace(record, flips=flipped(record.flips, news))
    if not fact.run:
        return record
    run = folded(record.runs.get(fact.run), news)
    return replace(record, runs={**record.runs, fact.run: run}) if run else record


def _obligations(known: tuple[Obligation, ...], fact: Fact) -> tuple[Obligation, ...]:
    body: Any = fact.body
    title = str(body.get("title", ""))
    if fact.kind == "obligation.closed":
        return tuple(each for each in known if (each.title, each.run) != (title, fact.run))
    within = body.get("expires_in")
    expires = fact.at + float(within) if within is not None else None
    opened = Obligation(title, str(body.get("owner", "")), fact.at, fact.run, fact.step, expires)
    return (*known, opened)


def _vouched(picture: Picture, news: Iterable[Recorded]) -> frozenset[str]:
    """Attestations that came on record only after a poll later than they are: the next poll honours them."""
    judged = picture.health.at
    decisions = (decision_of(each.fact) for each in news)
    return frozenset(
        one.service
        for one in decisions
        if isinstance(one, IntegrityAttested) and judged is not None and one.at <= judged
    )


# The timeline


def _entries(news: Iterable[Recorded], record: Record) -> Iterator[Entry]:
    for each in news:
        fact = each.fact
        if decision := decision_of(fact):
            yield act(decision)
        elif text := _told(fact, record.runs.get(fact.run)):
            yield Entry(fact.at, "act", fact.run or str(fact.body.get("key", "")), text)


def _told(fact: Fact, run: Run | None) -> str:
    """The few facts of a run that tell its story; empty for the others."""
    body: Any = fact.body
    title = run.runbook.title if run else fact.run
    step = (run.step(fact.step) if run else None) or None
    name = step.title if step else fact.step
    match fact.kind:
        case "run.started":
            return f"{fact.actor} started {title}"
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
        case "flag.requested":
            return f"{fact.actor} {FLIPS.get(str(body.get('kind')), 'sets')} {_flag(body)}"
        case "flag.settled":
            return f"{_flag(body)}: {_outcome(body)}"
        case "approval.granted":
            return f"{fact.actor} approved {name}"
        case "approval.broken_glass":
            return f"{fact.actor} went on without a second person: {body.get('reason', '')}"
        case "journal.gap":
            lost = ", ".join(map(str, body.get("runs", ())))
            return f"the record does not know {lost}: {body.get('why', '')}"
        case "access.refused":
            return f"refused: {body.get('what', '')}: {body.get('why', '')}"
    return ""


def _flag(body: Any) -> str:
    return "@".join(str(body[each]) for each in ("key", "env") if body.get(each))


def _outcome(body: Any) -> str:
    try:
        said = OUTCOMES[FlagOutcome(str(body.get("outcome")))]
    except ValueError:
        said = OUTCOMES[FlagOutcome.UNKNOWN]
    return f"{said} ({body['reason']})" if body.get("reason") else said


def needs_somebody(run: Run) -> bool:
    """Not over, so that somebody has to see it through."""
    return not run.final and not run.parent
