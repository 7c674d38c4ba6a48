"""How far runbooks are rehearsed, in the words of the screen: never, walked, proven, changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cockpit.core.levels import Seconds
from cockpit.core.model import Model
from cockpit.core.rehearsal.evidence import UNDO
from cockpit.core.rehearsal.grades import BookGrades, Grade, Graded, people_of
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.rehearsal.times import Usual, of_book, of_step
from cockpit.core.runbook.model import Runbook
from cockpit.core.same import Same
from cockpit.core.state import State
from cockpit.text import age, join_names
from cockpit.views.export.times import day
from cockpit.views.lines import Tone

NEVER: Final = "not rehearsed"
CHANGED: Final = "changed since"
FAILED: Final = "failed last time"
WALKED: Final = "only walked"
UNDO_TOO: Final[Mapping[Grade | None, str]] = {
    None: "",
    Grade.PROVEN: ", and so is its undo",
    Grade.WALKED: ", but its undo was only walked (simulated)",
    Grade.NEVER: ", but its undo never was",
}
MACHINE: Final = {Grade.NEVER: "never", Grade.WALKED: "walked", Grade.PROVEN: "proven"}
"""The words of JSON."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One runbook in the few words that lists have room for."""

    grades: BookGrades
    short: str
    """ "undo proven, 4 min", "3 of 5 proven", "not rehearsed"."""
    word: str
    """The same without times, for a sentence."""
    tone: Tone
    usual: Usual | None = None
    who: str = ""
    """ "only aiko has done this"; empty where it is several, or nobody."""


def rehearsed(state: State) -> Mapping[str, Rehearsed]:
    """By runbook, all of the model; quick to ask again as long as nothing changed."""
    return _rehearsed(Same(state.model), Same(grades_of(state)))


@lru_cache(maxsize=2)
def _rehearsed(model: Same[Model], grades: Same[Mapping[str, BookGrades]]) -> Mapping[str, Rehearsed]:
    return {id: _of(Same(model.it.books[id]), Same(each)) for id, each in grades.it.items()}


@lru_cache(maxsize=2048)
def _of(runbook: Same[Runbook], grades: Same[BookGrades]) -> Rehearsed:
    """Of one that nothing was settled of meanwhile it is known already."""
    return of(runbook.it, grades.it)


def short_of(state: State, id: str) -> tuple[str, Tone]:
    """Of a runbook that is not known in full nobody can say that it was rehearsed."""
    told = rehearsed(state).get(id)
    return (told.short, told.tone) if told else (NEVER, Tone.WARNING)


def of(runbook: Runbook, grades: BookGrades) -> Rehearsed:
    usual = of_book(runbook, grades)
    word = _word(grades)
    proven = is_proven(grades) and not has_failed(grades)
    time = f", {_time(usual.p50)}" if proven and usual and usual.tries else ""
    tone = Tone.PLAIN if proven else Tone.WARNING
    return Rehearsed(grades, f"{word}{time}", word, tone, usual, only(grades))


def is_proven(grades: BookGrades) -> bool:
    """Every step of it, and every way back."""
    return grades.grade is Grade.PROVEN and grades.undo in (None, Grade.PROVEN)


def has_failed(grades: BookGrades) -> bool:
    """Some of it with the real argv, and nobody has done that part since."""
    return any(one.failed for one in grades.parts)


def _word(grades: BookGrades) -> str:
    if has_failed(grades):
        return FAILED
    if grades.stale:
        return CHANGED
    if grades.grade is Grade.PROVEN:
        if grades.undo is None:
            return "proven"
        return "undo proven" if grades.undo is Grade.PROVEN else "undo not proven"
    steps = grades.of_kind("step")
    if proven := sum(one.grade is Grade.PROVEN for one in steps):
        return f"{proven} of {len(steps)} proven"
    if grades.grade is Grade.WALKED:
        return WALKED
    walked = sum(one.grade is Grade.WALKED for one in steps)
    return f"{walked} of {len(steps)} walked" if walked else NEVER


