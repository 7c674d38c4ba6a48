"""Lint S of `answers`: whether what people do in a scenario can be done on this model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cockpit.config.findings import Names, Step, short
from cockpit.config.models.scenario import DeedPart, ScenarioFile
from cockpit.core.runbook.model import Runbook
from cockpit.errors import Finding

if TYPE_CHECKING:
    from cockpit.config.scenario_lint import Known

Path = tuple[Step, ...]
BEFORE: Final = frozenset({"undo", "hold", "already", "approval"})
"""What may stand before the id of a step in the name of a question."""


def deeds(known: Known, part: ScenarioFile) -> Iterator[Finding]:
    for kind, steps in part.answers.items():
        for number, deed in enumerate(steps):
            path: Path = ("answers", kind, number)
            if deed.at > part.length:
                message = "'at' is after the end of the scenario"
                yield known.say("S02", (*path, "at"), message, "mend it, or raise length")
            yield from unknown(known, deed, path)
            yield from _never_run(known, deed, steps, path)


def unknown(known: Known, deed: DeedPart, path: Path) -> Iterator[Finding]:
    """Names that nothing has."""
    for field in ("run", "undo", "undo_all"):
        yield from known.name(known.runbooks, getattr(deed, field), (*path, field))
    for field in ("ack", "attest"):
        yield from known.name(known.services, getattr(deed, field), (*path, field))
    for field in ("flip", "restore"):
        yield from known.name(known.switches, getattr(deed, field), (*path, field))
    yield from known.name(known.roles, deed.role, (*path, "role"))
    yield from known.name(known.targets, deed.target, (*path, "target"))
    for field in ("mark", "unmark"):
        yield from _mode(known, getattr(deed, field), (*path, field))
    if book := known.books.get(deed.run):
        yield from _questions(known, book, deed, path)


def _mode(known: Known, name: str, path: Path) -> Iterator[Finding]:
    owner, _, mode = name.rpartition(".")
    if not name:
        return
    node = known.of_service.get(owner) or known.of_capability.get(owner)
    if not owner or node is None:
        yield known.say("S01", path, f"'{short(name)}' is no degraded mode", "write SERVICE.MODE")
        return
    modes = {each.name: each for each in node.degradations}
    if mode not in modes:
        names = Names("degradation", modes)
        message = f"'{short(owner)}' has no degradation '{short(mode)}'"
        yield known.say("S01", path, message, names.hint(mode))
    elif not modes[mode].manual:
        message = f"'{short(mode)}' cannot be marked by hand: whether it is active is seen"
        yield known.say("S04", path, message, "leave it out")


def _questions(known: Known, book: Runbook, deed: DeedPart, path: Path) -> Iterator[Finding]:
    """Answers to questions that the runbook never asks."""
    steps = Names("step", (each.id for each in (*book.steps, *book.finally_)))
    checks = len(book.preconditions) + len(book.guards)
    for name in deed.answers:
        where: Path = (*path, "answers", name)
        what, colon, step = name.partition(":")
        if colon and what == "pre":
            if not step.isdigit() or not 1 <= int(step) <= checks:
                message = f"'{short(book.id)}' has no check {short(step)}"
                yield known.say("S01", where, message, "checks are counted from 1", key=True)
        elif not (colon and what in BEFORE):
            yield from known.name(steps, name, where, key=True)
        else:
            yield from known.name(steps, step, where, key=True)


def _never_run(known: Known, deed: DeedPart, others: Sequence[DeedPart], path: Path) -> Iterator[Finding]:
    """What was not begun before cannot be taken back."""
    for field in ("undo", "undo_all"):
        book = getattr(deed, field)
        if book and not any(each.run == book and each.at <= deed.at for each in others):
            message = f"'{short(book)}' is taken back, and was not run before"
            yield known.say("S04", (*path, field), message, f"add run: {short(book)} before it")
    if (deed.role or deed.note or deed.resolve) and not any(
        each.declare and each.at <= deed.at for each in others
    ):
        field = next(name for name in ("role", "note", "resolve") if getattr(deed, name))
        message = f"'{field}' belongs to an incident, and none was declared before"
        yield known.say("S04", (*path, field), message, "add declare: before it")
