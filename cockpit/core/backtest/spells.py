"""How often each signal rose above OK, for how long, and how soon it came back."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cockpit.core.backtest.model import Flapping, Spell
from cockpit.core.levels import Instant, Level, Seconds
from cockpit.core.slots import Slot

SOON: Final[Seconds] = 900.0
"""What came back within this has flapped."""
ENOUGH: Final = 3
"""Times before it is called flapping."""
MOST: Final = 5_000
"""Spells of one slot that are kept one by one; the oldest stay."""


class Spells:
    """Committed levels poll by poll; written only where something changes."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._slots = slots
        self._before = array("b", [-1]) * len(slots)
        self._open: dict[int, tuple[Instant, int]] = {}
        self._found: dict[int, list[Spell]] = {}
        self._at: Instant | None = None

    def see(self, committed: array[int], at: Instant) -> None:
        """`committed` as in `Columns`: a level, or -1 for unknown."""
        if committed != self._before:
            for slot, (was, now) in enumerate(zip(self._before, committed, strict=True)):
                if was != now:
                    self._turned(slot, now, at)
            self._before = committed
        self._at = at

    def told(self) -> dict[int, tuple[Spell, ...]]:
        """By slot; those without any are left out."""
        found = {slot: list(spells) for slot, spells in self._found.items()}
        for slot, (begin, worst) in self._open.items():
            found.setdefault(slot, []).append(Spell(begin, None, self._at or begin, Level(worst)))
        return {slot: tuple(spells) for slot, spells in sorted(found.items())}

    def _turned(self, slot: int, now: int, at: Instant) -> None:
        known = self._open.get(slot)
        if now > Level.OK:
            self._open[slot] = (known[0], max(known[1], now)) if known else (at, now)
        elif known is not None:
            del self._open[slot]
            spells = self._found.setdefault(slot, [])
            if len(spells) < MOST:
                last = at if now == Level.OK else (self._at or at)
                spells.append(Spell(known[0], at if now == Level.OK else None, last, Level(known[1])))


def is_flap(spell: Spell) -> bool:
    return spell.end is not None and spell.end - spell.begin <= SOON


def flapping(slots: Sequence[Slot], spells: Mapping[int, Sequence[Spell]]) -> tuple[Flapping, ...]:
    """The most often first, then by name."""
    found = []
    for number, mine in spells.items():
        flaps = [spell for spell in mine if is_flap(spell)]
        if len(flaps) >= ENOUGH:
            slot = slots[number]
            worst = max(spell.worst for spell in flaps)
            longest = max((spell.end or spell.last) - spell.begin for spell in flaps)
            found.append(Flapping(slot.owner, slot.signal.name, slot.source, len(flaps), worst, longest))
    return tuple(sorted(found, key=lambda each: (-each.count, each.owner, each.signal, each.source)))


def by_signal(
    slots: Sequence[Slot], spells: Mapping[int, Sequence[Spell]]
) -> dict[tuple[str, str], tuple[Spell, ...]]:
    """Over all servers, oldest first."""
    found: dict[tuple[str, str], list[Spell]] = {}
    for number, mine in spells.items():
        found.setdefault((slots[number].owner, slots[number].signal.name), []).extend(mine)
    return {key: in_order(mine) for key, mine in found.items()}


def in_order(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    return tuple(sorted(spells, key=lambda spell: spell.begin))
