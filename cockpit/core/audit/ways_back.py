"""Whether a service can be put back as it was: which runbook does it, and how much of that is proven."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from statistics import median

from cockpit.core.audit.survey import Survey
from cockpit.core.levels import Seconds
from cockpit.core.rehearsal.grades import BookGrades, Grade
from cockpit.core.runbook.actions import Notify
from cockpit.core.runbook.model import Reach, Runbook, Step
from cockpit.core.runbook.told import undo_words
from cockpit.text import age

FAST: Seconds = 900.0
"""For a runbook without a time budget: what takes longer is no fast way back."""
TAKES_BACK = frozenset({"kubectl-rollout-undo", "helm-rollback"})
"""Step presets that put an earlier release back."""


class Proof(IntEnum):
    """How much speaks for a way back, the least first."""

    NONE = 0
    """There is no way back, or it is known to be too slow."""
    UNTRIED = 1
    STALE = 2
    WALKED = 3
    UNTIMED = 4
    """Proven, but nobody knows how long it takes."""
    PROVEN = 5


@dataclass(frozen=True, slots=True)
class WayBack:
    proof: Proof
    runbook: str
    """Empty: there is none."""
    text: str
    """Of the runbook, without the service: `checkout-rollback was only walked through`."""
    seconds: Seconds | None = None


def way_back(survey: Survey, service: str) -> WayBack:
    """The best there is."""
    books = sorted(survey.books_of(service), key=lambda book: _distance(book, service))
    found = [way for book in books if (way := _way(survey, book))]
    if not found:
        return WayBack(Proof.NONE, "", "no runbook says how to take a change of it back")
    return max(found, key=lambda way: way.proof)  # the first of equals


def _distance(book: Runbook, service: str) -> tuple[bool, int]:
    """What takes a release back is nearest, then what is for this service before others."""
    at = book.services.index(service) if service in book.services else len(book.services)
    return not takes_a_release_back(book), at


def _way(survey: Survey, book: Runbook) -> WayBack | None:
    """None: it changes nothing, so it takes nothing back either."""
    if not any(step.reach is not Reach.READ for step in book.steps):
        return None
    grades = survey.grades_of(book)
    if takes_a_release_back(book):
        return _proof(book, grades, grades.grade, "step")
    if lost := next(without_undo(book), None):
        return WayBack(
            Proof.NONE, book.id, f"{book.id} cannot be taken back from '{lost[0].id}' on: {lost[1]}"
        )
    return _proof(book, grades, grades.undo or Grade.NEVER, "undo")


def takes_a_release_back(book: Runbook) -> bool:
    """Its steps are the way back themselves; of every other runbook the undo is."""
    return (
        "rollback" in book.tags
        or any(step.preset in TAKES_BACK for step in book.steps)
        or "rollback" in book.id.replace("roll-back", "rollback").split("-")
    )


def without_undo(book: Runbook) -> Iterator[tuple[Step, str]]:
    """Steps that write and cannot be undone, or no longer after a point of no return; and why."""
    sealed = dict(_sealed(book))
    for step in book.steps:
        if step.reach is Reach.READ or isinstance(step.action, Notify):  # what was told changes nothing
            continue
        can, how = undo_words(step)
        if not can:
            yield step, how.partition("; instead: ")[0]
        elif step.id in sealed:
            yield step, sealed[step.id]


def _sealed(book: Runbook) -> Iterator[tuple[str, str]]:
    for number, step in enumerate(book.steps):
        if (point := step.point_of_no_return) is not None:
            earlier = tuple(each.id for each in book.steps[:number])
            for id in earlier if point.seals is None else point.seals:
                yield id, point.reason


def _proof(book: Runbook, grades: BookGrades, grade: Grade, kind: str) -> WayBack:
    parts = grades.of_kind(kind)
    if failed := next((part for part in parts if part.failed), None):
        return WayBack(
            Proof.UNTRIED, book.id, f"{book.id} failed at '{failed.part.id}' when it was last done"
        )
    if grade is Grade.PROVEN:
        return _timed(book, [part.took for part in parts])
    if grade is Grade.WALKED:
        return WayBack(Proof.WALKED, book.id, f"{book.id} was only walked through, with simulated commands")
    if any(part.stale for part in parts):
        return WayBack(Proof.STALE, book.id, f"{book.id} has changed since it was last done")
    return WayBack(Proof.UNTRIED, book.id, f"nobody has ever tried the way back of {book.id}")


def _timed(book: Runbook, times: list[tuple[Seconds, ...]]) -> WayBack:
    limit = book.time_budget or FAST
    if not all(times):
        untimed = f"{book.id} is proven, but how long all of it takes was never measured"
        return WayBack(Proof.UNTIMED, book.id, untimed)
    took = sum(median(each) for each in times)
    if took > limit:
        return WayBack(
            Proof.NONE,
            book.id,
            f"{book.id} is proven and takes {age(took)}, more than the {age(limit)} it has",
            took,
        )
    return WayBack(Proof.PROVEN, book.id, f"{book.id} is proven and takes {age(took)}", took)
