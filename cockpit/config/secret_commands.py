"""The commands that a configuration and its runbooks would run to get at secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cockpit.core.model import Model

_KIND: Final = "command:"


def secret_commands(model: Model) -> tuple[str, ...]:
    """What stands behind each `command:`, each once, in the order of the files."""
    found: list[object] = [store.options for store in model.flags]
    found.append(model.incident)
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
