"""The small shop with an incident on record: declared, thought about, and told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cockpit.core.events import RecordGrew
from cockpit.core.incident import words
from cockpit.core.incident.claims import claims
from cockpit.core.incident.model import Incident, Sent, Status
from cockpit.core.journal import Fact
from cockpit.core.levels import Severity
from cockpit.core.state import State
from cockpit.core.update import update
from tests.flips import sealed_in_order

from .shop import incident, now

ID = "INC-3"


def put(state: State, *facts: Fact) -> State:
    """`state` once they are on record."""
    records = [replace(each, seq=each.seq + state.record.seq) for each in sealed_in_order(facts)]
    return update(state, RecordGrew(tuple(records)))[0]


def declared(state: State, *facts: Fact, severity: Severity | None = Severity.SEV1) -> State:
    """A minute ago, by mara."""
    at = now(state) - 60
    return put(state, words.declared(ID, "Orders fail", severity, "mara", at, began_at=at - 60), *facts)


def scene(*facts: Fact) -> State:
    return declared(incident(120.0), *facts)


def one(state: State) -> Incident:
    return state.record.incidents[ID]


def told(
    state: State,
    audience: str = "customers",
    text: str = "it is bad",
    *,
    at: float | None = None,
    outcome: Sent = "sent",
    status: Status = "investigating",
    to: str = "chat",
) -> State:
    """An update that claims what is so in `state`; an empty `outcome`: no answer came."""
    when = now(state) if at is None else at
    says = claims(state, audience, one(state))
    op = f"op{when}{audience}{state.record.seq}"
    facts: Iterable[Fact] = [
        words.update_requested(
            ID, op, text, "mara", when, to=to, audience=audience, status=status, claims=says
        )
    ]
    if outcome:
        facts = [*facts, words.update_settled(ID, op, outcome, "", "mara", when)]
    return put(state, *facts)
