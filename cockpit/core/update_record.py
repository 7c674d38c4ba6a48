"""What came on record, ours or others', folded into the record: the one door for everything that lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from cockpit.core.checkpoint import KIND as CHECKPOINT
from cockpit.core.decisions import decision_of
from cockpit.core.events import IntegrityAttested, RecordGrew, RecordRead
from cockpit.core.flips import folded as flipped
from cockpit.core.incident.fold import folded as told_of
from cockpit.core.incident.story import subject_of
from cockpit.core.incident.story import told as story_of
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import finite, is_deep
from cockpit.core.rehearsal.remembering import of_run, with_more
from cockpit.core.reminded import folded as of_watch
from cockpit.core.runbook.fold import folded
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.states import Phase
from cockpit.core.state import Entry, Obligation, Picture, Record, State
from cockpit.core.update_decisions import recorded
from cockpit.core.update_timeline import act, told

SETTLED = frozenset({"step.settled", "undo.settled"})
"""Facts after which a run is evidence of one part more."""


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
    """`record` after one fact. Knows nothing of the picture, so that every replay agrees.

    A body so deep that it could not be kept in a checkpoint is none of ours, and changes nothing.
    """
    fact = news.fact
    if fact.kind != CHECKPOINT and is_deep(fact.body):
        return replace(record, seq=news.seq)
    record = _of_incidents(replace(record, seq=news.seq), news)
    if decision := decision_of(fact):
        return recorded(record, decision)
    if fact.kind.startswith("obligation."):
        record = replace(record, obligations=_obligations(record.obligations, fact))
    if fact.kind.startswith("watch."):
        return replace(record, reminded=of_watch(record.reminded, fact))
    if fact.kind.startswith("flag."):
        record = replace(record, flips=flipped(record.flips, news))
    if not fact.run:
        return record
    known = record.runs.get(fact.run)
    run = folded(known, news)
    if run is None:
        return record
    evidence = record.evidence
    if fact.kind in SETTLED and run is not known:
        phase = Phase.UNDO if fact.kind.startswith("undo") else Phase.DO
        evidence = with_more(
            evidence, of_run(run, Key(fact.step, fact.visit, fact.attempt, phase), fact.actor)
        )
    return replace(record, runs={**record.runs, fact.run: run}, evidence=evidence)


def _of_incidents(record: Record, news: Recorded) -> Record:
    """A line of a story names the run by what it was before this fact; a start brings its own title."""
    fact = news.fact
    if not record.incidents and not fact.incident:
        return record
    run = record.runs.get(fact.run) if fact.run else None
    if fact.kind == "run.started":
        run = folded(None, news)
    incidents = told_of(record.incidents, news, run)
    return record if incidents is record.incidents else replace(record, incidents=incidents)


def _obligations(known: tuple[Obligation, ...], fact: Fact) -> tuple[Obligation, ...]:
    body: Any = fact.body
    title = str(body.get("title", ""))
    if fact.kind == "obligation.closed":
        return tuple(each for each in known if (each.title, each.run) != (title, fact.run))
    within = finite(body.get("expires_in"))
    expires = fact.at + within if within is not None else None
    owner = str(body.get("owner", ""))
    opened = Obligation(title, owner, fact.at, fact.run, fact.step, expires, fact.incident)
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

SEEN = frozenset({"level.observed", "change.observed"})
"""What the picture tells by itself."""


def _entries(news: Iterable[Recorded], record: Record) -> Iterator[Entry]:
    for each in news:
        fact = each.fact
        if decision := decision_of(fact):
            yield act(decision)
        elif fact.kind not in SEEN and (text := story_of(fact, record.runs.get(fact.run))):
            yield Entry(fact.at, "act", fact.incident or subject_of(fact), text)


def needs_somebody(run: Run) -> bool:
    """Not over, so that somebody has to see it through."""
    return not run.final and not run.parent
