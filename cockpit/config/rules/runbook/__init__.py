"""Lint R: what a runbook says, held against itself and against the configuration it belongs to.

R14 (never rehearsed, or changed since) and R16 (rollback never proven) need the evidence of drills, which
does not exist yet: nothing here gives them. That an alert is unknown, or has no runbook (R12), only the
alerting rules of a server could tell. R17, R18 and R24 ask the world (`--live`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cockpit.config.rules.runbook import nesting, safety, values, ways, world
from cockpit.config.rules.runbook.book import Book
from cockpit.config.rules.runbook.world import World
from cockpit.config.runbook_files import RunbookRead
from cockpit.errors import Finding

__all__ = ["World", "complaints"]


def complaints(reads: Iterable[RunbookRead], known: World | None) -> Iterator[Finding]:
    """Of all runbooks; `known` is None for files that belong to no configuration."""
    books = [Book(read) for read in reads]
    for book in books:
        yield from safety.complaints(book, known)
        yield from values.complaints(book)
        yield from ways.complaints(book)
        yield from world.complaints(book, known)
    yield from nesting.complaints({book.metadata.id: book for book in books})
