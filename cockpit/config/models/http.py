"""Connection settings in the ecosystem's own shape; `core.http_config` knows it and checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import WithJsonSchema

from cockpit.core.http_config import SHAPE, SWITCH, TEXT


def _schema(shape: Mapping[str, object]) -> dict[str, Any]:
    fields = {key: _field(wanted) for key, wanted in shape.items()}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def _field(wanted: object) -> dict[str, Any]:
    if isinstance(wanted, Mapping):
        return _schema(wanted)
    return dict(_FIELDS[wanted])


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_HEADER: Final = {
    "type": "object",
    "properties": {"values": _TEXTS, "secrets": _TEXTS, "files": _TEXTS},
    "additionalProperties": False,
}
_FIELDS: Final[Mapping[object, Mapping[str, Any]]] = {
    TEXT: {"type": "string"},
    SWITCH: {"type": "boolean"},
    None: {"type": "object", "additionalProperties": _HEADER},
}

HttpConfig: TypeAlias = Annotated[dict[str, Any], WithJsonSchema(_schema(SHAPE))]
