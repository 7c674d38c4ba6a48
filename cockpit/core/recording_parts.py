"""The shapes inside a line of a recording, checked one by one so that a complaint can name the spot."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from cockpit.core.change_line import LineError
from cockpit.core.poll import NOT_STATED, PLENTY, UNKNOWN_AGE
from cockpit.core.recording_values import number

Json: TypeAlias = dict[str, Any]


class Section:
    """Answers of everybody, or of one source; checked for shape once."""

    def __init__(self, found: object) -> None:
        if not isinstance(found, dict):
            raise LineError("'sources' does not map names to objects")
        self.values = {owner: object_of(each, owner) for owner, each in mapping(found, "values").items()}
        self._listed = {
            (key, owner): frozenset(texts(names, f"{key} of {owner}"))
            for key in ("failed", "unruled", "partial")
            for owner, names in mapping(found, key).items()
        }

    def lists(self, key: str, owner: str, names: tuple[str, ...]) -> bool:
        listed = self._listed.get((key, owner))
        return listed is not None and not listed.isdisjoint(names)


def heard(found: object, owner: str, key: str) -> tuple[float, float, float]:
    """(value, volume, age) of one entry."""
    where = f"{owner}.{key}"
    if not isinstance(found, dict):
        return number(found, where), PLENTY, NOT_STATED
    if "value" not in found:
        raise LineError(
            f"{where} is an object without 'value'", "leave the signal out when there is no value"
        )
    volume, age = PLENTY, NOT_STATED
    if "volume" in found:
        volume = math.nan if found["volume"] is None else number(found["volume"], f"volume of {where}")
    if "age" in found:
        age = UNKNOWN_AGE if found["age"] is None else number(found["age"], f"age of {where}")
        age = UNKNOWN_AGE if math.isnan(age) else age
    return number(found["value"], where), volume, age


def mapping(found: Json, key: str) -> Json:
    value = found.get(key)
    return {} if value is None else object_of(value, key)


def object_of(found: object, what: str) -> Json:
    if not isinstance(found, dict):
        raise LineError(f"'{what}' is not an object: {found!r:.40}")
    return found


def list_of(found: Json, key: str) -> list[Any]:
    value = [] if found.get(key) is None else found[key]
    if not isinstance(value, list):
        raise LineError(f"'{key}' is not a list: {value!r:.40}")
    return value


def texts(found: object, what: str) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise LineError(f"'{what}' is not a list of names: {found!r:.40}")
    return found
