"""Values in a URL: each stays one part of it, whatever it holds.

In path, query and fragment a value is percent-encoded, `/` and `?` too, and it adds, empties or renames to
`..` no segment of the path. In the host only what hosts and ports are made of may stand. A value that the
URL begins with is an address that its author lets somebody else choose, and is left as it is.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from cockpit.core.runbook.substitute import Names, SubstitutionError, filled, plain

_hole: Final = re.compile(r"\$\{[^{}]*\}")
_piece: Final = re.compile(r"\$\$\{|\$\{[^{}]*\}|\$\{")
_start: Final = re.compile(rf"(?:[A-Za-z][A-Za-z0-9+.-]*|{_hole.pattern})://|{_hole.pattern}")
_host_ends: Final = re.compile(r"[/?#]")
_host: Final = re.compile(r"[A-Za-z0-9._:\[\]-]+")


def url_filled(url: str, names: Names) -> str:
    """Raises SubstitutionError where a value is missing, or would be more than a value."""
    beginning = _start.match(url)
    at = beginning.end() if beginning else 0
    rest = _piece.sub(lambda found: _put(found, names), url[at:])
    if _shape(rest) != _shape(_hole.sub("x", url[at:])):
        raise SubstitutionError("a value in the url would change its path")
    return filled(url[:at], names) + rest


def _put(found: re.Match[str], names: Names) -> str:
    before, after = found.string[: found.start()], found.string[found.end() :]
    # User and password stand before an @, and are encoded like the path.
    in_host = not _host_ends.search(before) and "@" not in _host_ends.split(after)[0]
    return filled(found[0], names, _in_host if in_host else _encoded)


def _in_host(name: str, value: object) -> str:
    text = plain(value)
    if not _host.fullmatch(text) and text != f"${{{name}}}":
        raise SubstitutionError(f"the value of {name} stands in the host of the url and is no host")
    return text


def _encoded(name: str, value: object) -> str:
    text = plain(value)
    if text == f"${{{name}}}":  # not known yet, and only shown
        return text
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise SubstitutionError(f"the value of {name} is no text that a url can hold") from None


def _shape(address: str) -> list[str]:
    """The segments of its path, each by what it does: `.` and `..` lead elsewhere, an empty one is none."""
    path = re.split(r"[?#]", address)[0]
    return [each if each in ("", ".", "..") else "x" for each in path.split("/")]
