"""What runbooks need of this place, for `doctor --runbooks` at the start of a shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from cockpit.cli.checks import Check
from cockpit.cli.settings import Settings
from cockpit.errors import CockpitError
from cockpit.text import join_names, plural

if TYPE_CHECKING:
    from cockpit.config import Loaded
    from cockpit.core.runbook.model import Runbook
    from cockpit.engine.runs.looks import Eyes
    from cockpit.engine.runs.preflight import Checked
    from cockpit.engine.runs.world import World


def runbooks(settings: Settings, loaded: Loaded) -> Iterator[Check]:
    """Targets and needs, each asked once however many runbooks have it, and programs. Nothing is changed."""
    from cockpit.cli.acting import in_world

    async def work(world: World) -> list[Check]:
        return [each async for each in _needed(world)]

    try:
        yield from in_world(settings, work)
    except CockpitError as error:
        yield Check(False, "runbooks", error.message, error.hint)
    yield from _programs(loaded)


async def _needed(world: World) -> AsyncIterator[Check]:
    from cockpit.engine.runs.preflight import is_there, right_target, targets_of

    targets: dict[str, list[Runbook]] = defaultdict(list)
    needs: dict[tuple[str, str], list[Runbook]] = defaultdict(list)
    for book in world.model.books.values():
        for name in targets_of(_eyes(world, book)):
            targets[name].append(book)
        for need in book.needs:
            needs[need, book.target].append(book)
    for name, books in targets.items():
        found = await right_target(_eyes(world, books[0]), name)
        if found is not None:
            yield _check(found, books)
    for (need, _), books in needs.items():
        yield _check(await is_there(_eyes(world, books[0]), need), books)


def _eyes(world: World, book: Runbook) -> Eyes:
    from cockpit.engine.runs.looks import Eyes

    return Eyes(world, book, world.target(book.target), {"params": {}, "captures": {}, "answers": {}})


def _check(found: Checked, books: list[Runbook]) -> Check:
    what = f"{found.title} ({join_names([book.id for book in books], 2)})"
    if found.holds:
        return Check(True, "runbooks", what)
    return Check(False, "runbooks", f"{what}: {found.why or 'not so'}")


def _programs(loaded: Loaded) -> Iterator[Check]:
    from cockpit.cli.live_runbooks import books_of, missing_programs

    places: dict[str, list[str]] = defaultdict(list)
    hints: dict[str, str] = {}
    for found in missing_programs(loaded.model, books_of(loaded)):
        places[found.message].append(str(found.at))
        hints[found.message] = found.hint
    for message, where in places.items():
        more = f" and {plural(len(where) - 1, 'more place')}" if len(where) > 1 else ""
        yield Check(False, "runbooks", f"{message}: {where[0]}{more}", hints[message])
