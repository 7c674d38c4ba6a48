"""pydantic's errors in our words: what is wrong, and what to write instead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydantic_core import ErrorDetails

from cockpit.config import hints
from cockpit.config.findings import Step, short
from cockpit.config.models.base import FORMS, Part
from cockpit.config.prune import concrete
from cockpit.config.secret_keys import names_secret
from cockpit.config.shapes import keys_of, only_value_at, shape_at
from cockpit.config.subjects import subject
from cockpit.config.suggest import nearest

_PREDICATES: Final = ("is ", "has ", "names ", "must ", "cannot ", "does ", "waits ", "needs ", "can ")
EMPTY_HINT: Final = "write a value, or remove the key"
_MANUAL: Final = "write it as docs/configuration.md says"


class Told(NamedTuple):
    code: str
    message: str
    hint: str


class _Said(NamedTuple):
    """A value that is wrong: `shown` is empty where it is no plain value, or secret."""

    shown: str
    given: object
    context: Mapping[str, Any]
    shape: type[Part] | None


def in_words(value: object, shape: type[Part], error: ErrorDetails) -> Told:
    """`value` is the whole file, `shape` what it should be."""
    location, kind = error["loc"], error["type"]
    about = subject(value, concrete(value, location))
    context: Mapping[str, Any] = error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(location[-1]), shape_at(shape, location[:-1]))
    if kind == "missing":
        wanted = only_value_at(shape, location) or "..."
        return Told("C04", f"{about} has no {location[-1]}", f"add {location[-1]}: {wanted}")
    if location[-1:] == ("[key]",):
        about = subject(value, concrete(value, location[:-2]))
        return _bad_key(str(location[-2]), about, kind, context)
    if error.get("input") is None:
        return Told("C04", f"{about} is empty", EMPTY_HINT)
    said = _Said(_shown(error.get("input"), location), error.get("input"), context, shape_at(shape, location))
    if kind == "wrong":
        message, hint = str(context["what"]), str(context["hint"])
        if message.startswith("is not ") and said.shown:
            message += f": {said.shown}"
    else:
        message, hint = _by_type(kind, said)
    return Told("C04", f"{about} {message}" if message.startswith(_PREDICATES) else message, hint)


def unknown_key_meant(shape: type[Part], error: ErrorDetails) -> str:
    """Which key a misspelt one was probably meant to be; nothing for other errors."""
    if error["type"] != "extra_forbidden":
        return ""
    return _nearest_key(str(error["loc"][-1]), shape_at(shape, error["loc"][:-1])) or ""


@lru_cache(maxsize=1024)
def _nearest_key(key: str, shape: type[Part] | None) -> str | None:
    """One mistake is often made five thousand times, by a template."""
    return nearest(key, keys_of(shape)) if shape else None


def _by_type(kind: str, said: _Said) -> tuple[str, str]:
    what = _what(said.given)
    match kind:
        case "string_type":
            quoted = f'put quotes around it: "{said.shown}"' if said.shown else "write text"
            return f"must be text, not {what}", quoted
        case "bool_type":
            return f"must be true or false, not {what}", hints.truth_hint(said.given)
        case "float_type" | "finite_number":
            return f"must be a number, not {what}", hints.number_hint(said.given)
        case "int_type" | "int_from_float":
            return f"must be a whole number, not {what}", hints.number_hint(said.given)
        case "list_type" | "tuple_type":
            return f"must be a list, not {what}", hints.list_hint(said.shown, said.shape)
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"must hold keys with values, not {what}", hints.mapping_hint(said.shown, said.shape)
        case _:
            return _by_value(kind, said)


def _by_value(kind: str, said: _Said) -> tuple[str, str]:
    """The type is right."""
    cannot = f"cannot be '{said.shown}'" if said.shown else "has a wrong value"
    match kind:
        case "literal_error":
            return cannot, hints.choice_hint(said.shown, said.context)
        case "string_pattern_mismatch":
            return cannot, FORMS.get(str(said.context.get("pattern")), _MANUAL)
        case "string_too_short" | "too_short":
            return "is empty", EMPTY_HINT
        case "string_too_long" | "too_long":
            return "is too long", f"write at most {said.context.get('max_length')}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return f"is out of range: {said.shown}", hints.range_hint(said.context)
        case _:
            return cannot, _MANUAL


def _unknown_key(key: str, shape: type[Part] | None) -> Told:
    known = keys_of(shape) if shape else []
    near = _nearest_key(key, shape)
    listed = f"known here are {', '.join(known)}" if known else "remove it"
    return Told("C01", f"unknown key '{short(key)}'", f"did you mean '{near}'?" if near else listed)


def _bad_key(key: str, about: str, kind: str, context: Mapping[str, Any]) -> Told:
    message = f"{about} cannot have the key '{short(key)}'"
    if kind == "literal_error":
        return Told("C04", message, hints.choice_hint(key, context))
    if kind == "wrong":
        return Told("C04", message, str(context["hint"]))
    return Told("C04", message, FORMS.get(str(context.get("pattern")), "write a shorter one"))


def _shown(given: object, location: tuple[Step, ...]) -> str:
    """Nothing that may be secret: neither by its key nor, as in user:password@host, by its looks."""
    if any(isinstance(step, str) and names_secret(step) for step in location):
        return ""
    if isinstance(given, bool):
        return str(given).lower()
    text = str(given) if isinstance(given, str | int | float) else ""
    return "" if "@" in text else short(text)


def _what(given: object) -> str:
    match given:
        case bool():
            return str(given).lower()
        case float() if not math.isfinite(given):
            return "one that is not finite"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case _:
            return "keys with values"
