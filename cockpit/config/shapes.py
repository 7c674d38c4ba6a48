"""The format itself, asked for what may stand where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args, get_origin

from cockpit.config.findings import Step
from cockpit.config.models.base import Part


def shape_at(shape: type[Part], location: Iterable[Step]) -> type[Part] | None:
    """The part of the format that stands at `location`, or in the list there; None for plain values."""
    return next(iter(_parts(_annotation_at(shape, location))), None)


def only_value_at(shape: type[Part], location: Iterable[Step]) -> str:
    """What has to stand at `location` where there is no choice, as with `kind`; else nothing."""
    annotation = _annotation_at(shape, location)
    values = get_args(annotation) if get_origin(annotation) is Literal else ()
    return str(values[0]) if len(values) == 1 else ""


def keys_of(shape: type[Part]) -> list[str]:
    """As people write them."""
    return list(_fields(shape))


def _annotation_at(shape: type[Part], location: Iterable[Step]) -> Any:
    annotation: Any = shape
    for step in location:
        for part in _parts(annotation):
            if isinstance(step, str) and (field := _fields(part).get(step)):
                annotation = field
                break
    return annotation


def _fields(shape: type[Part]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in shape.model_fields.items()}


def _parts(annotation: Any) -> list[type[Part]]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return [annotation] if issubclass(annotation, Part) else []
    inner = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return [part for each in inner for part in _parts(each)]
