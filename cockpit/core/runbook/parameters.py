"""Parameters of a run: what was given, else the default; each checked against what its author declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cockpit.core.json import Json
from cockpit.core.model import Scalar
from cockpit.core.runbook.model import Parameter
from cockpit.text import whole

_duration: Final = re.compile(r"(?:\d+(?:ms|s|m|h|d|w))+|0")
TRUE: Final = frozenset({"true", "yes", "y", "1"})
FALSE: Final = frozenset({"false", "no", "n", "0"})


class BadParameter(ValueError):
    """Says which one, what is wrong and what to give instead."""


def checked(
    declared: Iterable[Parameter], given: Mapping[str, Scalar], looked_up: Mapping[str, Scalar]
) -> dict[str, Json]:
    """Every declared parameter with its value; a secret keeps its reference. Raises BadParameter.

    `looked_up`: what `default_from` has brought.
    """
    wanted = {each.name: each for each in declared}
    for name in given:
        if name not in wanted:
            known = ", ".join(wanted) or "none"
            raise BadParameter(f"there is no parameter '{name}'; there are: {known}")
    return {each.name: _value(each, given, looked_up) for each in wanted.values()}


def _value(parameter: Parameter, given: Mapping[str, Scalar], looked_up: Mapping[str, Scalar]) -> Json:
    name = parameter.name
    if parameter.type == "secret":
        return parameter.secret
    if name in given:
        return fitting(parameter, given[name])
    if looked_up.get(name) is not None:
        return fitting(parameter, looked_up[name])
    if parameter.has_default:
        return fitting(parameter, parameter.default)
    prompt = f" ({parameter.prompt})" if parameter.prompt else ""
    raise BadParameter(f"the parameter '{name}' is missing{prompt}; give --param {name}=VALUE")


def fitting(parameter: Parameter, value: Scalar) -> Json:
    """`value` as its type. Raises BadParameter."""
    if isinstance(value, str) and whole(value) != value:
        raise BadParameter(
            f"the parameter '{parameter.name}' holds bytes that are no text; write it in UTF-8"
        )
    made = _typed(parameter, value)
    if parameter.enum and made not in parameter.enum:
        allowed = ", ".join(str(each) for each in parameter.enum)
        raise _bad(parameter, value, f"one of {allowed}")
    if parameter.pattern and not re.fullmatch(parameter.pattern, str(made)):
        raise _bad(parameter, value, f"something like {parameter.pattern}")
    if isinstance(made, int | float) and not isinstance(made, bool):
        _within(parameter, value, made)
    return made


def _typed(parameter: Parameter, value: Scalar) -> str | int | float | bool:
    text = str(value).strip()
    try:
        match parameter.type:
            case "integer":
                return int(text)
            case "number":
                return _finite(text)
            case "boolean" if text.lower() in TRUE | FALSE:
                return text.lower() in TRUE
            case "boolean":
                raise ValueError(text)
            case "duration" if not _duration.fullmatch(text):
                raise ValueError(text)
            case "enum":
                return value if isinstance(value, bool | int | float) else text
    except ValueError:
        raise _bad(parameter, value, f"a {parameter.type}") from None
    return text if parameter.type == "duration" else str(value)


def _finite(text: str) -> float:
    number = float(text)
    if number != number or abs(number) == float("inf"):
        raise ValueError(text)
    return number


def _within(parameter: Parameter, value: Scalar, made: float) -> None:
    if parameter.min is not None and made < parameter.min:
        raise _bad(parameter, value, f"at least {parameter.min:g}")
    if parameter.max is not None and made > parameter.max:
        raise _bad(parameter, value, f"at most {parameter.max:g}")


def _bad(parameter: Parameter, value: Scalar, wanted: str) -> BadParameter:
    return BadParameter(f"the parameter '{parameter.name}' is '{value!s:.60}', and must be {wanted}")
