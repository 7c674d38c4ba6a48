"""The one door to a widget: text comes out cleaned, capped, and never read as markup."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.content import Content

from cockpit.text import clean

CELL: Final = 4096
"""Characters of one cell; nobody reads further, and one label must not weigh down every frame."""


def safe(text: str, *, multiline: bool = False) -> Content:
    """`text` for a widget that takes Content. Nothing in it can steer the terminal or run an action."""
    return Content(tidy(text, multiline=multiline))


def segment(text: str, style: Style | None = None) -> Segment:
    """`text` for a widget that draws its own strips."""
    return Segment(tidy(text), style)


def tidy(text: str, *, multiline: bool = False) -> str:
    """Cut before cleaning as well as after it: cleaning a megabyte takes time, tabs make text longer."""
    return clean(text[:CELL], multiline=multiline)[:CELL]
