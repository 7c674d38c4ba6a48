"""The one place where the state changes: `update` says what is so after an event, and what we want done."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

from cockpit.core import health
from cockpit.core.access import Person, locked
from cockpit.core.actions import Act, Action, AuditNow, NoteRefusal, RecordDecision
from cockpit.core.events import (
    AlertsSeen,
    AuditAsked,
    Audited,
    ChangesSeen,
    CompanySeen,
    DegradationMarked,
    Denied,
    Event,
    FlagsRead,
    HistoryProgressed,
    IncidentActed,
    IntegrityAttested,
    JournalFailed,
    LooksSeen,
    ModelRejected,
    ModelReloaded,
    ModesSeen,
    OncallSeen,
    PastSeen,
    PlanReady,
    PollClosed,
    PollReplayed,
    Reasoned,
    RecordGrew,
    RecordRead,
    Refused,
    Reported,
    Rewarmed,
    RoleLearned,
    RunHeard,
    Sampled,
    ServiceAcknowledged,
    SilencesSeen,
    SourceAnswered,
    SourceFailed,
    SwitchesSeen,
    WatchSeen,
)
from cockpit.core.model import Model
from cockpit.core.state import Picture, Record, State
from cockpit.core.update_decisions import decided
from cockpit.core.update_model import limited, rejected, reloaded
from cockpit.core.update_poll import closed, reasoned, replayed, rewarmed
from cockpit.core.update_record import grown, read
from cockpit.core.update_sources import answered, failed, listed
from cockpit.core.update_stage import staged
from cockpit.core.update_switches import looked
from cockpit.core.update_timeline import refusal, told
from cockpit.core.wanted import Wanted

Mode: TypeAlias = Literal["live", "demo", "replay", "drill"]


def initial(
    model: Model,
    mode: Mode = "live",
    *,
    readonly: bool = False,
    record: Record | None = None,
    me: Person | None = None,
) -> State:
    """Before anything was seen: everything that is measured is unknown."""
    me = me or Person()
    blank = health.fresh(model)
    picture = Picture(blank, blank.graph.slots, sources=listed(model, mode))
    known = locked(me) if readonly else me
    return State(model, record or Record(), picture, mode, readonly or bool(me.only_looks), me=known)


def update(state: State, event: Event) -> tuple[State, tuple[Action, ...]]:
    """`state` after `event`. Total: whatever cannot be, or comes too late, changes nothing."""
    match event:
        case PollClosed():
            return closed(state, event)
        case PollReplayed():
            return replayed(state, event)
        case Rewarmed():
            return rewarmed(state, event)
        case ModelReloaded():
            return reloaded(state, event)
        case DegradationMarked() | IntegrityAttested() | ServiceAcknowledged():
            return decided(state, event), (RecordDecision(event),)
        case IncidentActed():
            return state, (RecordDecision(event),)
        case RoleLearned(role):
            return limited(state, role), ()
        case Denied():
            return state, (NoteRefusal(event),)
        case AuditAsked():
            return state, (AuditNow(),)
        case RecordGrew():
            return grown(state, event), ()
        case RecordRead():
            return read(state, event), ()
        case _ if isinstance(event, Wanted):
            return state, (Act(event),)
        case _:
            return replace(state, picture=_seen(state, event)), ()


def _seen(state: State, event: Event) -> Picture:
    """The picture after an observation that leads to nothing else."""
    match event:
        case Sampled() | FlagsRead() | ModesSeen() | ChangesSeen() | AlertsSeen():
            return staged(state, event)
        case SourceAnswered():
            return answered(state, event)
        case SourceFailed():
            return failed(state, event)
        case Reasoned():
            return reasoned(state, event)
        case HistoryProgressed(share):
            return replace(state.picture, history_share=share)
        case ModelRejected():
            return rejected(state.picture, event)
        case JournalFailed(reason, at):
            since = (state.picture.journal_lost or at) if reason else None
            return replace(state.picture, journal_trouble=reason, journal_lost=since)
        case PlanReady(plan):
            return replace(state.picture, plan=plan)
        case RunHeard(run, live):
            return replace(state.picture, live={**state.picture.live, run: live})
        case SwitchesSeen():
            return looked(state, event)
        case SilencesSeen(source, silences):
            return replace(state.picture, silences={**state.picture.silences, source: silences})
        case PastSeen(capability, past, generation):
            if generation != state.generation:
                return state.picture
            return replace(state.picture, past={**state.picture.past, capability: past})
        case LooksSeen(looks):
            return replace(state.picture, looks=looks)
        case WatchSeen(runs):
            return replace(state.picture, watched=runs)
        case CompanySeen(company):
            return replace(state.picture, company=company)
        case OncallSeen(team):
            return replace(state.picture, oncall={**state.picture.oncall, team: event})
        case Audited():
            return replace(state.picture, audited=event)
        case Reported():
            return replace(state.picture, reported=event)
        case Refused():
            return replace(told(state.picture, refusal(event)), refused=event)
        case _:
            return state.picture
