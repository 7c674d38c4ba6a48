"""A document without what is wrong in it, so that one mistake does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from cockpit.config.findings import Step
from cockpit.config.marks import Document, Marks, Node

Path: TypeAlias = tuple[Step, ...]
_Cuts: TypeAlias = dict[Step, "_Cuts"]
"""Steps to what goes; nothing behind a step: all of it."""


def concrete(value: object, location: Iterable[Step]) -> Path:
    """The part of `location` that the file really has; union members and missing fields drop out."""
    path: list[Step] = []
    for step in location:
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if isinstance(step, int) and step < len(value):
                value = value[step]
            case _:
                continue
        path.append(step)
    return tuple(path)


def without(document: Document, paths: Iterable[Path]) -> Document | None:
    """A copy that lacks what stands at `paths`, which it has; None when that is everything.

    Keys keep their marks: `Placed.wrote` still knows that they were there.
    """
    cuts: _Cuts = {}
    for path in sorted(set(paths), key=len, reverse=True):  # what holds others goes last, and with them
        if not path:
            return None
        inner = cuts
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = {}
    value, marks = _pruned(document.value, document.marks, cuts)
    return Document(document.file, value, marks)


def _pruned(value: object, marks: Marks, cuts: _Cuts) -> tuple[object, Marks]:
    """Copies only what lies on the way to a cut; no deeper than files may be."""
    if not isinstance(marks, Node) or not isinstance(value, dict | list):
        return value, marks
    kept: dict[Step, object] = {}
    places: dict[Step, Marks] = {}
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if step not in cuts:
            kept[step], places[step] = inner, marks.values[step]
        elif cuts[step]:
            kept[step], places[step] = _pruned(inner, marks.values[step], cuts[step])
    if isinstance(value, dict):
        return kept, Node(marks.here, marks.keys, places)
    return list(kept.values()), Node(marks.here, {}, dict(enumerate(places.values())))
