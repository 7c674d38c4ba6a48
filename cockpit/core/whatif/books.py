"""Which runbooks would be proposed, how long they take, and where there is no way back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cockpit.core.health.graph import Graph
from cockpit.core.levels import FailureClass, Level, Seconds
from cockpit.core.model import RunbookCard, Service
from cockpit.core.rehearsal.grades import BookGrades, Grade
from cockpit.core.runbook.actions import Notify
from cockpit.core.runbook.model import Reach, Runbook, Step
from cockpit.core.runbook.told import undo_words
from cockpit.core.whatif.outcome import Outcome

CLASS_OF: Mapping[Level, FailureClass] = {
    Level.DOWN: FailureClass.UNAVAILABLE,
    Level.FAILING: FailureClass.DEGRADATION,
    Level.DEGRADED: FailureClass.DEGRADATION,
}
"""The way of failing that a level alone suggests; delay, throttling and the like nobody can read from it."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """A moment after which something cannot be taken back. `after` counts from the start of the run."""

    step: str
    reason: str
    after: Seconds | None = None
    """None: how long the steps before it take is not known."""
    reversible_for: Seconds | None = None
    """It can be undone for so long after it is done; None: not any more from then on."""


@dataclass(frozen=True, slots=True)
class Way:
    """A runbook that fits, with what is known of it."""

    id: str
    title: str
    fit: int
    reason: str
    of: tuple[str, ...] = ()
    """The chosen ones that it names or fits; empty: it helps others through."""
    draft: bool = False
    grade: Grade = Grade.NEVER
    undo: Grade | None = None
    stale: bool = False
    half: Seconds | None = None
    """Expected time of all its steps, half of the times; None: some step has none."""
    mostly: Seconds | None = None
    """The same, 19 times of 20."""
    learned: bool = False
    """Some of that was measured in rehearsals and runs, not declared."""
    untimed: tuple[str, ...] = ()
    """Steps for which nobody said how long they take."""
    budget: Seconds | None = None
    decide_after: Seconds | None = None
    decide_what: str = ""
    approvers: tuple[str, ...] = ()
    """Who has to agree to some step of it; empty with `approved`: anybody else."""
    approved: bool = False
    no_undo: tuple[str, ...] = ()
    """Steps that change something and cannot be taken back."""
    seals: tuple[Sealing, ...] = ()

    @property
    def over_budget(self) -> bool:
        return self.mostly is not None and self.budget is not None and self.mostly > self.budget


def ways(graph: Graph, asked: Outcome, grades: Mapping[str, BookGrades]) -> tuple[Way, ...]:
    """Best fit first, ties by name: as Do next would rank them, with no alert to go by."""
    model = graph.model
    found = []
    for card in model.runbooks:
        reasons = list(_reasons(graph, asked, card))
        if reasons:
            fit, reason, _ = max(reasons, key=lambda each: each[0])
            of = tuple(name for _, _, name in reasons if name)
            graded = grades.get(card.id, BookGrades(card.id))
            points = fit - (graded.grade is Grade.NEVER)
            told = Way(card.id, card.title, points, reason, of, card.status == "draft")
            found.append(_way(told, model.books.get(card.id), graded))
    return tuple(sorted(found, key=lambda each: (each.draft, -each.fit, each.id)))


def _reasons(graph: Graph, asked: Outcome, card: RunbookCard) -> Iterator[tuple[int, str, str]]:
    """(points, in words, which of the chosen ones)"""
    for name, level in asked.chosen.items():
        declared = graph.declared(graph.index[name])
        named = name in card.fits_services
        if named and level in CLASS_OF and CLASS_OF[level] in card.fits_classes:
            yield 3, f"fits {name}", name
        elif named or name in card.services:
            yield 2, f"names {name}", name
        elif isinstance(declared, Service) and card.id in declared.runbooks:
            yield 2, f"named by {name}", name
    for each in asked.carried:
        if each.mode.runbook == card.id:
            yield 1, f"helps {each.owner} through", ""


def _way(told: Way, book: Runbook | None, graded: BookGrades) -> Way:
    told = replace(told, grade=graded.grade, undo=graded.undo, stale=graded.stale)
    if book is None:
        return told
    times = [timed(step, graded) for step in book.steps]
    approvals = [step.approval for step in book.steps if step.approval]
    deadline = book.decision_deadline
    return replace(
        told,
        title=told.title or book.title,
        half=_sum([half for half, _, _ in times]),
        mostly=_sum([most for _, most, _ in times]),
        learned=any(learned for _, _, learned in times),
        untimed=tuple(step.id for step, (half, _, _) in zip(book.steps, times, strict=True) if half is None),
        budget=book.time_budget,
        decide_after=deadline.after if deadline else None,
        decide_what=deadline.message if deadline else "",
        approvers=tuple(dict.fromkeys(who for each in approvals for who in each.by)),
        approved=bool(approvals),
        no_undo=tuple(step.id for step in book.steps if _is_one_way(step)),
        seals=tuple(_seals(book, [half for half, _, _ in times])),
    )


def timed(step: Step, graded: BookGrades) -> tuple[Seconds | None, Seconds | None, bool]:
    """(half of the times, 19 of 20, learned): what was measured counts before what was declared."""
    part = graded.of(step.id)
    took = sorted(part.took) if part else []
    if took:
        return took[(len(took) - 1) // 2], took[math.ceil(0.95 * len(took)) - 1], True
    half, mostly = step.expected
    return half, mostly if mostly is not None else half, False


def _sum(times: Sequence[Seconds | None]) -> Seconds | None:
    known = [each for each in times if each is not None]
    return sum(known) if times and len(known) == len(times) else None


def _is_one_way(step: Step) -> bool:
    """It changes something and cannot be taken back; what was told to people changes nothing."""
    return step.reach is not Reach.READ and not isinstance(step.action, Notify) and not undo_words(step)[0]


def _seals(book: Runbook, halves: Sequence[Seconds | None]) -> Iterator[Sealing]:
    for at, step in enumerate(book.steps):
        if step.point_of_no_return:
            yield Sealing(step.id, step.point_of_no_return.reason, _sum(halves[:at]) if at else 0.0)
        undo = step.rollback
        if undo is None or undo.action is None:
            if _is_one_way(step) and not step.point_of_no_return:
                reason = undo.reason if undo and undo.reason else "nobody wrote down how to take it back"
                yield Sealing(step.id, reason, _sum(halves[:at]) if at else 0.0)
        elif undo.reversible_for is not None:
            reason = "its undo works only for so long"
            yield Sealing(step.id, reason, _sum(halves[: at + 1]), undo.reversible_for)
