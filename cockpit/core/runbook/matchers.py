"""Matchers of alerts: `name=value`, `!=`, `=~` and `!~`, the value in quotes or as it is."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from cockpit.core.promql_text import literal, quote
from cockpit.core.runbook.substitute import Names, filled, plain

_written: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(=~|!~|!=|=)(.*)", re.DOTALL)
_escape: Final = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))", re.DOTALL)
_NAMED: Final = {"n": "\n", "r": "\r", "t": "\t"}


class Matcher(NamedTuple):
    name: str
    operator: str
    value: str

    @property
    def is_regex(self) -> bool:
        return self.operator in ("=~", "!~")

    @property
    def is_equal(self) -> bool:
        return self.operator in ("=", "=~")


def matcher(text: str) -> Matcher:
    """As Alertmanager reads it. Raises ValueError for what is none."""
    found = _written.fullmatch(text)
    if found is None:
        raise ValueError("a matcher has no name, or no = behind it")
    name, operator, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _escape.sub(_unescaped, value[1:-1])
    return Matcher(name, operator, value)


def filled_matcher(text: str, names: Names) -> str:
    """With its value in quotes, so that no value becomes an operator; in an expression it matches itself.

    Raises SubstitutionError where a value is missing.
    """
    declared = matcher(text)

    def written(name: str, value: Any) -> str:
        return literal(plain(value)) if declared.is_regex else plain(value)

    return f"{declared.name}{declared.operator}{quote(filled(declared.value, names, written))}"


def _unescaped(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    return chr(int(number, 16)) if number else _NAMED.get(found[3], found[3])
