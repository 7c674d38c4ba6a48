"""A scenario made from a runbook alone: a world in which every condition that its author wrote can come true.

Measures are healthy. A query gives one number before the run, one while it goes on, and another once the step
is done whose check asks for it; numbers are looked for among those that the conditions themselves name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cockpit.core.model import Model, Scalar
from cockpit.core.runbook.actions import FlagLook, FlagSet, Look, Nested, Probe, Promql, SignalLook, Wait
from cockpit.core.runbook.conditions import evaluate
from cockpit.core.runbook.model import Check, Parameter, Runbook, Step, Verify
from cockpit.core.scenario import Point, Scenario, SimulatedCommand
from cockpit.core.scenario_play import healthy

BEGUN: Final = "begun"
"""Of the simulated world: whether the run is on record."""
PREFIX: Final = "runbook:"
"""Of the id of such a scenario: no file's id may hold a colon."""
USUAL: Final = (0.0, 1.0, 0.5, 2.0, 100.0, 1e6, -1.0)
LENGTH: Final = 4 * 3600.0
NOT: Final[Mapping[bool, Scalar]] = {True: False, False: True}


@dataclass(frozen=True, slots=True)
class Wish:
    """What one condition wants of a query, and when."""

    query: str
    yes: str
    no: str = ""
    done: str = ""
    """Once this step is done; empty: while the run goes on."""
    before: bool = False
    """Before the run begins."""


def own_scenario(book: Runbook, model: Model) -> Scenario:
    every = list(_all_books(book, model.books))
    wishes = [wish for each in every for wish in _wishes(each)]
    return Scenario(
        id=f"{PREFIX}{book.id}",
        title=book.title,
        length=LENGTH,
        signals=_signals(every, model),
        flags=_flags(every, model),
        world={BEGUN: 0, **{_done(step.id): 0 for each in every for step in _steps(each)}},
        commands={
            f"{each.id}.{step.id}": SimulatedCommand(sets={_done(step.id): 1})
            for each in every
            for step in _steps(each)
        },
        queries={query: _number(query, wishes) for query in dict.fromkeys(each.query for each in wishes)},
    )


def parameters_for(book: Runbook) -> dict[str, Scalar]:
    """Something for each parameter that has to be given."""
    return {
        each.name: _some(each)
        for each in book.parameters
        if not each.has_default and each.type != "secret" and _is_blank(each)
    }


def _is_blank(parameter: Parameter) -> bool:
    return parameter.default_from is None or parameter.default_from[0] != "promql"


def _some(parameter: Parameter) -> Scalar:
    if parameter.enum:
        return parameter.enum[0]
    least = parameter.min if parameter.min is not None else min(1.0, parameter.max or 1.0)
    match parameter.type:
        case "integer":
            return int(least)
        case "number":
            return least
        case "boolean":
            return True
        case "duration":
            return "1m"
    return "simulated"


def _all_books(book: Runbook, books: Mapping[str, Runbook]) -> Iterator[Runbook]:
    """With those that it runs, each once."""
    waiting, seen = [book], {book.id}
    while waiting:
        one = waiting.pop(0)
        yield one
        for step in _steps(one):
            if isinstance(step.action, Nested) and step.action.runbook not in seen:
                seen.add(step.action.runbook)
                waiting += [books[step.action.runbook]] if step.action.runbook in books else []


def _steps(book: Runbook) -> tuple[Step, ...]:
    return (*book.steps, *book.finally_)


def _done(step: str) -> str:
    return f"done.{step}"


# Flags


def _flags(books: Iterable[Runbook], model: Model) -> dict[str, Scalar]:
    """As nobody has touched them yet: not killed, and not what a step is about to set."""
    found: dict[str, Scalar] = {each.key: _other(each.kill) for each in model.kill_switches}
    for book in books:
        for step in _steps(book):
            for action in (step.action, step.rollback.action if step.rollback else None):
                if isinstance(action, FlagSet):
                    found.setdefault(action.key, _other(action.to))
        for condition in (*book.preconditions, *book.guards):
            if isinstance(condition.ask, FlagLook):
                key = condition.ask.key
                if not evaluate(condition.success, {"value": found.get(key)}):
                    found[key] = _satisfying(condition.success, found.get(key))
    return found


def _other(value: Scalar) -> Scalar:
    if isinstance(value, bool):
        return NOT[value]
    return "simulated" if isinstance(value, str) else 0 if value else 1


def _satisfying(condition: str, otherwise: Scalar) -> Scalar:
    candidates: tuple[Scalar, ...] = (True, False, *_literals(condition))
    return next((each for each in candidates if evaluate(condition, {"value": each})), otherwise)


# Signals


