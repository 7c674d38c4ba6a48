"""How far each runbook is rehearsed as it stands: by files beside the configuration, and by this record."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.grades import BookGrades, graded
from cockpit.core.same import Same
from cockpit.core.state import State


def grades_of(state: State) -> Mapping[str, BookGrades]:
    """By runbook, all of the model; quick to ask again as long as nothing was loaded anew or settled."""
    return _graded(Same(state.model), Same(state.record.evidence))


@lru_cache(maxsize=2)
def _graded(model: Same[Model], evidence: Same[tuple[Evidence, ...]]) -> Mapping[str, BookGrades]:
    return graded(model.it, (*model.it.evidence, *evidence.it))
