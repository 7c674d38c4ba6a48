"""What an unquoted word in YAML means: YAML 1.2 core and nothing else.

So `no`, `on`, `12:30`, `1_000` and `2024-01-01` are text, and `010` is ten: for everybody but a C compiler
a leading zero is padding. Where text was meant (a ticket number, tier "01") the type of the field says so
and asks for quotes.
"""

from __future__ import annotations

import math
import re
from typing import Final

Scalar = str | int | float | bool | None

LONGEST_NUMBER: Final = 64
"""Digits and all. A longer one is no measurement, and reading a number of 100,000 digits takes seconds."""

_CONSTANTS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_FIRSTS: Final = frozenset("0123456789+-.")
_integer: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_float: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def resolve(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError for a number that no computer keeps."""
    constant = _CONSTANTS.get(text, text)
    if constant is not text or text[0] not in _FIRSTS:
        return constant
    if _integer.fullmatch(text):
        return int(_short(text), _base(text))
    if _float.fullmatch(text):
        return _finite(_short(text))
    return text


def _base(text: str) -> int:
    return {"0x": 16, "0o": 8}.get(text[:2], 10)


def _short(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text):,} characters")
    return text


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text} is beyond what a float can hold")
    return value