def only(grades: BookGrades) -> str:
    """That one person alone has ever done it; empty otherwise."""
    people = people_of(grades)
    return f"only {people[0]} has done this" if len(people) == 1 else ""


def who(grades: BookGrades) -> str:
    """Who could do it tonight, for a sentence; empty where nobody has."""
    if told := only(grades):
        return told
    if people := people_of(grades):
        return f"{join_names(people)} have done this"
    walked = sorted(grades.rehearsed_by, key=lambda name: (-grades.rehearsed_by[name], name))
    return f"nobody has done this for real, {join_names(walked)} walked it" if walked else ""


def usually(usual: Usual | None) -> str:
    """ "usually 4 min, seldom over 6 min": what proven runs took, else what its author expects."""
    if usual is None:
        return ""
    p50, p95 = _time(usual.p50), _time(usual.p95)
    about = f"up to {p50}" if usual.most else p50
    if not usual.tries:
        return f"expected {about}"
    if usual.tries == 1:
        return f"took {about} once"
    return f"usually {about}" + (f", seldom over {p95}" if p95 != p50 else "")


def _time(seconds: Seconds) -> str:
    return age(seconds) if seconds >= 1 else "under 1 s"


def step_words(runbook: Runbook, id: str, told: Rehearsed | None) -> str:
    """Of one step: how far it and its undo are rehearsed, and how long it takes.

    Empty where nobody has rehearsed any of the runbook: that is said once.
    """
    step = runbook.step(id)
    if told is None or step is None or told.word == NEVER:
        return ""
    undo = told.grades.of(f"{UNDO}{id}")
    said = [part_words(told.grades.of(id)), f"undo {part_words(undo)}" if undo else ""]
    said.append(usually(of_step(step, told.grades)))
    branches = [one for one in told.grades.of_kind("branch") if one.part.step == id]
    said += [f"“{one.part.id.partition('=')[2]}” {part_words(one)}" for one in branches]
    return "; ".join(filter(None, said))


def part_words(one: Graded | None) -> str:
    """One step or one undo: "proven 2026-11-20 by aiko"."""
    if one is None:
        return ""
    said = _graded(one)
    return f"{said}, failed {day(one.failed.at)}" if one.failed else said


def _graded(one: Graded) -> str:
    if one.last is None:
        return "changed since it was rehearsed" if one.stale else "never rehearsed"
    when = f"{day(one.last.at)}{f' by {one.last.by}' if one.last.by else ''}"
    return f"proven {when}" if one.grade is Grade.PROVEN else f"only walked {when}"


def sentence(told: Rehearsed) -> str:
    """For the head of a plan: how far, how long, and who."""
    return "; ".join(filter(None, (_how_far(told), usually(told.usual), who(told.grades))))


def _how_far(told: Rehearsed) -> str:
    grades = told.grades
    if has_failed(grades):
        return "it failed when it was last done for real"
    if grades.stale:
        return "changed since it was rehearsed"
    if grades.grade is Grade.PROVEN:
        return f"proven{UNDO_TOO[grades.undo]}"
    return {NEVER: "never rehearsed", WALKED: "only walked (simulated), never proven"}.get(
        told.word, told.word
    )


def document(told: Rehearsed) -> dict[str, object]:
    """In the words of machines."""
    grades, usual = told.grades, told.usual
    learned = usual if usual and usual.tries else None
    return {
        "grade": MACHINE[grades.grade],
        "undo": None if grades.undo is None else MACHINE[grades.undo],
        "changed_since": grades.stale,
        "p50": learned.p50 if learned else None,
        "p95": learned.p95 if learned else None,
        "people": list(people_of(grades)),
        "walked_by": sorted(grades.rehearsed_by),
        "parts": [part_document(one) for one in grades.parts],
    }


def part_document(one: Graded) -> dict[str, object]:
    return {
        "part": one.part.id,
        "kind": one.part.kind,
        "grade": MACHINE[one.grade],
        "changed_since": one.stale,
        "at": one.last.at if one.last else None,
        "by": one.last.by or None if one.last else None,
        "mode": one.last.mode if one.last else None,
        "failed_at": one.failed.at if one.failed else None,
    }
