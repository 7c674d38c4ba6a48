"""A document without what is wrong in it, so that one mistake does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.config.findings import Step
from cockpit.config.marks import Document, Marks, Node

Path = tuple[Step, ...]


def concrete(value: object, location: Iterable[Step]) -> Path:
    """The part of `location` that the file really has; names of union members and missing fields drop out."""
    path: list[Step] = []
    for step in location:
        inner = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(inner, dict) and step in inner:
            value = inner[step]
            path.append(step)
    return tuple(path)


def without(document: Document, paths: Iterable[Path]) -> Document | None:
    """A copy that lacks what stands at `paths`; None when that is everything."""
    value, marks = document.value, document.marks
    # From the back: what is taken out of a list moves only what has been dealt with.
    for path in sorted(set(paths), key=_rank, reverse=True):
        if not path:
            return None
        value, marks = _removed(value, marks, path)
    return Document(document.file, value, marks)


def _rank(path: Path) -> list[tuple[int, int, str]]:
    return [(1, step, "") if isinstance(step, int) else (0, 0, step) for step in path]


def _removed(value: object, marks: Marks, path: Path) -> tuple[object, Marks]:
    """Copies only what lies on the path."""
    step, rest = path[0], path[1:]
    if not isinstance(marks, Node) or not isinstance(value, dict | list) or step not in marks.values:
        return value, marks
    inner: dict[Step, object] = dict(value) if isinstance(value, dict) else dict(enumerate(value))
    places = dict(marks.values)
    if rest:
        inner[step], places[step] = _removed(inner[step], places[step], rest)
    else:
        del inner[step], places[step]
    if isinstance(value, dict):
        return inner, Node(marks.here, marks.keys, places)
    return list(inner.values()), Node(marks.here, {}, dict(enumerate(places.values())))
