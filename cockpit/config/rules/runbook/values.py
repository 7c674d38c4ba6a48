"""What `${...}`, conditions and queries ask for: R05, R09, R10, R13."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from cockpit.config.findings import Names, short
from cockpit.config.rules.runbook.book import Book, StepAt, Text
from cockpit.core import promql
from cockpit.core.runbook import conditions
from cockpit.core.runbook.substitute import SubstitutionError, promql_filled, references
from cockpit.errors import Finding

_ALWAYS: Final = ("run.id", "run.operator", "incident.id")
_STAND_INS: Final = ("x", "5m", "1")
"""A value may stand for a label, a duration or a number."""


def complaints(book: Book) -> Iterator[Finding]:
    for text in book.texts_around:
        yield from _about(book, None, text)
    for step in book.steps:
        for text in book.texts_of(step):
            yield from _about(book, step, text)
        yield from _stdin(book, step)
    for name, parameter in book.part.parameters.items():
        if parameter.default_from and parameter.default_from.promql:
            path = ("parameters", name, "default_from", "promql")
            yield from _query(book, Text(path, parameter.default_from.promql, "query"))


def _stdin(book: Book, step: StepAt) -> Iterator[Finding]:
    for path, doing in ((step.path, step.part), ((*step.path, "rollback"), step.part.rollback)):
        name = doing.stdin if doing else ""
        if name and name not in book.parameters:
            message = f"stdin names the parameter '{short(name)}', which is not defined"
            hint = Names("parameter", book.parameters).hint(name)
            yield book.say("R13", (*path, "stdin"), message, hint)


def _about(book: Book, step: StepAt | None, text: Text) -> Iterator[Finding]:
    captures = book.visible(step, text) if step else frozenset[str]()
    if text.role == "condition":
        yield from _condition(book, step, text, captures)
        return
    if "${" in text.text:
        yield from _references(book, step, text, captures)
    if text.role == "query" and text.text != "before":
        yield from _query(book, text)


def _condition(book: Book, step: StepAt | None, text: Text, captures: frozenset[str]) -> Iterator[Finding]:
    if problem := conditions.check(text.text):
        hint = "write a comparison, as in value <= 0.01 or stdout == 'True'"
        yield book.say("R05", text.path, f"the condition {problem}", hint)
        return
    answers = book.answers[step.number] if step else frozenset[str]()
    known = {
        "params": Names("parameter", book.parameters),
        "captures": Names("capture", captures),
        "answers": Names("answer", answers),
    }
    for name in conditions.names_in(text.text):
        group, dot, key = name.partition(".")
        if dot and key not in known[group]:
            message = f"the condition asks for {group} '{short(key)}', which nothing gives"
            yield book.say("R05", text.path, message, _hint(known[group], key))


def _references(book: Book, step: StepAt | None, text: Text, captures: frozenset[str]) -> Iterator[Finding]:
    names = Names("value", [*_ALWAYS, *(f"params.{name}" for name in book.parameters)])
    for name in references(text.text):
        group, _, key = name.partition(".")
        if name == "${":
            yield book.say("R13", text.path, "a ${ is never closed", "write }, or $${ for the text itself")
        elif group == "captures" and key not in captures:
            undo = step is not None and text.within(*step.path, "rollback")
            what = "the rollback uses" if undo else f"{step.name if step else 'it'} uses"
            message = f"{what} ${{{short(name)}}}, which nothing has captured by then"
            yield book.say(
                "R09" if undo else "R13", text.path, message, _hint(Names("capture", captures), key)
            )
        elif group == "params" and key not in book.parameters:
            message = f"${{{short(name)}}} is no parameter of this runbook"
            yield book.say("R13", text.path, message, _hint(Names("parameter", book.parameters), key))
        elif group not in ("captures", "params") and name not in _ALWAYS:
            hint = names.hint(name) if name else "name a value"
            message = f"${{{short(name)}}} is nothing that is known"
            yield book.say("R13", text.path, message, f"{hint}; $${{ is the text itself")


def _hint(names: Names, key: str) -> str:
    return names.hint(key) or f"define a {names.what} of that name"


def _query(book: Book, text: Text) -> Iterator[Finding]:
    if problem := _problem(text.text):
        hint = "mend it; Prometheus' own page shows where"
        yield book.say("R10", text.path, f"not valid PromQL: {short(problem)}", hint)


@lru_cache(maxsize=8192)
def _problem(query: str) -> str:
    """Of several values that may be put in one has to make sense."""
    if "${" not in query:
        return promql.check(query) or ""
    problems = [_problem_with(query, value) for value in _STAND_INS]
    return "" if "" in problems else problems[0]


def _problem_with(query: str, value: str) -> str:
    names: dict[str, dict[str, object]] = {}
    for name in references(query):
        group, _, key = name.partition(".")
        names.setdefault(group, {})[key] = value
    try:
        return promql.check(promql_filled(query, names)) or ""
    except SubstitutionError as error:
        return str(error)
