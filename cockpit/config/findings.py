"""Complaints and the parts of files they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from cockpit.config.codes import SEVERITY
from cockpit.config.marks import Document, Marks, Node
from cockpit.config.suggest import nearest
from cockpit.errors import Finding, Place
from cockpit.text import clean, join_names

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
Step = str | int
_SHOWN_KNOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Placed(Generic[T_co]):
    """A checked part of a file, and where it stands."""

    value: T_co
    document: Document
    path: tuple[Step, ...]

    def at(self, *steps: Step, key: bool = False) -> Place:
        return self.document.at((*self.path, *steps), key=key)

    def wrote(self, key: str) -> bool:
        """Whether the file has this key, also when its value was wrong and had to be taken out."""
        marks: Marks = self.document.marks
        for step in self.path:
            if isinstance(marks, Node):
                marks = marks.values.get(step, marks)
        return isinstance(marks, Node) and key in marks.keys

    def within(self, part: U, *steps: Step) -> Placed[U]:
        """A part of this part."""
        return Placed(part, self.document, (*self.path, *steps))


def finding(code: str, at: Place, message: str, hint: str = "") -> Finding:
    """With the severity of its code."""
    return Finding(code, at, message, hint, SEVERITY[code])


class Names:
    """Names that something may refer to; guesses what was meant, but not for ever."""

    GUESSES: Final = 20

    def __init__(self, what: str, known: Iterable[str], *, incomplete: bool = False) -> None:
        """`incomplete`: a file that could not be read may hold more, so nothing is surely unknown."""
        self.what = what
        self._known = frozenset(known)
        self._incomplete = incomplete
        self._left = self.GUESSES

    def __contains__(self, name: object) -> bool:
        return self._incomplete or name in self._known

    def hint(self, name: str) -> str:
        """What to write instead of an unknown name. Guessing among thousands takes long, so it ends."""
        if self._left > 0:
            self._left -= 1
            if near := nearest(name, sorted(self._known)):
                return f"did you mean '{near}'?"
        if not self._known:
            return f"no {self.what} is defined"
        if len(self._known) <= _SHOWN_KNOWN:
            return f"defined are {join_names(sorted(map(clean, self._known)), _SHOWN_KNOWN)}"
        return f"define a {self.what} of that name, or name one that is there"


def in_order(findings: Iterable[Finding], files: Iterable[str] = ()) -> list[Finding]:
    """Each once, file by file as read, then from top to bottom."""
    rank = {file: number for number, file in enumerate(files)}
    unique = {(each.code, each.at, each.message): each for each in findings}
    last = len(rank)
    return sorted(
        unique.values(), key=lambda each: (rank.get(each.at.file, last), each.at, each.code, each.message)
    )


def short(text: str) -> str:
    """Text from a file, for a message: safe, on one line, and no longer than it helps."""
    shown = clean(text)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
