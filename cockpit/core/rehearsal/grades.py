"""How far each part of each runbook is rehearsed; a part whose step has changed counts as never done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from cockpit.core.levels import Instant, Seconds
from cockpit.core.rehearsal.evidence import Evidence, Part, evidence_of, parts

if TYPE_CHECKING:
    from cockpit.core.model import Model
    from cockpit.core.runbook.run import Run


class Grade(IntEnum):
    NEVER = 0
    WALKED = 1
    """Only in a simulation."""
    PROVEN = 2
    """With the real argv, in a sandbox or for real."""


@dataclass(frozen=True, slots=True)
class Graded:
    """One part, and what speaks for it."""

    part: Part
    grade: Grade = Grade.NEVER
    last: Evidence | None = None
    """The newest success that gave the grade."""
    stale: bool = False
    """It was done once, and its step has changed since."""
    took: tuple[Seconds, ...] = ()
    """Of its proven successes, oldest first."""


@dataclass(frozen=True, slots=True)
class BookGrades:
    runbook: str
    parts: tuple[Graded, ...] = ()
    people: Mapping[str, Instant] = field(default_factory=dict)
    """Who has done any of it successfully, and when last."""

    @property
    def grade(self) -> Grade:
        """Of its steps: no better than the least of them. Branches and undo are counted by themselves."""
        return min((one.grade for one in self.parts if one.part.kind == "step"), default=Grade.NEVER)

    @property
    def undo(self) -> Grade | None:
        """Of its rollbacks, no better than the least of them; None: there is none."""
        found = [one.grade for one in self.parts if one.part.kind == "undo"]
        return min(found) if found else None

    @property
    def stale(self) -> bool:
        return any(one.stale for one in self.parts)

    def of(self, part: str) -> Graded | None:
        return next((one for one in self.parts if one.part.id == part), None)


def graded(model: Model, evidence: Iterable[Evidence]) -> dict[str, BookGrades]:
    """By runbook, all that the model knows. Later evidence counts before earlier, whatever its order here."""
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for each in sorted(evidence, key=lambda one: one.at):
        found[each.runbook].append(each)
    return {id: _book(id, parts(book), found[id]) for id, book in model.books.items()}


def _book(id: str, known: Sequence[Part], told: Sequence[Evidence]) -> BookGrades:
    done = [each for each in told if each.result == "succeeded"]
    people = {each.by: each.at for each in done if each.by}
    return BookGrades(id, tuple(_part(part, told) for part in known), people)


def _part(part: Part, told: Sequence[Evidence]) -> Graded:
    done = [each for each in told if each.part == part.id and each.result == "succeeded"]
    held = [each for each in done if each.digest == part.digest]
    proven = [each for each in held if each.proves]
    return Graded(
        part,
        Grade.PROVEN if proven else Grade.WALKED if held else Grade.NEVER,
        next(reversed(proven or held), None),
        stale=bool(done) and not held,
        took=tuple(each.seconds for each in proven if each.seconds is not None),
    )


def live_evidence(runs: Iterable[Run]) -> list[Evidence]:
    """What runs for real have proven."""
    return [each for run in runs if run.mode == "live" for each in evidence_of(run, "live")]
