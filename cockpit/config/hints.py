"""What to write instead of a value of the wrong type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cockpit.config.models.base import Part
from cockpit.config.shapes import keys_of
from cockpit.config.suggest import nearest

_LIST: Final = "write it as a list, with a dash before each entry or in [brackets]"
_BOUNDS: Final = {"gt": "above", "ge": "at or above", "lt": "below", "le": "at or below"}


def list_hint(shown: str, shape: type[Part] | None) -> str:
    if not shown:
        return _LIST
    if shape is None:
        return f"write [{shown}]"
    return f"write [{mapping_hint(shown, shape).removeprefix('write ')}]"


def mapping_hint(shown: str, shape: type[Part] | None) -> str:
    if shape is None:
        return "write {key: value}"
    if shown and shape.instead_of_text:
        return shape.instead_of_text.format(shown)
    keys = keys_of(shape)
    return f"write {{{', '.join(f'{key}: ...' for key in keys[:3])}}}"


def number_hint(given: object) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return f"remove the quotes: {text}"
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)? ?%", text):
        percent = text.rstrip("% ")
        return f"write {float(percent) / 100:g} for a ratio, or {percent} where percent are meant"
    return "write digits, as in 0.05 or 20"


def range_hint(context: Mapping[str, Any]) -> str:
    name = next((name for name in _BOUNDS if name in context), "")
    return f"write a number {_BOUNDS[name]} {context[name]:g}" if name else "write another number"


def truth_hint(given: object) -> str:
    word = str(given).lower()
    if word in ("yes", "on", "true", "y", "1"):
        return "write true"
    return "write false" if word in ("no", "off", "false", "n", "0") else "write true or false"


def choice_hint(written: str, context: Mapping[str, Any]) -> str:
    """From pydantic's `'hard', 'soft' or 'none'`."""
    known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    near = nearest(written, known)
    if near and len(known) > 1:
        return f"did you mean {near}?"
    return f"write {' or '.join(filter(None, (', '.join(known[:-1]), *known[-1:])))}"
