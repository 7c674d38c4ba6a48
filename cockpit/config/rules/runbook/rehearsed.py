"""What nobody has rehearsed: steps never done, or changed since (R14), and rollbacks never proven (R16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.config.rules.runbook.book import Book, StepAt
from cockpit.core.rehearsal.grades import BookGrades, Grade, Graded
from cockpit.errors import Finding

FOR_REAL: Final = "no sandbox has flags, requests or silences; take it back for real once, in a quiet hour"


def complaints(book: Book, grades: BookGrades) -> Iterator[Finding]:
    """By the files of evidence alone: what this machine has done for real is on no colleague's record."""
    steps = {step.id: step for step in book.steps}
    drill = f"cockpit drill --runbook {book.metadata.id}"
    walk = f"run `{drill} --evidence FILE`, with FILE in evidence/ beside the configuration"
    never = [one for one in grades.of_kind("step") if one.grade is Grade.NEVER]
    if never and not grades.is_rehearsed and not grades.stale:
        first = steps[never[0].part.step]
        yield book.say("R14", first.path, "the runbook has never been rehearsed", walk)
    else:
        for one in never:
            step = steps[one.part.step]
            yield book.say("R14", step.path, f"{step.name} {_never(one)}", walk)
    prove = f"take it back in `{drill} --target NAME`, on a target with sandbox: true"
    for one in grades.of_kind("undo"):
        if one.grade is not Grade.PROVEN:
            step = steps[one.part.step]
            back = step.part.rollback
            is_real = back is not None and not {"http", "flag", "silence", "notify"} & back.model_fields_set
            yield book.say("R16", step.path, _unproven(step, one), prove if is_real else FOR_REAL)


def _never(one: Graded) -> str:
    return "has changed since it was rehearsed" if one.stale else "has never been rehearsed"


def _unproven(step: StepAt, one: Graded) -> str:
    if one.stale:
        return f"{step.name} has changed since its rollback was rehearsed"
    if one.grade is Grade.WALKED:
        return f"the rollback of {step.name} was only simulated, never proven"
    return f"the rollback of {step.name} has never been proven"
