"""Markdown in which texts from outside stay text: no links, no images, no HTML, no headings of their own."""

from __future__ import annotations

import re
from typing import Final

from cockpit.text import clean

_special: Final = re.compile(r"[\\`*_\[\]<>|~&$]")
_first: Final = re.compile(r"^(\s*)([#+=-]|[0-9]+(?=[.)]))")
_ticks: Final = re.compile(r"`+")


def escaped(text: str) -> str:
    """On one line."""
    return _line(" ".join(clean(text).split()))


def paragraph(text: str) -> str:
    """Line breaks stay; blank lines begin a paragraph."""
    return "\n".join(_line(line.strip()) for line in clean(text.strip(), multiline=True).split("\n"))


def code(text: str) -> str:
    """A few words between backticks, more of them than stand in the text."""
    shown = " ".join(clean(text).split())
    fence = "`" * (_longest(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown else "(nothing)"


def block(text: str) -> str:
    """To be typed or copied as it is."""
    shown = clean(text.rstrip("\n"), multiline=True)
    fence = "`" * max(3, _longest(shown) + 1)
    return f"{fence}sh\n{shown}\n{fence}"


def _line(text: str) -> str:
    special = _special.sub(lambda found: "\\" + found[0], text)
    return _first.sub(lambda found: f"{found[1]}{_defused(found[2])}", special)


def _defused(first: str) -> str:
    """`1.` would begin a list; `1\\.` does not."""
    return f"{first}\\" if first[0].isdigit() else f"\\{first}"


def _longest(text: str) -> int:
    return max((len(run) for run in _ticks.findall(text)), default=0)
