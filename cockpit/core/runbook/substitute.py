"""`${...}` in the texts of a runbook: which values a text asks for, and the text with them put in.

`${params.x}`, `${captures.y}`, `${run.id}` and the like become the value; `$${` stands for `${` itself. A
value never becomes more than a value: it stays inside one element of an argv, inside one string of a query.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from cockpit.core import promql_text

Names: TypeAlias = Mapping[str, Mapping[str, object]]
"""By the word before the dot: `params`, `captures`, `run`, `incident`."""

Written: TypeAlias = Callable[[str, Any], str]
"""(name, value) as it stands in the text."""

_hole: Final = re.compile(r"\$(?:(?P<literal>\$\{)|\{(?P<name>[^{}]*)\}|(?P<open>\{))")
_query: Final = re.compile(
    _hole.pattern + r"""|(?P<escape>\\.)|(?P<regex>[=!]~\s*)?(?P<quote>["'`])|(?P<comment>\#)|(?P<line>\n)""",
    re.DOTALL,
)
_word: Final = re.compile(r"[A-Za-z0-9_:.]+")


class SubstitutionError(ValueError):
    """A text that cannot be filled in; says why in a few words."""


def references(text: str) -> tuple[str, ...]:
    """Every name that `text` asks for, as written, each once; a `${` that nobody closes as `${`."""
    found = (match["name"] if match["open"] is None else "${" for match in _hole.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name is not None))


def filled(text: str, names: Names, written: Written | None = None) -> str:
    """`written` makes text of a value, by default as it is. Raises SubstitutionError for a missing one."""
    return _hole.sub(lambda match: _put(match, names, written), text)


def filled_argv(argv: Iterable[str], names: Names) -> tuple[str, ...]:
    """As many elements as there were, whatever the values hold.

    Raises SubstitutionError where a value is missing, would turn an argument into an option, or cannot stand
    in a command line at all.
    """
    return tuple(_argument(each, names) for each in argv)


def filled_env(env: Mapping[str, str], names: Names) -> dict[str, str]:
    """Raises SubstitutionError where a value is missing, or cannot stand in an environment."""
    found = {name: filled(value, names) for name, value in env.items()}
    for name, value in found.items():
        if "\0" in value:
            raise SubstitutionError(f"the value of {name} holds a NUL")
    return found


def promql_filled(query: str, names: Names) -> str:
    """A query with its values escaped for where they stand.

    In quotes they are text; after `=~` and `!~` they match themselves and nothing else. Outside quotes only
    numbers and plain words may stand. Raises SubstitutionError for other values there and missing ones.
    """
    at = _Position()
    return _query.sub(lambda match: at.passed(match, names), query)


class _Position:
    """Where in a query we are while it is read from left to right."""

    quote = ""
    is_regex = False

    def passed(self, match: re.Match[str], names: Names) -> str:
        if match["name"] is not None or match["literal"] or match["open"]:
            return _put(match, names, self.written)
        if match["escape"] == "\\$" and match.string[match.end() :].startswith(("{", "${")):
            raise SubstitutionError("a ${ right behind a backslash, which would change its meaning")
        if not self.quote:
            self.quote = match["quote"] or match["comment"] or ""
            self.is_regex = match["regex"] is not None
        elif self._ends(match):
            self.quote, self.is_regex = "", False
        return match[0]

    def _ends(self, match: re.Match[str]) -> bool:
        """Whether the quotes or the comment that we are in end here."""
        if self.quote == "#":
            return match["line"] is not None
        if match["escape"] and self.quote != "`":
            return False
        return match[0].endswith(self.quote)

    def written(self, name: str, value: object) -> str:
        text = plain(value)
        if self.quote in ("", "#"):
            return _bare(name, value, text)
        if self.is_regex:
            text = promql_text.literal(text)
        if self.quote == "`":
            if "`" in text or not text.isprintable():
                raise SubstitutionError(f"the value of {name} cannot stand between backquotes")
            return text
        inner = promql_text.quote(text)[1:-1]
        return inner if self.quote == '"' else inner.replace('\\"', '"').replace("'", "\\'")


def plain(value: object) -> str:
    """A value as it stands in a text: numbers without `.0`, true and false as in YAML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _put(match: re.Match[str], names: Names, written: Written | None = None) -> str:
    if match["literal"]:
        return "${"
    if match["open"]:
        raise SubstitutionError("a ${ is never closed; write $${ for the text itself")
    name = match["name"]
    value = _value(name, names)
    return written(name, value) if written else plain(value)


def _value(name: str, names: Names) -> object:
    group, _, key = name.partition(".")
    value = names.get(group, {}).get(key)
    if value is None:
        raise SubstitutionError(f"there is no value for ${{{name}}}")
    return value


def _argument(text: str, names: Names) -> str:
    whole = filled(text, names)
    if "\0" in whole:
        raise SubstitutionError(f"the value in {text} holds a NUL")
    if _dashes(whole) > _dashes(text):
        raise SubstitutionError(f"{text} would become an option, because its value begins with -")
    return whole


def _dashes(text: str) -> int:
    return len(text) - len(text.lstrip("-"))


def _bare(name: str, value: object, text: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return f"({text})" if value < 0 else text
    if not _word.fullmatch(text):
        raise SubstitutionError(f"the value of {name} stands outside quotes and is no plain word or number")
    return text
