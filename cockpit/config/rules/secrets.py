"""Secrets written into a file (C18), and keys that were left empty (C04)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from cockpit.config.findings import Step, finding, short
from cockpit.config.marks import Document
from cockpit.config.secret_keys import holds_login, is_reference, is_secret_header, names_secret
from cockpit.errors import Finding

_HINT: Final = (
    "write a reference such as env:NAME or file:/run/secrets/name, and change the secret: it was seen"
)
_URL_HINT: Final = "keep it in http_config or the client's own password file, and change it: it was seen"
_MAY_BE_EMPTY: Final = frozenset({"kill", "value", "default"})

_Way: TypeAlias = "tuple[_Way, Step] | None"
"""How a value was reached, last step first; the whole path is put together for the few that matter."""


def complaints(document: Document, *, empty: bool = True) -> Iterator[Finding]:
    """The secret itself is never part of a message. `empty`: whether empty keys are looked for as well."""
    todo: list[tuple[object, str, _Way]] = [(document.value, "", None)]
    while todo:
        value, key, way = todo.pop()
        if isinstance(value, dict):
            todo += [(inner, name, (way, name)) for name, inner in value.items()]
        elif isinstance(value, list):
            todo += [(inner, key, (way, number)) for number, inner in enumerate(value)]
        elif isinstance(value, str):
            if holds_login(value):
                yield finding("C18", document.at(_path(way)), "a password is written in a URL", _URL_HINT)
            elif what := _secret(value, key, way):
                yield finding("C18", document.at(_path(way)), what, _HINT)
        elif value is None and empty and way and key not in _MAY_BE_EMPTY:
            what = f"'{short(key)}'" if isinstance(way[1], str) else f"an entry of '{short(key)}'"
            yield finding(
                "C04", document.at(_path(way)), f"{what} is empty", "write a value, or remove the key"
            )


def _secret(text: str, key: str, way: _Way) -> str:
    """What gives the secret away; nothing when there is none. `key` is the nearest above it."""
    if "PRIVATE KEY-----" in text:
        return "a private key is written in the file"
    if names_secret(key) and text and not is_reference(text) and "${" not in text:
        return f"the secret under '{short(key)}' is written in the file"
    if key == "values" and not is_reference(text) and (header := _header(way)):
        return f"the header '{short(header)}' is written in the file"
    return ""


def _header(way: _Way) -> str:
    """The header that proves who we are and whose `values` these are."""
    path = _path(way)
    name = str(path[-3]) if len(path) > 2 else ""
    return name if is_secret_header(name) else ""


def _path(way: _Way) -> tuple[Step, ...]:
    path: list[Step] = []
    while way is not None:
        way, step = way
        path.append(step)
    return tuple(reversed(path))
