"""Runbooks as a list: what they are for, how much of them can be taken back, how far they are rehearsed."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.core.model import Model
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.runbook.actions import Manual
from cockpit.core.runbook.model import Reach, Runbook
from cockpit.core.runbook.told import undo_words
from cockpit.views import rehearsed

SCHEMA = "cockpit.runbooks/v1"


def coverage(runbook: Runbook) -> tuple[int, int]:
    """(steps that write and have an undo, steps that write)"""
    writes = [step for step in runbook.steps if step.reach is not Reach.READ]
    return sum(undo_words(step)[0] for step in writes), len(writes)


def coverage_words(runbook: Runbook) -> str:
    can, writes = coverage(runbook)
    if not writes:
        return "changes nothing" if _changes_nothing(runbook) else "what it changes nobody has said"
    if can == writes:
        return "all of it can be undone"
    return f"{can} of {writes} can be undone" if can else "cannot be undone"


def _changes_nothing(runbook: Runbook) -> bool:
    """What a person is to type by hand may change anything, whatever nobody has written about it."""
    typed = any(isinstance(step.action, Manual) and step.action.command for step in runbook.steps)
    return runbook.status != "draft" and not typed


def coverage_short(runbook: Runbook) -> str:
    """The same for a column."""
    can, writes = coverage(runbook)
    if not writes:
        return "changes nothing" if _changes_nothing(runbook) else "undo not known"
    return f"{'all' if can == writes else 'none' if not can else f'{can} of {writes}'} undoable"


def lines(model: Model, grades: Mapping[str, BookGrades]) -> list[str]:
    books = sorted(model.books.values(), key=lambda each: each.id)
    if not books:
        return ["no runbooks: write runbooks/NAME.yaml beside the configuration"]
    widest = max(len(each.id) for each in books)
    said = []
    for each in books:
        draft = " (draft)" if each.status == "draft" else ""
        told = rehearsed.of(each, grades[each.id])
        how = filter(None, (coverage_words(each), told.short, told.who))
        said.append(f"{each.id:{widest}}  {each.title}{draft}; {'; '.join(how)}")
    return said


def document(model: Model, grades: Mapping[str, BookGrades]) -> dict[str, object]:
    return {"schema": SCHEMA, "runbooks": [_entry(each, grades[each.id]) for each in model.books.values()]}


def _entry(runbook: Runbook, grades: BookGrades) -> dict[str, object]:
    can, writes = coverage(runbook)
    return {
        "id": runbook.id,
        "title": runbook.title,
        "status": runbook.status,
        "services": list(runbook.services),
        "owner": runbook.owner or None,
        "target": runbook.target or None,
        "digest": runbook.digest,
        "undo": {"can": can, "of": writes},
        "rehearsal": rehearsed.document(rehearsed.of(runbook, grades)),
        "file": runbook.file,
    }
