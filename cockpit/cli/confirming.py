"""A person's word on one act: typed in the terminal, or given with `--yes` and `--answer`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from cockpit.errors import UsageError
from cockpit.text import clean


class Confirmed(Enum):
    YES = auto()
    WRONG = auto()
    """Something else was said than what was asked for."""
    SILENCE = auto()


@dataclass(frozen=True, slots=True)
class Said:
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By what they answer; one for each environment."""
    yes: bool = False
    """A key for every question that a key answers; no phrase is typed with it."""

    @staticmethod
    def of(answers: Iterable[str], yes: bool) -> Said:
        """`KEY=KEY@ENV`. Raises UsageError."""
        found: dict[str, tuple[str, ...]] = {}
        for each in answers:
            name, equals, text = each.partition("=")
            if not equals or not name or not text:
                raise UsageError(f"--answer {each!r:.60} is no answer", "write KEY=KEY@ENV")
            found[name] = (*found.get(name, ()), text)
        return Said(found, yes)

    async def to(self, question: str, name: str, phrase: str) -> Confirmed:
        """`phrase` empty: a key will do."""
        given = self.phrases.get(name)
        if given:
            return Confirmed.YES if phrase in given or (not phrase and "y" in given) else Confirmed.WRONG
        if self.yes and not phrase:
            return Confirmed.YES
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return Confirmed.SILENCE
        text = await asyncio.to_thread(_typed, question, phrase)
        if not text:
            return Confirmed.SILENCE
        return Confirmed.YES if text == (phrase or "y") else Confirmed.WRONG


def _typed(question: str, phrase: str) -> str:
    sys.stdout.write(clean(f"{question}? type {phrase or 'y'}, or nothing to leave it: "))
    sys.stdout.flush()
    return sys.stdin.readline().strip()