def _signals(books: Iterable[Runbook], model: Model) -> dict[tuple[str, str], tuple[Point, ...]]:
    """A healthy value that a check would not call one is put where the check wants it."""
    usual = {(each.name, one.name): healthy(one) for each in model.services for one in each.signals}
    found: dict[tuple[str, str], tuple[Point, ...]] = {}
    for key, wishes in _of_signals(books).items():
        if key in usual and not all(_suits(each, usual[key], usual[key]) for each in wishes):
            found[key] = (Point(0.0, value=_best(wishes, usual[key]), noise=0.0),)
    return found


def _of_signals(books: Iterable[Runbook]) -> dict[tuple[str, str], list[Wish]]:
    found: dict[tuple[str, str], list[Wish]] = {}
    for book in books:
        for condition in (*book.preconditions, *book.guards):
            _note(found, condition.ask, condition.success, "")
        for step in _steps(book):
            undo = step.rollback.verify if step.rollback else None
            for verify in filter(None, (step.verify, undo)):
                for check in verify.checks:
                    _note(found, check.ask, check.success, check.failure)
    return found


def _note(found: dict[tuple[str, str], list[Wish]], ask: Look, yes: str, no: str) -> None:
    if isinstance(ask, SignalLook):
        found.setdefault((ask.service, ask.signal), []).append(Wish("", yes, no))


# Queries


def _wishes(book: Runbook) -> Iterator[Wish]:
    for condition in book.preconditions:
        yield from _asked(condition.ask, condition.success, before=True)
    for condition in book.guards:
        yield from _asked(condition.ask, condition.success, before=True)
        yield from _asked(condition.ask, condition.success)
    for each in book.abort_when:
        yield Wish(each.promql, "", each.failure)
    for parameter in book.parameters:
        match parameter.default_from:
            case ("promql", query):
                yield Wish(query, "", before=True)
    for step in _steps(book):
        yield from _of_step(step)


def _of_step(step: Step) -> Iterator[Wish]:
    match step.action:
        case Wait(promql=query, success=success) if query:
            yield Wish(query, success)
        case Probe(ask=ask, success=success):
            yield from _asked(ask, success)
    for capture in step.captures:
        yield from _asked(capture.ask, "")
    if step.reconcile is not None:
        yield from _asked(step.reconcile.ask, step.reconcile.not_applied_when, step.reconcile.applied_when)
        applied = step.reconcile.applied_when
        yield from _asked(step.reconcile.ask, applied, step.reconcile.not_applied_when, done=step.id)
    if step.verify is not None:
        yield from _verified(step.verify, step.id)
    if step.rollback is not None and step.rollback.verify is not None:
        yield from _verified(step.rollback.verify, "")
    if step.rollback is not None and step.rollback.reversible_while is not None:
        yield from _asked(*step.rollback.reversible_while, done=step.id)


def _verified(verify: Verify, done: str) -> Iterator[Wish]:
    for check in verify.checks:
        yield from _checked(check, done)
    for query in (verify.baseline, verify.control):
        if query not in ("", "before"):
            yield Wish(query, "")


def _checked(check: Check, done: str) -> Iterator[Wish]:
    if isinstance(check.ask, Promql):
        yield Wish(check.ask.query, check.success, check.failure, done)


def _asked(ask: Look, yes: str, no: str = "", *, done: str = "", before: bool = False) -> Iterator[Wish]:
    if isinstance(ask, Promql):
        yield Wish(ask.query, yes, no, done, before)


def _number(query: str, wishes: Iterable[Wish]) -> str:
    """The number for a query, as a scenario writes it."""
    mine = [each for each in wishes if each.query == query]
    during = [each for each in mine if not each.done and not each.before]
    base = _best(during, 1.0)
    text = _written(base)
    if before := [each for each in mine if each.before]:
        text = f"({text} if world[{BEGUN!r}] == 1 else {_written(_best(before, 1.0))})"
    for step in dict.fromkeys(each.done for each in mine if each.done):
        value = _best([each for each in mine if each.done == step], base)
        text = f"({_written(value)} if world[{_done(step)!r}] == 1 else {text})"
    return text


def _best(wishes: list[Wish], baseline: float) -> float:
    """The number that suits most of them, the first of equals."""
    named = [
        changed
        for each in wishes
        for number in _literals(f"({each.yes or 0}, {each.no or 0})")
        if isinstance(number, int | float) and not isinstance(number, bool)
        for changed in (float(number), number - 1.0, number + 1.0, number / 2, number * 2)
    ]
    candidates = [*USUAL, *named, baseline / 2, baseline * 2, baseline / 100, baseline * 100]
    return max(candidates, key=lambda value: sum(_suits(each, value, baseline) for each in wishes))


def _suits(wish: Wish, value: float, baseline: float) -> bool:
    names = {"value": value, "baseline": baseline, "control": baseline, "age": 0.0, "stdout": _written(value)}
    yes = not wish.yes or evaluate(wish.yes, names) is True
    return yes and not (wish.no and evaluate(wish.no, names) is True)


def _literals(condition: str) -> list[Scalar]:
    try:
        tree = ast.parse(condition, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float)
    ]


def _written(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)
