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
    from cockpit.core.runbook.model import Runbook
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
    failed: Evidence | None = None
    """With the real argv, and never successful since: said beside the grade, which it does not take away."""


@dataclass(frozen=True, slots=True)
class BookGrades:
    runbook: str
    parts: tuple[Graded, ...] = ()
    people: Mapping[str, Instant] = field(default_factory=dict)
    """Who has done any of it successfully with the real argv, and when last; also before it changed."""
    rehearsed_by: Mapping[str, Instant] = field(default_factory=dict)
    """Who has walked through any of it in a simulation, and when last."""

    @property
    def grade(self) -> Grade:
        """Of its steps: no better than the least of them. Branches and undo are counted by themselves."""
        return min((one.grade for one in self.of_kind("step")), default=Grade.NEVER)

    @property
    def undo(self) -> Grade | None:
        """Of its rollbacks, no better than the least of them; None: there is none."""
        return min((one.grade for one in self.of_kind("undo")), default=None)

    @property
    def stale(self) -> bool:
        return any(one.stale for one in self.parts)

    @property
    def is_rehearsed(self) -> bool:
        """Something of it was done, and has not changed since."""
        return any(one.grade > Grade.NEVER for one in self.parts)

    def of_kind(self, kind: str) -> tuple[Graded, ...]:
        """`step`, `branch` or `undo`."""
        return tuple(one for one in self.parts if one.part.kind == kind)

    def of(self, part: str) -> Graded | None:
        return next((one for one in self.parts if one.part.id == part), None)


def graded(model: Model, evidence: Iterable[Evidence]) -> dict[str, BookGrades]:
    """By runbook, all that the model knows."""
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for each in evidence:
        found[each.runbook].append(each)
    return {id: graded_book(book, found[id]) for id, book in model.books.items()}


def graded_book(runbook: Runbook, evidence: Iterable[Evidence]) -> BookGrades:
    """`evidence` is about this runbook. Later counts before earlier, whatever its order here."""
    told = _in_order(evidence)
    done = [each for each in told if each.result == "succeeded" and each.by]
    of: defaultdict[str, list[Evidence]] = defaultdict(list)
    for each in told:
        of[each.part].append(each)
    return BookGrades(
        runbook.id,
        tuple(_part(part, of[part.id]) for part in parts(runbook)),
        people={each.by: each.at for each in done if each.proves},
        rehearsed_by={each.by: each.at for each in done if not each.proves},
    )


def _in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Oldest first. What lies in two files, or in a file and on record, was done once."""
    told = sorted(evidence, key=_when)
    once = {(each.at, each.part, each.digest, each.by, each.mode, each.result): each for each in told}
    return list(once.values())


def _when(one: Evidence) -> tuple[float | str, ...]:
    seconds = -1.0 if one.seconds is None else one.seconds
    return one.at, one.part, one.digest, one.by, one.mode, one.result, one.scenario, seconds


def people_of(book: BookGrades) -> tuple[str, ...]:
    """Who has done it with the real argv, the latest first; a simulation makes nobody one who has done it."""
    return tuple(sorted(book.people, key=lambda name: (-book.people[name], name)))


def _part(part: Part, told: Sequence[Evidence]) -> Graded:
    done = [each for each in told if each.result == "succeeded"]
    held = [each for each in done if each.digest == part.digest]
    proven = [each for each in held if each.proves]
    last = next(reversed(proven or held), None)
    return Graded(
        part,
        Grade.PROVEN if proven else Grade.WALKED if held else Grade.NEVER,
        last,
        stale=bool(done) and not held,
        took=tuple(each.seconds for each in proven if each.seconds is not None),
        failed=_failed(part, told, proven[-1].at if proven else None),
    )


def _failed(part: Part, told: Sequence[Evidence], proven_at: Instant | None) -> Evidence | None:
    """The newest real failure behind the last proof."""
    for each in reversed(told):
        if each.proves and each.result == "failed" and each.digest == part.digest:
            return each if proven_at is None or each.at > proven_at else None
    return None


def live_evidence(runs: Iterable[Run]) -> list[Evidence]:
    """What runs for real have proven."""
    return [each for run in runs if run.mode == "live" for each in evidence_of(run, "live")]
