"""What the world says about runbooks, for `lint --live`: queries (R17), programs (R18), looks (R24)."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.cli.settings import Settings
from cockpit.errors import CockpitError, Finding, SourceError
from cockpit.text import clean

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.config.rules.runbook.book import Book, Text
    from cockpit.core.model import Model
    from cockpit.engine.runs.world import World

_OF_OURS: Final = frozenset({"prometheus"})
"""Needs that are no programs."""


def books_of(loaded: Loaded) -> list[Book]:
    """The runbooks of a configuration, with their places."""
    from cockpit.config.loading import examine
    from cockpit.config.rules.runbook.book import Book

    outcome = examine(loaded.path, os.environ, time.time())
    return [Book(read) for read in outcome.reading.runbooks]


def missing_programs(model: Model, books: Iterable[Book]) -> Iterator[Finding]:
    """R18, once for each program of a runbook. Nothing is run."""
    for book in books:
        told: set[str] = set()
        for path, program, folder, search in _programs(model, book):
            if program in told or "${" in program or _is_there(program, folder, search):
                continue
            told.add(program)
            message = f"the program '{clean(program)[:60]}' is not on PATH here"
            yield book.say("R18", path, message, "install it where runbooks are run, or mend its name")


def _programs(model: Model, book: Book) -> Iterator[tuple[tuple[str | int, ...], str, Path, str | None]]:
    """Where it stands, what it is, where it is run, and the PATH of its target."""
    targets = {target.name: target for target in model.targets}
    usual = targets.get(book.metadata.target)
    for number, need in enumerate(book.part.needs):
        if need not in _OF_OURS and not need.startswith("flags/"):
            yield ("needs", number), need, book.read.path.parent, usual.env.get("PATH") if usual else None
    own = {step.path: targets.get(step.part.target, usual) for step in book.steps}
    for text in book.every_text:
        if text.role == "argv" and text.path[-1] == 0:
            target = own.get(text.path[:2], usual)
            folder = Path(target.cwd) if target and target.cwd else book.read.path.parent
            yield text.path, text.text, folder, target.env.get("PATH") if target else None


def _is_there(program: str, folder: Path, search: str | None) -> bool:
    if "/" in program:
        return os.access(folder / program, os.X_OK)
    return shutil.which(program, path=search) is not None


def silent_queries(model: Model, books: Iterable[Book]) -> list[Finding]:
    """R17 for every query that finds nothing at any server now. Raises SourceError when none can say."""
    return asyncio.run(_silent(model, list(books)))


async def _silent(model: Model, books: list[Book]) -> list[Finding]:
    answers: dict[str, bool] = {}
    found = []
    for book in books:
        for text in filter(_can_be_asked, book.every_text):
            if text.text not in answers:
                answers[text.text] = await _returns(model, text.text)
            if not answers[text.text]:
                hint = "check metric name and labels"
                found.append(book.say("R17", text.path, "the query finds nothing now", hint))
    return found


def _can_be_asked(text: Text) -> bool:
    return text.role == "query" and text.text != "before" and "${" not in text.text


async def _returns(model: Model, query: str) -> bool:
    from cockpit.adapters.discovery import Discovery

    now = time.time()
    for server in model.prometheus:
        if await Discovery(server).history(query, now, now, 15.0):
            return True
    return not model.prometheus


def applied_before(settings: Settings, books: Iterable[Book]) -> list[Finding]:
    """R24: what a plan looks at anyhow. Runbooks that have to be told more first are left out."""
    from cockpit.cli.acting import in_world

    async def work(world: World) -> list[Finding]:
        return [each for book in books for each in await _already(world, book)]

    # Most have nothing to be asked, and a plan looks at more than that.
    books = [book for book in books if any(step.part.reconcile for step in book.steps)]
    try:
        return in_world(settings, work) if books else []
    except CockpitError as error:
        raise SourceError(error.message, error.hint) from None


async def _already(world: World, book: Book) -> list[Finding]:
    from cockpit.engine.runs.planning import planned
    from cockpit.engine.runs.starting import Wanted, prepare

    runbook = world.model.books.get(book.metadata.id)
    if runbook is None:
        return []
    try:
        prepared = await prepare(world, Wanted(runbook, {}, ""))
        plan = await planned(prepared, world.clock.now())
    except CockpitError:
        return []
    so = {step.id for step in plan.steps if step.already}
    hint = "mend applied_when, unless it really is so now"
    return [
        book.say("R24", (*step.path, "reconcile"), f"reconcile says that {step.name} has been applied", hint)
        for step in book.steps
        if step.id in so and step.part.reconcile
    ]
