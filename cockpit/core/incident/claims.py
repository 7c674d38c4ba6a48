"""What an update claims, so that anybody can tell when it is no longer true; and what may not be said yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, cast, get_args

from cockpit.core.health.state import Node
from cockpit.core.incident.closing import unseen
from cockpit.core.incident.model import Incident
from cockpit.core.levels import Integrity, Shown
from cockpit.core.model import Audience
from cockpit.core.state import State
from cockpit.text import join_names

AudienceName: TypeAlias = Literal["internal", "customers", "leadership"]
AUDIENCES: Final = cast("tuple[AudienceName, ...]", get_args(AudienceName))
SEVERITY: Final = "severity"
SUSPECTS: Final = "suspects"
SPREAD: Final = "spread"
DATA: Final = "data"
CLOSE: Final = 0.1
"""Suspects whose scores are closer than this are named side by side."""
CALM: Final = frozenset({Shown.OK, Shown.AT_RISK})


def claims(state: State, audience: str, incident: Incident | None = None) -> Mapping[str, str]:
    """What an update of `audience` says now, by subject: a capability, `severity`, `data`, ...

    Levels are words of `Shown`. Customers hear of their own capabilities only, and never of what is merely
    at risk. Severity is that of `incident`. Numbers are no claims: they move, and carry their time.
    """
    customers = audience == "customers"
    found = {
        node.name: (Shown.OK if customers and node.level in CALM else node.level).value
        for node in _of_interest(state, customers)
    }
    if customers:
        return found
    if incident is not None and incident.severity is not None:
        found[SEVERITY] = incident.severity.value
    found[DATA] = _data(state.health.services())
    if audience == "internal":
        found[SUSPECTS] = _suspects(state)
        found[SPREAD] = state.health.spread.verdict.value if _reasoned(state) else "unknown"
    return found


def _of_interest(state: State, customers: bool) -> Iterable[Node]:
    audiences = {each.name: each.audience for each in state.model.capabilities}
    for node in state.health.capabilities():
        if not customers or audiences.get(node.name) is Audience.CUSTOMERS:
            yield node


def _data(services: Iterable[Node]) -> str:
    wrong = [node.name for node in services if node.integrity is Integrity.BREACHED]
    return f"wrong in {join_names(wrong)}" if wrong else "not known to be wrong"


def _suspects(state: State) -> str:
    """The first, or the first two while nothing tells them apart; in the order of their names."""
    if not _reasoned(state):
        return "unknown"
    first = state.health.suspects[:1]
    near = [each for each in state.health.suspects[1:2] if first[0].score - each.score < CLOSE]
    return " or ".join(sorted(each.service for each in (*first, *near))) or "nobody"


def _reasoned(state: State) -> bool:
    return state.health.reasoned_at is not None


def refusal(state: State, incident: Incident, status: str) -> str:
    """Why `status` may not be said now; empty: it may. Nobody says that it is over without seeing it."""
    if status != "resolved":
        return ""
    if state.health.at is None:
        return "“resolved” is not said yet: nothing has been seen so far"
    titles = {each.name: each.title or each.name for each in state.model.capabilities}
    missing = [each.subject for each in unseen(state, incident)]
    # What the business can do before what it is made of.
    named = [titles[each] for each in missing if each in titles]
    named += [each for each in missing if each not in titles]
    return f"“resolved” is not said while nobody can see how it is: {join_names(named, 6)}" if named else ""
