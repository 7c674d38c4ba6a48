"""What a runbook asks for before its first step: values of a type, or where a secret is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from cockpit.config import durations
from cockpit.config.models.base import Number, Part, PlainValue, Promql, Text, Word, exactly_one, wrong
from cockpit.config.models.runbook_looks import Argument

_REFERENCES: Final = ("env", "file", "command")


class DefaultFrom(Part):
    """Where a value comes from when nobody says it."""

    alert_label: Word | None = None
    """A label of the alert that the run answers."""
    promql: Promql | None = None
    """A query with one number for an answer."""
    env: Word | None = None
    """A variable of the environment."""

    @model_validator(mode="after")
    def _one_source(self) -> DefaultFrom:
        exactly_one(self, ("alert_label", "promql", "env"))
        return self


class RunbookParameter(Part):
    """A value that is asked for before the first step; required unless it has a default."""

    type: Literal["string", "integer", "number", "boolean", "duration", "enum", "secret"] = "string"
    """What it must be; a secret is never written, only where it is."""
    enum: Annotated[tuple[PlainValue, ...], Field(min_length=1)] | None = None
    """All that it may be."""
    pattern: Text = ""
    """A regular expression that all of it must match."""
    min: Number | None = None
    """The least number."""
    max: Number | None = None
    """The greatest number."""
    default: PlainValue = None
    """Used when nobody says it."""
    default_from: DefaultFrom | None = None
    """Where it is looked up when nobody says it."""
    prompt: Text = ""
    """What people are asked."""
    env: Word | None = None
    """Of a secret: the variable that holds it."""
    file: Word | None = None
    """Of a secret: the file that holds it."""
    command: Annotated[tuple[Argument, ...], Field(min_length=1)] | None = None
    """Of a secret: the command that prints it."""

    @model_validator(mode="after")
    def _makes_sense(self) -> RunbookParameter:
        if self.type == "enum" and self.enum is None:
            raise wrong("is an enum without values", "add enum: [a, b]")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise wrong("has a min above its max", "mend one of them", "min")
        for name in ("min", "max"):
            if getattr(self, name) is not None and self.type not in ("integer", "number"):
                raise wrong(f"{name} stands with type {self.type}", f"{name} goes with numbers", name)
        return self

    @model_validator(mode="after")
    def _is_looked_up_one_way(self) -> RunbookParameter:
        given = [name for name in _REFERENCES if getattr(self, name) is not None]
        if given and self.type != "secret":
            raise wrong(f"{given[0]} stands with type {self.type}", "it goes with type: secret", given[0])
        if len(given) > 1:
            raise wrong(f"has both {given[0]} and {given[1]}", "write one of them", given[1])
        return self

    @model_validator(mode="after")
    def _has_a_default_that_fits(self) -> RunbookParameter:
        if self.type in ("secret", "enum") or self.default is None:
            fits = self.type != "enum" or self.default in (None, *(self.enum or ()))
        else:
            fits = _FITS[self.type](self.default)
        if not fits:
            what = f"has a default that is no {self.type}"
            raise wrong(what, "write one that people could type, too", "default")
        return self

    @model_validator(mode="after")
    def _has_a_pattern(self) -> RunbookParameter:
        try:
            re.compile(self.pattern)
        except (re.error, RecursionError, OverflowError):
            raise wrong(
                "has a pattern that is no regular expression", "mend it, as in ^[a-z-]+$", "pattern"
            ) from None
        return self


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_duration(value: object) -> bool:
    try:
        return isinstance(value, str) and durations.seconds(value) >= 0
    except ValueError:
        return False


_FITS: Final[Mapping[str, Callable[[object], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and isinstance(value, int),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "duration": _is_duration,
}
