"""How long steps usually take: learned where the real argv was run, else as their author expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from cockpit.core.levels import Seconds
from cockpit.core.runbook.actions import Decide

if TYPE_CHECKING:
    from cockpit.core.rehearsal.grades import BookGrades
    from cockpit.core.runbook.model import Runbook, Step


@dataclass(frozen=True, slots=True)
class Usual:
    p50: Seconds
    p95: Seconds
    tries: int = 0
    """How many proven tries it was learned from; 0: it is what the author expects."""
    most: bool = False
    """There are ways around some of the steps: it is no more than that."""


def learned(took: Sequence[Seconds]) -> Usual | None:
    """Nearest rank, so that each is a time that was really taken; None where nothing was timed."""
    if not took:
        return None
    ordered = sorted(took)
    return Usual(_rank(ordered, 0.5), _rank(ordered, 0.95), len(ordered))


def _rank(ordered: Sequence[Seconds], share: float) -> Seconds:
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def of_step(step: Step, grades: BookGrades | None) -> Usual | None:
    """As learned of this very step, else as expected; None: nobody can say."""
    one = grades.of(step.id) if grades else None
    if one is not None and one.part.digest == step.digest and (found := learned(one.took)):
        return found
    p50, p95 = step.expected
    if p50 is None:
        return None
    return Usual(p50, p50 if p95 is None else p95)


def of_book(runbook: Runbook, grades: BookGrades | None) -> Usual | None:
    """All steps one after the other; None as long as nobody can say it of one of them.

    The sum of p95 is more than the p95 of the sum, which is the side to be wrong on.
    """
    times = [of_step(step, grades) for step in runbook.steps]
    known = [each for each in times if each is not None]
    if not times or len(known) < len(times):
        return None
    return Usual(
        sum(each.p50 for each in known),
        sum(each.p95 for each in known),
        min(each.tries for each in known),
        any(map(_may_be_passed, runbook.steps)),
    )


def _may_be_passed(step: Step) -> bool:
    """Whether a run may go on without it, or around those that follow."""
    branches = isinstance(step.action, Decide) and any(option.goto for option in step.action.options)
    turns = (step.on_failure, step.on_timeout, step.on_inconclusive)
    return bool(step.when) or branches or any(turn.startswith("goto:") for turn in turns)
