"""The commands that a configuration would run without a runbook: for secrets, and for who is on call."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from cockpit.core.model import Model

_KIND: Final = "command:"


def purposes(model: Model) -> dict[str, str]:
    """What each of them is run for, in words: "a secret", "who is on call for payments"."""
    lookups = {
        shlex.join(team.lookup): f"who is on call for {team.name}"
        for team in reversed(model.teams)
        if team.lookup
    }
    return {command: lookups.get(command, "a secret") for command in secret_commands(model)}


def secret_commands(model: Model) -> tuple[str, ...]:
    """What stands behind each `command:`, each once, in the order of the files."""
    found: list[object] = [store.options for store in model.flags]
    found += [channel.secret for channel in model.incident.notify]
    found += [team.page_secret for team in model.teams]
    found += [f"{_KIND}{shlex.join(team.lookup)}" for team in model.teams if team.lookup]
    found += [each.secret for book in model.books.values() for each in book.parameters]
    return tuple(dict.fromkeys(_commands(found)))


def _commands(part: object) -> Iterator[str]:
    match part:
        case str() if part.startswith(_KIND):
            yield part.removeprefix(_KIND)
        case Mapping():
            yield from _commands(list(part.values()))
        case list() | tuple():
            for each in part:
                yield from _commands(each)
