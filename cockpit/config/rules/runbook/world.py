"""Names that lead nowhere, seen from the configuration (R12, R15, R19); the ambient context (R23)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from cockpit.config.convert.world import flag_file
from cockpit.config.findings import Names, short
from cockpit.config.flagd import read_flagd
from cockpit.config.merge import Declared
from cockpit.config.models.runbook_looks import FlagLook
from cockpit.config.references import Known
from cockpit.config.rules.runbook.book import Book, Path, StepAt
from cockpit.core.model import Model
from cockpit.core.protection import is_protected
from cockpit.core.rehearsal.grades import BookGrades
from cockpit.errors import Finding

AMBIENT: Final = frozenset({"kubectl", "helm", "aws", "gcloud", "az", "ssh"})
_program: Final = re.compile(r"(?:^|[;&|(]\s*)(?:\S*/)?([\w.-]+)")


@dataclass(slots=True)
class World:
    """Everything a runbook may name, as far as the configuration could be read."""

    services: Names
    signals: Mapping[str, Names]
    """By service."""
    teams: Names
    targets: Names
    protected: frozenset[str]
    """Targets; the empty name is none."""
    stores: Names
    flags: Mapping[str, Names | None]
    """By store; None where they cannot be read, or only by asking a server."""
    runbooks: Names
    people: Names
    """And roles."""
    grades: Mapping[str, BookGrades]
    """By runbook that could be read, as far as there is a place for evidence."""

    @staticmethod
    def of(
        declared: Declared, model: Model, known: Known, grades: Mapping[str, BookGrades], *, whole: bool
    ) -> World:
        """Of a configuration that is not `whole` nobody can tell which signals there are."""
        services = model.services if whole else ()
        names = ["", *(target.name for target in model.targets)]
        return World(
            services=known.services,
            signals={each.name: Names("signal", (one.name for one in each.signals)) for each in services},
            teams=known.teams,
            targets=known.targets,
            protected=frozenset(name for name in names if is_protected(model, name)),
            stores=known.flags,
            flags={store.value.name: _keys(flag_file(store)) for store in declared.flags},
            runbooks=known.runbooks,
            people=known.people,
            grades=grades,
        )


def _keys(file: FilePath | None) -> Names | None:
    flags, _ = read_flagd(file, str(file)) if file is not None else (None, [])
    return None if flags is None else Names("flag", flags)


def complaints(book: Book, world: World | None) -> Iterator[Finding]:
    """Without a world only what the file says about itself."""
    yield from _owner(book, world)
    yield from _ambient(book)
    if world is None:
        return
    yield from _services(book, world)
    yield from _targets(book, world)
    yield from _flags(book, world)
    yield from _runbooks(book, world)
    yield from _roles(book, world)


def _owner(book: Book, world: World | None) -> Iterator[Finding]:
    owner = book.metadata.owner
    if not owner:
        if book.read.is_whole_at("metadata"):
            hint = "add owner: and the name of a team"
            yield book.say("R15", ("metadata",), "the runbook has no owner", hint, key=True)
    elif world and owner not in world.teams:
        message = f"the owner '{short(owner)}' is no team"
        yield book.say("R15", ("metadata", "owner"), message, world.teams.hint(owner))


def _services(book: Book, world: World) -> Iterator[Finding]:
    for path, names in (
        (("metadata", "services"), book.metadata.services),
        (("metadata", "fits", "services"), book.metadata.fits.services),
    ):
        for number, name in enumerate(names):
            yield from _lost(book, world.services, name, (*path, number), "R12")
    for step in book.steps:
        for section, checks in (
            (("verify",), step.part.verify),
            (("rollback", "verify"), step.part.rollback.verify if step.part.rollback else None),
        ):
            for number, check in enumerate(checks or ()):
                there: Path = (*step.path, *section, number)
                yield from _signal(book, world, check.service, check.signal, there)


def _signal(
    book: Book, world: World, service: str | None, signal: str | None, path: Path
) -> Iterator[Finding]:
    if service is None or signal is None:
        return
    yield from _lost(book, world.services, service, (*path, "service"), "R12")
    signals = world.signals.get(service)
    if signals is not None and signal not in signals:
        message = f"service '{short(service)}' has no signal '{short(signal)}'"
        yield book.say("R12", (*path, "signal"), message, signals.hint(signal))


def _targets(book: Book, world: World) -> Iterator[Finding]:
    yield from _lost(book, world.targets, book.metadata.target, ("metadata", "target"), "R19")
    for step in book.steps:
        yield from _lost(book, world.targets, step.part.target, (*step.path, "target"), "R19")


def _flags(book: Book, world: World) -> Iterator[Finding]:
    for number, need in enumerate(book.part.needs):
        if need.startswith("flags/"):
            yield from _lost(book, world.stores, need.removeprefix("flags/"), ("needs", number), "R19")
    for path, flag in _flags_in(book):
        if "${" not in flag.key + flag.provider:
            yield from _flag(book, world, path, flag)


def _flag(book: Book, world: World, path: Path, flag: FlagLook) -> Iterator[Finding]:
    store = flag.provider
    if not store:
        if len(world.flags) != 1:
            hint = f"add provider: and {world.stores.hint('').removeprefix('defined are ') or 'its name'}"
            yield book.say("R19", path, "does not say which flag store knows the flag", hint)
            return
        store = next(iter(world.flags))
    yield from _lost(book, world.stores, store, (*path, "provider"), "R19")
    keys = world.flags.get(store)
    if keys is not None and flag.key not in keys:
        message = f"flag '{short(flag.key)}' is not in the store '{short(store)}'"
        yield book.say("R19", (*path, "key"), message, keys.hint(flag.key))


def _flags_in(book: Book) -> Iterator[tuple[Path, FlagLook]]:
    for section, conditions in (("preconditions", book.part.preconditions), ("guard", book.part.guard)):
        for number, condition in enumerate(conditions):
            if condition.flag:
                yield (section, number, "flag"), condition.flag
    for step in book.steps:
        yield from _flags_of(step)


def _flags_of(step: StepAt) -> Iterator[tuple[Path, FlagLook]]:
    part = step.part
    looks = {
        (): part,
        ("rollback",): part.rollback,
        ("probe",): part.probe,
        ("preview",): part.preview,
        ("reconcile",): part.reconcile,
    }
    looks |= {("capture", name): each for name, each in part.capture.items()}
    for path, look in looks.items():
        if look is not None and look.flag is not None:
            yield (*step.path, *path, "flag"), look.flag


def _runbooks(book: Book, world: World) -> Iterator[Finding]:
    for step in book.steps:
        part = step.part
        if part.runbook:
            yield from _lost(book, world.runbooks, part.runbook.id, (*step.path, "runbook", "id"), "R19")
        if part.rollback and part.rollback.runbook:
            path: Path = (*step.path, "rollback", "runbook", "id")
            yield from _lost(book, world.runbooks, part.rollback.runbook.id, path, "R19")
        alternative = part.rollback.alternative if part.rollback else ""
        if alternative.startswith("runbook:"):
            id = alternative.removeprefix("runbook:")
            yield from _lost(book, world.runbooks, id, (*step.path, "rollback", "alternative"), "R19")


def _roles(book: Book, world: World) -> Iterator[Finding]:
    for number, name in enumerate(book.metadata.roles):
        yield from _lost(book, world.people, name, ("metadata", "roles", number), "R19")


def _lost(book: Book, known: Names, name: str, path: Path, code: str) -> Iterator[Finding]:
    """A complaint when `known` lacks `name`; nothing for an empty name and one that is filled in later."""
    if name and name not in known and "${" not in name:
        message = f"the {known.what} '{short(name)}' is not defined"
        yield book.say(code, path, message, known.hint(name))


def _ambient(book: Book) -> Iterator[Finding]:
    if book.metadata.target:
        return
    seen: set[Path] = set()
    for text in book.every_text:
        owner = text.path[:2]
        if text.role not in ("argv", "shell") or owner in seen or _has_target(book, owner):
            continue
        words = (text.text.rpartition("/")[2],) if text.path[-1] == 0 else ()
        words = tuple(_program.findall(text.text)) if text.role == "shell" else words
        if program := next((word for word in words if word in AMBIENT), None):
            seen.add(owner)
            message = f"{program} acts on whatever it was last told to, because no target is named"
            yield book.say("R23", text.path, message, "add target: to metadata")


def _has_target(book: Book, owner: Path) -> bool:
    return any(step.path == owner and step.part.target for step in book.steps)
