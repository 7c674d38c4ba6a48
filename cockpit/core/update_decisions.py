"""What people decide: folded into the record, and when it counts for the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cockpit.core.access import CONFIGURED, STARTED, hint
from cockpit.core.events import (
    Decision,
    DegradationMarked,
    IncidentActed,
    IntegrityAttested,
    ServiceAcknowledged,
)
from cockpit.core.health import readings
from cockpit.core.health.state import Health
from cockpit.core.incident.objections import objection as against_saying
from cockpit.core.levels import Instant, Integrity, Kind, Level
from cockpit.core.model import Capability, Degradation, Model, Service
from cockpit.core.state import Acknowledgement, Record, State
from cockpit.core.update_timeline import act, told

KEPT = 200
"""Decisions that the record keeps in full; their effect stays for ever."""


def decided(state: State, decision: Decision) -> State:
    """The state once `decision` is on record. Knows nothing of the picture, so that replays agree."""
    return replace(state, record=recorded(state.record, decision), picture=told(state.picture, act(decision)))


def recorded(record: Record, decision: Decision) -> Record:
    record = replace(record, decisions=(*record.decisions, decision)[-KEPT:])
    match decision:
        case DegradationMarked(node, mode, on):
            mark = frozenset({(node, mode)})
            return replace(record, marked=record.marked | mark if on else record.marked - mark)
        case IntegrityAttested(service, at=at):
            return replace(record, attested={**record.attested, service: at})
        case ServiceAcknowledged(service, actor, at, on):
            others = {name: ack for name, ack in record.acknowledged.items() if name != service}
            mine = {service: Acknowledgement(actor, at)} if on else {}
            return replace(record, acknowledged={**others, **mine})
        case IncidentActed():  # folded as the fact that it is
            return record


def objection(state: State, decision: Decision) -> str | None:
    """Why `decision` may not even be asked for, in words for the person; None: nothing against it."""
    if state.readonly:
        if state.me.only_looks:
            return f"{state.me.only_looks}; {hint(state.me)}"
        return CONFIGURED if state.model.access.readonly else STARTED
    match decision:
        case DegradationMarked(node, mode):
            return against_mark(state.model, node, mode)
        case IntegrityAttested(service):
            return _against_attest(state.health, service)
        case ServiceAcknowledged(service):
            return None if service in state.health.graph.index else f"there is no '{service}'"
        case IncidentActed(fact):
            return against_saying(state.record.incidents, state.model.incident, fact)


def against_mark(model: Model, node: str, mode: str) -> str | None:
    """Why a person may not mark this mode; None: nothing against it."""
    state = next((each for owner, each in _states(model) if (owner, each.name) == (node, mode)), None)
    if state is None:
        return f"'{node}' has no degradation state '{mode}'"
    return None if state.manual else f"'{mode}' cannot be marked by hand: whether it is active is seen"


def _against_attest(health: Health, service: str) -> str | None:
    if service not in health.graph.index:
        return f"there is no '{service}'"
    if health.node(service).integrity is not Integrity.BREACHED:
        return f"the data of {service} is not known to be wrong"
    still = [
        reading.signal.name
        for reading in readings(health, service)
        if reading.signal.kind is Kind.INTEGRITY
        and reading.level is not None
        and reading.level >= Level.FAILING
    ]
    return f"{still[0]} is still {Level.FAILING.name} or worse: stop the writer first" if still else None


def declared_marks(model: Model, marked: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """The marks that the model of today still knows; the record may be older than the configuration."""
    if not marked:
        return marked
    return frozenset((owner, each.name) for owner, each in _states(model) if each.manual) & marked


def _states(model: Model) -> Iterator[tuple[str, Degradation]]:
    nodes: tuple[Service | Capability, ...] = (*model.services, *model.capabilities)
    return ((node.name, state) for node in nodes for state in node.degradations)


def marked_at(record: Record, at: Instant) -> frozenset[tuple[str, str]]:
    """The marks as they stood at `at`: later decisions are taken back, newest first."""
    marked = record.marked
    for decision in reversed(record.decisions):
        if isinstance(decision, DegradationMarked) and decision.at > at:
            mark = frozenset({(decision.node, decision.mode)})
            marked = marked - mark if decision.on else marked | mark
    return marked


def attested_between(record: Record, after: Instant | None, until: Instant) -> frozenset[str]:
    """Services vouched for since the poll before: each attestation counts in one poll only.

    A breach that begins later needs a new one.
    """
    return frozenset(
        service for service, at in record.attested.items() if at <= until and (after is None or at > after)
    )
