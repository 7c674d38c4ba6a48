"""How far each runbook is rehearsed as it stands: by files beside the configuration, and by this record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import Evidence
from cockpit.core.rehearsal.grades import BookGrades, graded, graded_book
from cockpit.core.same import Same
from cockpit.core.state import State


def grades_of(state: State) -> Mapping[str, BookGrades]:
    """By runbook, all of the model; quick to ask again as long as nothing was loaded anew or settled."""
    return _graded(Same(state.model), Same(state.record.evidence))


@lru_cache(maxsize=2)
def _graded(model: Same[Model], evidence: Same[tuple[Evidence, ...]]) -> Mapping[str, BookGrades]:
    """A step that is settled grades one runbook anew; the files, which may be many, are gone through once."""
    here = _by_book(evidence.it)
    known = [id for id in here if id in model.it.books]
    return {**_by_files(model), **{id: _of(model, id, tuple(here[id])) for id in known}}


@lru_cache(maxsize=2)
def _by_files(model: Same[Model]) -> Mapping[str, BookGrades]:
    return graded(model.it, model.it.evidence)


@lru_cache(maxsize=2)
def _files_by_book(model: Same[Model]) -> Mapping[str, list[Evidence]]:
    return _by_book(model.it.evidence)


@lru_cache(maxsize=512)
def _of(model: Same[Model], id: str, here: tuple[Evidence, ...]) -> BookGrades:
    return graded_book(model.it.books[id], (*_files_by_book(model).get(id, ()), *here))


def _by_book(evidence: Iterable[Evidence]) -> Mapping[str, list[Evidence]]:
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for each in evidence:
        found[each.runbook].append(each)
    return found
