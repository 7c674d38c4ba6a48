"""Frozen dataclasses as plain JSON and back: what a run was started with has to be read again years later.

A value of a union of dataclasses carries its class name under `is`; fields at their default are left out.
A mapping whose keys are not text is a list of pairs, a set a sorted list.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from cockpit.core import json
from cockpit.core.json import Json

Value = TypeVar("Value")
TAG = "is"


def to_json(value: object) -> Json:
    """Plain JSON of a dataclass, or of what its fields may hold. Raises TypeError for anything else."""
    match value:
        case None | bool() | int() | float() | str():
            return value.value if isinstance(value, Enum) else value
        case Mapping() if all(isinstance(key, str) for key in value):
            return {str(key): to_json(each) for key, each in value.items()}
        case Mapping():
            return [[to_json(key), to_json(each)] for key, each in value.items()]
        case frozenset():
            return [to_json(each) for each in sorted(value)]
        case list() | tuple():
            return [to_json(each) for each in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {TAG: type(value).__name__, **_told(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a record")


def _told(value: Any) -> dict[str, Json]:
    return {
        field.name: to_json(each)
        for field in dataclasses.fields(value)
        if (each := getattr(value, field.name)) != _default(field)
    }


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def from_json(kind: type[Value], document: Json) -> Value:
    """A `kind` as `to_json` wrote it; unknown fields are ignored. Raises ValueError where it is none."""
    try:
        found = _read(kind, document)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from None
    assert isinstance(found, kind)
    return found


def _read(kind: Any, document: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(typing.get_args(kind), document)
    if origin is tuple:
        return _tuple(typing.get_args(kind), document)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        key, of = typing.get_args(kind)
        return _mapping(key, of, document)
    if origin is frozenset:
        return frozenset(_read(typing.get_args(kind)[0], each) for each in document)
    if dataclasses.is_dataclass(kind):
        return _instance(kind, document)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(document)
    return document


def _tuple(of: tuple[Any, ...], document: Any) -> tuple[Any, ...]:
    if len(of) == 2 and of[1] is Ellipsis:
        return tuple(_read(of[0], each) for each in document)
    return tuple(_read(kind, each) for kind, each in zip(of, document, strict=True))


def _mapping(key: Any, of: Any, document: Any) -> dict[Any, Any]:
    pairs = document.items() if isinstance(document, Mapping) else document
    return {_read(key, name): _read(of, each) for name, each in pairs}


def _one_of(kinds: tuple[Any, ...], document: Any) -> Any:
    """The dataclass that the tag names; else the first member that is no dataclass takes it as it is."""
    if document is None:
        return None
    if isinstance(document, Mapping) and TAG in document:
        for kind in kinds:
            if dataclasses.is_dataclass(kind) and getattr(kind, "__name__", "") == document[TAG]:
                return _instance(kind, document)
    plain = [kind for kind in kinds if not dataclasses.is_dataclass(kind) and kind is not type(None)]
    if not plain:
        raise TypeError(f"{document!r:.60}")
    return _read(plain[0], document)


def _instance(kind: Any, document: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    given = {name: _read(hints[name], each) for name, each in document.items() if name in hints}
    return kind(**given)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind, localns=vars(json))  # the alias Json is named in other modules
