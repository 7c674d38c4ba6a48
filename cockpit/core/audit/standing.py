"""What an audit goes by as things stand, and what tells that it would come out otherwise by now."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

from cockpit.core.audit.survey import Known
from cockpit.core.levels import Shown
from cockpit.core.rehearsal.drilled import LastDrill
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.same import Same
from cockpit.core.state import State

NONE: Final[Mapping[str, LastDrill]] = {}


def known_of(state: State, drills: Mapping[str, LastDrill] = NONE) -> Known:
    """Nobody is asked: who calls whom in fact stays open."""
    model, record, health = state.model, state.record, state.health
    blind = (node.name for node in health.services() if node.level is Shown.UNKNOWN and not node.idle)
    return Known(
        health.graph,
        grades_of(state),
        (*model.evidence, *record.evidence),
        drills,
        tuple(record.incidents.values()),
        blind=frozenset(blind) if health.at is not None else None,
    )


def basis_of(state: State) -> Hashable:
    """Quick to ask ten times a second. How all is now is left out: it tells little of how they are built."""
    incidents = tuple((each.id, len(each.touched)) for each in state.record.incidents.values())
    return Same(state.model), Same(state.record.evidence), incidents
