"""Parts of a dependency picture arranged in rows, with lanes for the lines that pass rows by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

WIDTH: Final = 900.0
BOX: Final = 164.0
LANE: Final = 12.0
ACROSS: Final = 16.0
MARGIN: Final = 8.0
SWEEPS: Final = 8

Rows: TypeAlias = list[list[str]]
Way: TypeAlias = tuple[str, str]
"""(what needs, what is needed)"""


@dataclass(frozen=True, slots=True)
class Arranged:
    """Rows of names and lanes from left to right, the top row first."""

    rows: Rows
    centres: Mapping[str, float]
    """Where the middle of each name or lane is, from the left."""
    stops: Mapping[Way, tuple[str, ...]]
    """Lanes that a line passes, from the first of its names to the second."""
    width: float

    def row_of(self, name: str) -> int:
        return next(number for number, row in enumerate(self.rows) if name in row)


def arranged(names: Sequence[str], ways: Sequence[Way]) -> Arranged:
    """Nobody stands above what needs it, save in a circle of needs. `names`: what is on top comes first."""
    known = set(names)
    kept = [way for way in dict.fromkeys(ways) if way[0] != way[1] and known.issuperset(way)]
    layer = _layers(names, kept)
    rows: Rows = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in names:
        rows[layer[name]].append(name)
    _untangle(rows, _neighbours(kept, {}))
    rows = [piece for row in rows for piece in _broken(row)]
    stops = _lanes(rows, kept)
    beside = _neighbours(kept, stops)
    _untangle(rows, beside)
    width = max([WIDTH, *(_wide(row) + 2 * MARGIN for row in rows)])
    return Arranged(rows, _centres(rows, beside, width), stops, width)


def _layers(names: Sequence[str], ways: Sequence[Way]) -> dict[str, int]:
    """The longest way from the top to each; a way that closes a circle does not count."""
    below: dict[str, list[str]] = {name: [] for name in names}
    for of, on in ways:
        below[of].append(on)
    order = list(_deepest_first(names, below))[::-1]
    rank = {name: at for at, name in enumerate(order)}
    layer = dict.fromkeys(names, 0)
    for name in order:
        for other in below[name]:
            if rank[other] > rank[name]:
                layer[other] = max(layer[other], layer[name] + 1)
    return layer


def _deepest_first(names: Sequence[str], below: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each behind all that it needs; without recursion, since a chain may be long."""
    seen: set[str] = set()
    for first in names:
        stack = [] if first in seen else [(first, iter(below[first]))]
        seen.add(first)
        while stack:
            name, rest = stack[-1]
            other = next((each for each in rest if each not in seen), None)
            if other is None:
                stack.pop()
                yield name
            else:
                seen.add(other)
                stack.append((other, iter(below[other])))


def _broken(row: list[str]) -> Rows:
    """A row that would be too wide for paper goes on in the next."""
    most = int((WIDTH - 2 * MARGIN + ACROSS) // (BOX + ACROSS))
    count = -(-len(row) // most)
    size = -(-len(row) // count)
    return [row[at : at + size] for at in range(0, len(row), size)]


def _lanes(rows: Rows, ways: Sequence[Way]) -> dict[Way, tuple[str, ...]]:
    """A lane in every row that a line passes; put into `rows`."""
    number = {name: at for at, row in enumerate(rows) for name in row}
    found: dict[Way, tuple[str, ...]] = {}
    for way in ways:
        of, on = number[way[0]], number[way[1]]
        between = range(of + 1, on) if of < on else range(of - 1, on, -1)
        stops = []
        for at in between:
            stops.append(f"\0{way[0]}\0{way[1]}\0{at}")
            rows[at].append(stops[-1])
        found[way] = tuple(stops)
    return found


def _neighbours(ways: Sequence[Way], stops: Mapping[Way, Sequence[str]]) -> dict[str, list[str]]:
    """Whom each is joined to by a piece of a line."""
    found: dict[str, list[str]] = {}
    for way in ways:
        chain = [way[0], *stops.get(way, ()), way[1]]
        for one, other in pairwise(chain):
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
    return found


def _untangle(rows: Rows, beside: Mapping[str, Sequence[str]]) -> None:
    """Each row by where its neighbours in the rows before stand, down and up again, so that less crosses."""
    for sweep in range(SWEEPS):
        own = {name: (at + 0.5) / len(row) for row in rows for at, name in enumerate(row)}
        share: dict[str, float] = {}
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            before = [[share[each] for each in beside.get(name, ()) if each in share] for name in row]
            middle = {name: _mean(found) for name, found in zip(row, before, strict=True)}
            wanted = {name: own[name] if (found := middle[name]) is None else found for name in row}
            row.sort(key=wanted.__getitem__)
            share |= {name: (at + 0.5) / len(row) for at, name in enumerate(row)}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def size_of(name: str) -> float:
    return LANE if name.startswith("\0") else BOX


def _wide(row: Sequence[str]) -> float:
    return sum(map(size_of, row)) + ACROSS * (len(row) - 1)


def _centres(rows: Rows, beside: Mapping[str, Sequence[str]], width: float) -> dict[str, float]:
    """Near the middle of its neighbours, in order, and none upon another."""
    centres: dict[str, float] = {}
    for row in rows:
        left = (width - _wide(row)) / 2
        for name in row:
            centres[name] = left + size_of(name) / 2
            left += size_of(name) + ACROSS
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 else rows[::-1]:
            wanted = [_mean([centres[each] for each in beside.get(name, ())]) for name in row]
            places = [centres[name] if at is None else at for name, at in zip(row, wanted, strict=True)]
            centres |= dict(zip(row, _apart(row, places, width), strict=True))
    return centres


def _apart(row: Sequence[str], wanted: Sequence[float], width: float) -> list[float]:
    """As near to where each wants to be as the others leave room."""
    found = list(wanted)
    edge = MARGIN
    for at, name in enumerate(row):
        found[at] = max(found[at], edge + size_of(name) / 2)
        edge = found[at] + size_of(name) / 2 + ACROSS
    edge = width - MARGIN
    for at in range(len(row) - 1, -1, -1):
        half = size_of(row[at]) / 2
        found[at] = min(found[at], edge - half)
        edge = found[at] - half - ACROSS
    return found
