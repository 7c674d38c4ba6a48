"""A poll is judged once, when it is complete: health moves, and what changed is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cockpit.core import health
from cockpit.core.actions import Action, ReasonAgain
from cockpit.core.events import PollClosed, PollReplayed, Reasoned, Rewarmed
from cockpit.core.health.advance import CHANGES_KEPT
from cockpit.core.health.severity import suggest
from cockpit.core.health.state import Health
from cockpit.core.levels import Instant
from cockpit.core.poll import FAILED, Change, Poll, Samples, Stage
from cockpit.core.slots import Slots
from cockpit.core.state import Picture, State
from cockpit.core.update_decisions import attested_between, declared_marks, marked_at
from cockpit.core.update_stage import in_order
from cockpit.core.update_timeline import merged, spread_entries, told, what_moved

SILENT = "no answer before the poll was closed"


def closed(state: State, event: PollClosed) -> tuple[State, tuple[Action, ...]]:
    """Judge what is on the stage. A poll of an older generation, or out of time, is dropped."""
    if event.generation != state.generation:
        return state, ()
    picture = state.picture
    stage = picture.stage
    state = replace(state, picture=replace(picture, stage=Stage(), troubles=_troubles(stage, picture.slots)))
    return _judged(state, stage.close(event.at), declared_marks(state.model, state.record.marked))


def replayed(state: State, event: PollReplayed) -> tuple[State, tuple[Action, ...]]:
    """The same with a whole poll. What people had marked by then counts; what they did later does not."""
    marks = declared_marks(state.model, marked_at(state.record, event.poll.at))
    return _judged(state, event.poll, marks)


def _judged(state: State, poll: Poll, marks: frozenset[tuple[str, str]]) -> tuple[State, tuple[Action, ...]]:
    picture = state.picture
    before, last = picture.health, _last(picture)
    if last is not None and poll.at <= last:
        return state, ()
    poll = replace(
        poll,
        modes=poll.modes | marks,
        reconciled=poll.reconciled | attested_between(state.record, last, poll.at) | picture.vouched,
        changes=_news(poll, before),
    )
    after = health.advance(before, poll)
    moved = what_moved(before, after, poll, first=last is None)
    answered = {**picture.answered, **_answers(poll)}
    seen = replace(picture, health=after, last_poll=poll, answered=answered, vouched=frozenset())
    return replace(state, picture=told(seen, *moved)), (ReasonAgain(),)


def _answers(poll: Poll) -> dict[int, tuple[Instant, Samples]]:
    """Of the templates that were answered at all."""
    return {
        number: (poll.at, samples)
        for number, samples in poll.samples.items()
        if samples.answer.count(FAILED) < len(samples)
    }


def _last(picture: Picture) -> Instant | None:
    """When a poll was last judged, also by a health that has been replaced since."""
    times = [picture.health.at, picture.last_poll.at if picture.last_poll else None]
    return max((at for at in times if at is not None), default=None)


def _news(poll: Poll, before: Health) -> tuple[Change, ...]:
    """Changes that were not told yet. Health forgets old ones: repeated, they are no news."""
    known = {(change.service, change.at, change.what) for change in before.changes}
    return tuple(
        one
        for one in in_order(poll.changes)
        if (one.service, one.at, one.what) not in known and one.at >= poll.at - CHANGES_KEPT
    )


def _troubles(stage: Stage, slots: Slots) -> Mapping[int, str]:
    """Why templates have no answer, by number: what their source said, or that it said nothing."""
    silent = {one.number: SILENT for one in slots.templates if one.number not in stage.samples}
    return {**silent, **{int(number): trouble for number, trouble in stage.trouble.items()}}


def reasoned(state: State, event: Reasoned) -> Picture:
    """Suspects and spread beside newer levels; they carry the time of the poll they were computed on."""
    picture, result = state.picture, event.health
    if event.generation != state.generation or result.reasoned_at is None:
        return picture
    if _later(picture.health.reasoned_at, result.reasoned_at):
        return picture
    after = _with_reasons(picture.health, result)
    # While history is loading the verdict is a guess that the swap will correct.
    news = spread_entries(picture.health, after) if picture.history_share == 1.0 else ()
    return told(replace(picture, health=after), *news)


def _with_reasons(levels: Health, reasons: Health) -> Health:
    """The levels of one and the suspects of the other: reasoning takes longer than a poll may."""
    both = replace(
        levels,
        suspects=reasons.suspects,
        broken=reasons.broken,
        spread=reasons.spread,
        reasoned_at=reasons.reasoned_at,
    )
    return replace(both, severity=suggest(both))


def rewarmed(state: State, event: Rewarmed) -> tuple[State, tuple[Action, ...]]:
    """Swap in a health that has seen the minutes before us; without our last poll it would turn time back."""
    picture, warm = state.picture, event.health
    if event.generation != state.generation:
        return state, ()
    if warm.at is None:
        blank = replace(picture, health=warm, stage=Stage(), last_poll=None, answered={})
        return replace(state, picture=blank), ()
    if _later(_last(picture), warm.at):
        return state, ()
    if picture.health.reasoned_at is not None:  # until they are computed anew
        warm = _with_reasons(warm, picture.health)
    timeline = merged(picture.timeline, event.timeline)
    answered = {**event.answered, **picture.answered}
    picture = replace(picture, health=warm, timeline=timeline, answered=answered)
    return replace(state, picture=picture), (ReasonAgain(),)


def _later(ours: Instant | None, theirs: Instant) -> bool:
    return ours is not None and ours > theirs
