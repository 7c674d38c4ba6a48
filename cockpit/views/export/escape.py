"""Texts from outside in a document: whatever they hold, they stay text there."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from cockpit.text import clean, whole

_special: Final = re.compile(r"[\\`*_\[\]<>|~&$@]")
_address: Final = re.compile(r":(?=//)|(?<=mailto):|(?<=xmpp):|(?<=www)\.", re.IGNORECASE)
"""Where a renderer would make a link of a bare address."""
_first: Final = re.compile(r"^(\s*)([#+=-]|[0-9]{1,9}(?=[.)](?:\s|$)))")
_ticks: Final = re.compile(r"`+")
_plain: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:-/+€£")


def html(text: str) -> str:
    """For the body of an element and for an attribute between double quotes; line breaks stay."""
    return escape(clean(whole(text), multiline=True), quote=True)


def markdown(text: str) -> str:
    """On one line, also in the cell of a table."""
    return _line(" ".join(clean(whole(text)).replace("␤", " ␤ ").split()))


def code(text: str) -> str:
    """A few words between backticks, more of them than stand in the text."""
    shown = " ".join(clean(whole(text)).split()).replace("|", "¦")  # in a table a bar ends the cell
    fence = "`" * (_longest(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else "(nothing)"


def block(text: str) -> str:
    """Word for word, between fences that no line of it can close."""
    shown = clean(whole(text).rstrip("\n"), multiline=True)
    fence = "`" * max(3, _longest(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}"


def mermaid(text: str) -> str:
    """For a label between double quotes: all that could mean something there is a character code."""
    shown = " ".join(clean(whole(text)).split())
    return "".join(each if each in _plain else f"#{ord(each)};" for each in shown)


def _line(text: str) -> str:
    special = _special.sub(lambda found: "\\" + found[0], text)
    special = _address.sub(lambda found: "\\" + found[0], special)
    return _first.sub(lambda found: f"{found[1]}{_defused(found[2])}", special)


def _defused(first: str) -> str:
    """`1.` would begin a list; `1\\.` does not."""
    return f"{first}\\" if first[0].isdigit() else f"\\{first}"


def _longest(text: str) -> int:
    return max((len(run) for run in _ticks.findall(text)), default=0)
