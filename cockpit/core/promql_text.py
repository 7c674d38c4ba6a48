"""PromQL as mere text: names and matchers put in safely, durations. For everybody: `cockpit.core.promql`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from cockpit.core.levels import Seconds
from cockpit.text import clean

PLACEHOLDER: Final = "$match"

_token = re.compile(
    r"""(?P<raw>`[^`]*`) | (?P<string>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*') | (?P<comment>\#[^\r\n]*)
      | (?P<before>,\s*)?(?P<place>\$match\b)(?P<after>\s*,)?
      | (?P<operator>[-+*/%^(\[] | [=!<>]=? | \b(?:and|or|unless|atan2)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_special = re.compile(r"[\\.+*?()|\[\]{}^$]")
_plain_label = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNITS: Final = {
    "y": 31_536_000.0,
    "w": 604_800.0,
    "d": 86_400.0,
    "h": 3_600.0,
    "m": 60.0,
    "s": 1.0,
    "ms": 0.001,
}
_duration = re.compile("(?=[0-9])" + "".join(rf"(?:([0-9]{{1,12}}){unit})?" for unit in _UNITS) + r"\Z")


def fill(expr: str, matchers: str) -> str:
    """`expr` with `matchers` (none, or several joined by commas) in each place for them.

    `$match` stands in a selector, alone or after a comma; in strings and comments it is only text.
    """

    def put(found: re.Match[str]) -> str:
        if not found["place"]:
            return found[0]
        if matchers:
            return f"{found['before'] or ''}{matchers}{found['after'] or ''}"
        return "," if found["before"] and found["after"] else ""

    return _token.sub(put, expr)


def quote(value: str) -> str:
    """`value` as a PromQL string; nothing in it can end the string. A lone surrogate becomes U+FFFD."""
    return '"' + "".join(_ESCAPES.get(char) or _escape(char) for char in value) + '"'


def label_name(name: str) -> str:
    """As it is written in a selector; Prometheus 3 takes any text, in quotes."""
    return name if _plain_label.match(name) else quote(name)


def matcher(label: str, names: Iterable[str]) -> str:
    """Matches exactly these values of `label`, whatever is in them. Raises ValueError without any."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        raise ValueError(f"no names to match for {label}")
    if len(wanted) == 1:
        return f"{label_name(label)}={quote(wanted[0])}"
    return f"{label_name(label)}=~{quote('|'.join(map(literal, wanted)))}"


def matchers(wanted: Mapping[str, Iterable[str]]) -> str:
    """Several labels for `fill`; a label without names does not narrow."""
    lists = ((label, list(names)) for label, names in wanted.items())
    return ",".join(matcher(label, names) for label, names in lists if names)


def literal(value: str) -> str:
    """`value` as an RE2 expression that matches it and nothing else; not yet quoted."""
    return _special.sub(lambda found: "\\" + found[0], value)


def parse_duration(text: str) -> Seconds:
    """Seconds of a PromQL duration such as 1h30m. Raises ValueError for anything else."""
    found = _duration.match(text)
    if not found:
        raise ValueError(f"'{clean(text[:40])}' is not a duration such as 5m or 1h30m")
    return sum(
        int(count) * unit for count, unit in zip(found.groups(default="0"), _UNITS.values(), strict=True)
    )


def duration(length: Seconds) -> str:
    """The shortest PromQL for `length`, rounded to milliseconds and at least one of them: 90 is 1m30s."""
    left = max(1, round(length * 1000))
    text = ""
    for unit, size in _UNITS.items():
        if unit != "w" or left % round(size * 1000) == 0:  # 30 days are 30d, not 4w2d
            count, left = divmod(left, round(size * 1000))
            text += f"{count}{unit}" if count else ""
    return text


def operators(expr: str) -> int:
    """How many operators and opening brackets there are outside strings: no tree of it is deeper."""
    return sum(1 for found in _token.finditer(expr) if found["operator"])


def rewrite_raw_strings(expr: str) -> str:
    """The same without backquotes, in which backslashes mean nothing."""
    return _each(expr, "raw", lambda text: quote(text[1:-1]))


def _each(expr: str, kind: str, change: Callable[[str], str]) -> str:
    return _token.sub(lambda found: change(found[0]) if found[kind] else found[0], expr)


def _escape(char: str) -> str:
    if char < " " or char == "\x7f":
        return f"\\x{ord(char):02x}"
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char
