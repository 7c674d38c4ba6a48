"""A step preset with its parameters filled in: `${name}` becomes the value, `${params.x}` stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from cockpit.config import durations
from cockpit.config.models.preset import Parameter
from cockpit.config.texts import cut
from cockpit.core.runbook.substitute import plain

Values: TypeAlias = Mapping[str, Any]
Problem: TypeAlias = tuple[str, str]

_hole: Final = re.compile(r"(?P<literal>\$\$\{)|\$\{(?P<name>[A-Za-z][A-Za-z0-9_]*)\}")
_reference: Final = re.compile(r"\$\{(params|captures)\.([A-Za-z][A-Za-z0-9_]*)\}")
_CONDITIONS: Final = frozenset({"success", "failure", "applied_when", "not_applied_when"})
_QUERIES: Final = frozenset({"promql", "baseline", "control"})
_ABSENT: Final = object()


def filled(template: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """Without what depends on parameters that have no value."""
    pairs = ((name, _value(each, name, values)) for name, each in template.items())
    return {name: each for name, each in pairs if each is not _ABSENT}


def holes(value: object) -> Iterator[str]:
    """Names of all parameters that a template asks for."""
    match value:
        case str():
            yield from (found["name"] for found in _hole.finditer(value) if found["name"])
        case Mapping():
            for each in value.values():
                yield from holes(each)
        case list():
            for each in value:
                yield from holes(each)
        case _:
            pass


def typed(parameter: Parameter, value: object) -> tuple[Any, Problem | None]:
    """A value that can stand in the template, and what is wrong with the one that was given."""
    if isinstance(value, str) and "${" in value:
        return value, None  # known when the runbook runs
    wanted = parameter.type
    right = {
        None: isinstance(value, str | int | float),
        "any": value is not None,
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "duration": isinstance(value, str) and _is_duration(value),
    }[wanted]
    if right and value != "":
        return value, None
    if value is None or value == "":
        return "-", ("is empty", "write a value, or remove the key")
    if wanted == "string" and isinstance(value, int | float):
        return "-", ("must be text", f'put quotes around it: "{plain(value)}"')
    return "-", (f"must be {_WORDS[wanted]}", f"write {_EXAMPLES[wanted]}")


_WORDS: Final = {
    None: "a plain value",
    "any": "something",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "duration": "a duration",
}
_EXAMPLES: Final = {
    None: "text or a number",
    "any": "a value",
    "string": "text",
    "integer": "digits, as in 3",
    "number": "digits, as in 0.5",
    "boolean": "true or false",
    "duration": "it as in 30s or 5m",
}


def _is_duration(value: str) -> bool:
    try:
        durations.seconds(value)
    except ValueError:
        return False
    return True


def _value(value: Any, key: str, values: Values) -> Any:
    match value:
        case str():
            return _text(value, key, values)
        case dict():
            return filled(value, values)
        case list() if key == "run":
            return list(_argv(value, values))
        case list():
            return [each for one in value if (each := _value(one, key, values)) is not _ABSENT]
        case _:
            return value


def _argv(elements: list[Any], values: Values) -> Iterator[str]:
    """Every element is text; an inner list stands only where all that it asks for has a value."""
    for element in elements:
        if isinstance(element, list):
            if all(values.get(name, "") != "" for name in holes(element)):
                yield from _argv(element, values)
        else:
            yield _put(element, values) if isinstance(element, str) else element


def _text(text: str, key: str, values: Values) -> Any:
    whole = _hole.fullmatch(text)
    if whole and whole["name"]:
        value = values.get(whole["name"], "")
        return _ABSENT if value == "" else value
    if key in _CONDITIONS:
        return _hole.sub(lambda found: _expression(found, values), text)
    if key in _QUERIES:
        return cut(text).fill({name: plain(value) for name, value in values.items()})
    return _put(text, values)


def _put(text: str, values: Values) -> str:
    return _hole.sub(
        lambda found: found[0] if found["literal"] else plain(values.get(found["name"], "")), text
    )


def _expression(found: re.Match[str], values: Values) -> str:
    """A value in a condition: text in quotes, or the name of what is known when the runbook runs."""
    if found["literal"]:
        return found[0]
    text = plain(values.get(found["name"], ""))
    reference = _reference.fullmatch(text)
    return f"{reference[1]}.{reference[2]}" if reference else json.dumps(text)
