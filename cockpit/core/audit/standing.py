"""What an audit goes by as things stand, and what tells that it would come out otherwise by now."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

from cockpit.core.audit.survey import Known
from cockpit.core.rehearsal.drilled import LastDrill
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.same import Same
from cockpit.core.state import State

NONE: Final[Mapping[str, LastDrill]] = {}


def known_of(state: State, drills: Mapping[str, LastDrill] = NONE) -> Known:
    """Nobody is asked: who calls whom in fact, and what can be seen just now, stays open."""
    evidence = (*state.model.evidence, *state.record.evidence)
    incidents = tuple(state.record.incidents.values())
    return Known(state.health.graph, grades_of(state), evidence, drills, incidents)


def basis_of(state: State) -> Hashable:
    """Quick to ask ten times a second."""
    incidents = tuple((each.id, len(each.touched)) for each in state.record.incidents.values())
    return Same(state.model), Same(state.record.evidence), incidents
