"""Where a run goes from each step: R13, R20, R21; how long it takes, R11; and what an import guessed, R25."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from cockpit.config.durations import duration
from cockpit.config.findings import Names, short
from cockpit.config.rules.runbook.book import Book, Path, StepAt
from cockpit.config.rules.runbook.world import World
from cockpit.core.levels import Seconds
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.core.rehearsal.times import learned
from cockpit.errors import Finding
from cockpit.text import plural


def complaints(book: Book, known: World | None) -> Iterator[Finding]:
    for step in book.steps:
        ids = book.ids_beside(step)
        yield from _options(book, step, ids)
        yield from _turns(book, step, ids)
        yield from _seals(book, step, ids)
    yield from _twice(book)
    yield from _budget(book, known.grades.get(book.metadata.id) if known else None)
    if guesses := book.read.guesses:
        few = plural(len(guesses), "guess", "guesses")
        found = book.say(
            "R25", (), f"{few} of an import left, the first here", "look at it, and remove # guessed"
        )
        yield type(found)(found.code, guesses[0], found.message, found.hint, found.severity)


def _options(book: Book, step: StepAt, ids: Names) -> Iterator[Finding]:
    for number, option in enumerate(step.part.decide.options if step.part.decide else ()):
        if option.goto and option.goto not in ids:
            path: Path = (*step.path, "decide", "options", number, "goto")
            yield book.say("R13", path, f"there is no step '{short(option.goto)}'", ids.hint(option.goto))


def _turns(book: Book, step: StepAt, ids: Names) -> Iterator[Finding]:
    position = {each.id: each for each in reversed(book.steps)}
    for key in ("on_failure", "on_timeout", "on_inconclusive"):
        turn: str = getattr(step.part, key)
        if not turn.startswith("goto:"):
            continue
        id, path = turn.removeprefix("goto:"), (*step.path, key)
        if id not in ids:
            yield book.say("R13", path, f"there is no step '{short(id)}'", ids.hint(id))
            continue
        there = position.get(id)
        limited = step.part.max_visits or (there and there.part.max_visits)
        if there and there.number <= step.number and not limited:
            message = f"{step.name} goes back to '{short(id)}', again and again if need be"
            hint = "add max_visits: 2 to this step, or let a person choose with decide"
            yield book.say("R21", path, message, hint)


def _seals(book: Book, step: StepAt, ids: Names) -> Iterator[Finding]:
    point = step.part.point_of_no_return
    for number, id in enumerate(point.seals or () if point else ()):
        if id not in ids:
            path: Path = (*step.path, "point_of_no_return", "seals", number)
            yield book.say("R13", path, f"there is no step '{short(id)}'", ids.hint(id))


def _twice(book: Book) -> Iterator[Finding]:
    first: dict[str, StepAt] = {}
    for step in book.steps:
        if first.setdefault(step.id, step) is not step:
            at = book.document.at((*first[step.id].path, "id"))
            message = f"the step id '{short(step.id)}' is there twice, first at {at}"
            yield book.say("R20", (*step.path, "id"), message, "give it another id")


def _budget(book: Book, grades: BookGrades | None) -> Iterator[Finding]:
    """What the author says of a step, else what proven tries took."""
    written = {step.id: step.part.expected.p95 for step in book.steps if step.part.expected}
    found = [_learned(grades, step) for step in book.steps if written.get(step.id) is None]
    usual = sum(each or 0.0 for each in (*written.values(), *found))
    budget = book.part.time_budget
    if budget is not None and usual > budget:
        how = "p95, some of it as proven runs took" if any(found) else "p95"
        message = f"the time budget is {duration(budget)}, and the steps may take {duration(usual)} ({how})"
        yield book.say("R11", ("time_budget",), message, f"write {duration(usual)} or more, or do less")


def _learned(grades: BookGrades | None, step: StepAt) -> Seconds | None:
    """In whole seconds: nobody writes a budget in fractions of them."""
    one = grades.of(step.id) if grades else None
    usual = learned(one.took) if one else None
    return float(ceil(usual.p95)) if usual else None
