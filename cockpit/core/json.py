"""JSON as values, and the one way in which it is written where a digest is taken of it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cockpit.text import whole

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


def canonical(value: object) -> str:
    """Keys sorted, no blanks, UTF-8. Raises ValueError for NaN and infinities, TypeError for objects."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: object) -> str:
    """sha256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def pointed(document: object, pointer: str) -> object:
    """What a JSON pointer (RFC 6901) leads to. Raises LookupError where there is nothing."""
    for part in pointer.split("/")[1:] if pointer else ():
        key = part.replace("~1", "/").replace("~0", "~")
        match document:
            case Mapping() if key in document:
                document = document[key]
            case list() | tuple() if key.isascii() and key.isdigit() and int(key) < len(document):
                document = document[int(key)]
            case _:
                raise LookupError(pointer)
    return document


def finite(value: object) -> float | None:
    """A number of somebody else's record as one to reckon with; None: it is none, or larger than any."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def is_deep(value: object, most: int = 100) -> bool:
    """Whether lists and objects stand in each other deeper than that: nothing of ours does."""
    level = [value]
    for _ in range(most):
        inner: list[object] = []
        for each in level:
            inner += each.values() if isinstance(each, Mapping) else listed(each)
        if not inner:
            return False
        level = inner
    return True


def listed(value: object) -> Sequence[Any]:
    """A list of somebody else's record; empty where it is none."""
    return value if isinstance(value, list | tuple) else ()


def whole_text(value: Any) -> Any:
    """The same, with halves of characters replaced wherever a text stands: a record must not hold them."""
    match value:
        case str():
            return whole(value)
        case Mapping():
            return {whole(name): whole_text(each) for name, each in value.items()}
        case list() | tuple():
            return [whole_text(each) for each in value]
    return value
