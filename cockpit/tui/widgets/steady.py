"""Keeps a list steady under the thumb: order that waits, a cursor that stays with its row. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Protocol, TypeVar


class Keyed(Protocol):
    @property
    def key(self) -> str:
        """Who the row is; the cursor passes over rows without one: titles, notes."""


T = TypeVar("T", bound=Keyed)


def keep_order(new: Sequence[T], old: Sequence[T]) -> Sequence[T]:
    """`new` in the order of `old`; what `old` lacks comes where it stands in `new`, after its neighbour.

    Rows without a key stay where they are, and nothing is moved across one: a title keeps what is under it.
    """
    keys = [row.key for row in new]
    before = [row.key for row in old]
    if keys == before:
        return new
    by_key = dict(zip(keys, new, strict=True))
    if "" not in by_key and len(new) == len(old) and all(map(by_key.__contains__, before)):
        return [by_key[key] for key in before]
    place = {key: at for at, key in enumerate(before) if key}
    parts = groupby(new, key=lambda row: bool(row.key))
    return [row for keyed, part in parts for row in (_kept(list(part), place) if keyed else part)]


def _kept(part: Sequence[T], place: Mapping[str, int]) -> Sequence[T]:
    after = -1
    ranks = []
    for at, row in enumerate(part):
        after = place.get(row.key, after)
        ranks.append((after, row.key not in place, at))
    return [part[at] for _, _, at in sorted(ranks)]


def replaced(new: Sequence[T], old: Sequence[T]) -> Iterator[tuple[T, T]]:
    """Pairs (before, after) of rows that are another object now."""
    if new is old:
        return
    known = set(map(id, old))
    fresh = [row for row in new if id(row) not in known and row.key]
    if not fresh:
        return
    kept = set(map(id, new))
    before = {row.key: row for row in old if id(row) not in kept}
    for row in fresh:
        if row.key in before:
            yield before[row.key], row


def follow(rows: Sequence[T], wanted: str, at: int) -> int:
    """Where the row `wanted` is now: still at `at`, else wherever it went, else the nearest row to `at`."""
    if wanted:
        if 0 <= at < len(rows) and rows[at].key == wanted:
            return at
        for found, row in enumerate(rows):
            if row.key == wanted:
                return found
    return nearest(rows, at)


def nearest(rows: Sequence[T], at: int) -> int:
    """The row closest to `at` that the cursor can stand on, downwards first; -1 when there is none."""
    at = max(0, min(at, len(rows) - 1))
    down = step(rows, at - 1, 1)
    return down if down >= 0 else step(rows, at, -1)


def step(rows: Sequence[T], at: int, by: int) -> int:
    """The next row from `at` in direction `by` that the cursor can stand on; -1 when there is none."""
    at += by
    while 0 <= at < len(rows):
        if rows[at].key:
            return at
        at += by
    return -1
