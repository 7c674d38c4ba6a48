"""Lint R: what a runbook says, held against itself and against the configuration it belongs to.

That an alert is unknown, or has no runbook (R12), only the alerting rules of a server could tell. R17, R18
and R24 ask the world (`--live`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cockpit.config.rules.runbook import nesting, rehearsed, safety, values, ways, world
from cockpit.config.rules.runbook.book import Book
from cockpit.config.rules.runbook.world import World
from cockpit.config.runbook_files import RunbookRead
from cockpit.errors import Finding

__all__ = ["World", "complaints", "unrehearsed"]


def complaints(reads: Iterable[RunbookRead], known: World | None) -> Iterator[Finding]:
    """Of all runbooks; `known` is None for files that belong to no configuration."""
    books = [Book(read) for read in reads]
    for book in books:
        yield from safety.complaints(book, known)
        yield from values.complaints(book)
        yield from ways.complaints(book, known)
        yield from world.complaints(book, known)
    yield from nesting.complaints({book.metadata.id: book for book in books})


def unrehearsed(reads: Iterable[RunbookRead], known: World) -> Iterator[Finding]:
    """Of a configuration without errors: what does not load cannot be rehearsed."""
    for read in reads:
        if grades := known.grades.get(read.part.metadata.id):
            yield from rehearsed.complaints(Book(read), grades)
