"""Where every key and value of a YAML file stands, so that each complaint can point at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cockpit.errors import Place

_COLUMN_BITS: Final = 24  # no line is longer than a file may be


@dataclass(slots=True)
class Node:
    """The positions in one mapping or list: its own, those of its keys, and of its values by key or index.

    A position is one int, which the garbage collector need not visit; there are 300,000 in a large shop.
    """

    here: int
    keys: dict[str, int]
    values: dict[str | int, Marks]


Marks = int | Node
"""The positions of a value, in the shape of the value."""


def position(line: int, column: int) -> int:
    """Both count from 0, as libyaml has it."""
    return line << _COLUMN_BITS | column


def place(file: str, marks: Marks) -> Place:
    at = marks if isinstance(marks, int) else marks.here
    return Place(file, (at >> _COLUMN_BITS) + 1, (at & (1 << _COLUMN_BITS) - 1) + 1)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file as read."""

    file: str
    """The path as shown to people."""
    value: object
    """Plain dict, list, str, int, float, bool or None; an empty file is None."""
    marks: Marks

    def at(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """The deepest known place on `path`; with `key`, of the last key and not its value. Never raises.

        A step that the file does not have (a missing field, pydantic's name for a member of a union) is
        passed over.
        """
        marks = self.marks
        for number, step in enumerate(path, start=1):
            if isinstance(marks, int):
                break
            if key and number == len(path) and step in marks.keys:
                return place(self.file, marks.keys[step])
            marks = marks.values.get(step, marks)
        return place(self.file, marks)
