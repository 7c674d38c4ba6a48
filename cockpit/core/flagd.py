"""A flag file in the OpenFeature flagd format: what each flag says, and whether flagd would take it.

One invalid flag freezes all of them in flagd, so the whole file is checked before any of it is believed.
Of a key that stands twice the last counts, as in flagd itself and in the OpenFeature providers.
Format: https://flagd.dev/reference/flag-definitions/, https://flagd.dev/schema/v0/flags.json
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cockpit.core.model import Scalar

LONGEST: Final = 8 * 1024 * 1024
"""Bytes, or characters."""
MOST: Final = 2**53 - 1
"""Beyond it readers of JSON disagree about whole numbers."""
KINDS: Final = ((bool, "boolean"), (str, "string"), ((int, float), "number"), (dict, "object"))


class FlagdError(ValueError):
    """The file is not what flagd would take; `flag` is empty when it is not about a single one."""

    def __init__(self, message: str, flag: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.flag = flag
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class FlagdFlag:
    key: str
    enabled: bool
    """A disabled flag is *not* off: clients fall back to the default in their code."""
    variants: Mapping[str, object]
    default_variant: str | None
    has_targeting: bool

    @property
    def value(self) -> Scalar:
        """What clients without a targeting match get; None when nobody can tell from here."""
        if not self.enabled or self.default_variant is None:
            return None
        value = self.variants[self.default_variant]
        return value if isinstance(value, bool | str | int | float) else None

    def variant_with(self, value: Scalar) -> str | None:
        """The first variant that has this value; `true` is not 1."""
        for name, each in self.variants.items():
            if each == value and isinstance(each, bool) == isinstance(value, bool):
                return name
        return None


def parse_flagd(text: str) -> dict[str, FlagdFlag]:
    """Every flag of the file by key. Raises FlagdError at the first thing flagd would refuse."""
    document = _json(text)
    flags = document.get("flags") if isinstance(document, dict) else None
    if isinstance(flags, list):
        raise FlagdError('has "flags" as a list, which only flagd itself reads; write a mapping by key')
    if not isinstance(flags, dict):
        raise FlagdError('has no mapping "flags"')
    return {key: _flag(key, flag) for key, flag in flags.items()}


def _json(text: str) -> object:
    if len(text) > LONGEST:
        raise FlagdError(f"is larger than {LONGEST // 1024 // 1024} MiB")
    if text.startswith("\ufeff"):
        raise FlagdError("begins with a byte order mark, which flagd does not read")
    try:
        return json.loads(text, parse_constant=_no_constant, parse_int=_whole, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise FlagdError(f"is not JSON: {error.msg}", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise FlagdError("is nested too deeply") from None


def _flag(key: str, flag: object) -> FlagdFlag:
    if not key:
        raise FlagdError("has a flag without a name")
    if not isinstance(flag, dict):
        raise FlagdError("is not a mapping", key)
    state = flag.get("state")
    if state not in ("ENABLED", "DISABLED"):
        raise FlagdError('has no "state" that is ENABLED or DISABLED', key)
    variants = _variants(key, flag.get("variants"))
    default = flag.get("defaultVariant")
    if default is not None and (not isinstance(default, str) or default not in variants):
        raise FlagdError('has a "defaultVariant" that is none of its variants', key)
    targeting = flag.get("targeting")
    if targeting is not None and not isinstance(targeting, dict):
        raise FlagdError('has a "targeting" that is not a mapping', key)
    return FlagdFlag(key, state == "ENABLED", variants, default, bool(targeting))


def _variants(key: str, variants: object) -> Mapping[str, object]:
    if not isinstance(variants, dict) or not variants:
        raise FlagdError('has no "variants"', key)
    if "" in variants:
        raise FlagdError("has a variant without a name", key)
    kinds = {_kind(value) for value in variants.values()}
    if len(kinds) != 1 or None in kinds:
        raise FlagdError("mixes kinds of variants; all must be boolean, string, number or object", key)
    return variants


def _kind(value: object) -> str | None:
    return next((name for kinds, name in KINDS if isinstance(value, kinds)), None)


def _no_constant(name: str) -> None:
    raise FlagdError(f"is not JSON: {name} is no value there")


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MOST:
        raise FlagdError(f"has a whole number beyond {MOST:,}: {digits[:20]}")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise FlagdError(f"has a number too large to be read: {digits[:20]}")
    return value
