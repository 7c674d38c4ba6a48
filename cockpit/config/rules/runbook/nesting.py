"""Runbooks that run each other (R22), and what they are told that they do not know (R13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from cockpit.config.findings import Names, short
from cockpit.config.rules.runbook.book import Book, Path, StepAt
from cockpit.errors import Finding

DEEPEST: Final = 3
"""Levels below the runbook that a person starts."""
_Known: TypeAlias = dict[tuple[str, int], bool]


def complaints(books: Mapping[str, Book]) -> Iterator[Finding]:
    known: _Known = {}
    for id, book in books.items():
        for step, path, child in _children(book):
            if child not in books:
                continue
            yield from _parameters(book, step, path, books[child])
            if _comes_back(id, child, books):
                message = f"runbook '{short(id)}' runs '{short(child)}', which leads back to it"
                yield book.say("R22", (*path, "id"), message, "let one of them end without the other")
            elif not _fits(child, DEEPEST, books, known):
                message = f"from here runbooks are nested more than {DEEPEST} deep"
                yield book.say("R22", (*path, "id"), message, "write some of the steps out")


def _children(book: Book) -> Iterator[tuple[StepAt, Path, str]]:
    for step in book.steps:
        if step.part.runbook:
            yield step, (*step.path, "runbook"), step.part.runbook.id


def _comes_back(id: str, child: str, books: Mapping[str, Book]) -> bool:
    seen: set[str] = set()
    todo = [child]
    while todo:
        each = todo.pop()
        if each == id:
            return True
        if each not in seen and each in books:
            seen.add(each)
            todo += [inner for _, _, inner in _children(books[each])]
    return False


def _fits(id: str, levels: int, books: Mapping[str, Book], known: _Known) -> bool:
    """Whether it and all that it runs need no more than so many levels."""
    if (id, levels) not in known:
        below = (inner for _, _, inner in _children(books[id]) if inner in books)
        known[id, levels] = levels > 0 and all(_fits(inner, levels - 1, books, known) for inner in below)
    return known[id, levels]


def _parameters(book: Book, step: StepAt, path: Path, child: Book) -> Iterator[Finding]:
    told = step.part.runbook.parameters if step.part.runbook else {}
    known = Names("parameter", child.parameters)
    for name in told:
        if name not in known:
            message = f"runbook '{short(child.metadata.id)}' has no parameter '{short(name)}'"
            yield book.say("R13", (*path, "parameters", name), message, known.hint(name), key=True)
    for name, parameter in child.part.parameters.items():
        given = {"default", "default_from", "env", "file", "command"} & parameter.model_fields_set
        if name not in told and not given:
            message = f"runbook '{short(child.metadata.id)}' needs the parameter '{short(name)}'"
            yield book.say("R13", (*path, "id"), message, f"add parameters: {{{name}: ...}}")
