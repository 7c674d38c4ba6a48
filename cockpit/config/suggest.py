"""Did you mean: the nearest known word to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 80  # a longer "word" is pasted text, and comparing it with 5,000 names takes seconds


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None when nothing is near; case does not count."""
    if len(word) > _LONGEST:
        return None
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=0.65)
    return folded[found[0]] if found else None
