"""Lists of words, written as words."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Those between blanks and line ends."""
    return frozenset(text.split())
