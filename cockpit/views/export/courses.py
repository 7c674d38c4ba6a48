"""How bad each node was and when, as the record of an incident tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cockpit.core.incident.model import Incident, Told
from cockpit.core.levels import Instant, Integrity, Level, Seconds, Shown
from cockpit.views.words import BADNESS, DATA_WRONG

_word: Final = "|".join(each.value.replace("_", "[ _]") for each in Shown)
_turn: Final = re.compile(rf"({_word})(?: {DATA_WRONG})?(?: \(was ({_word})(?: {DATA_WRONG})?\))?")

_many: Final = re.compile(rf".*: ({_word}) \(was ")


@dataclass(frozen=True, slots=True)
class Course:
    """`turns`: when its level changed and to what, oldest first; before the first it was at `before`."""

    node: str
    turns: tuple[tuple[Instant, Shown], ...]
    before: Shown | None = None
    """None: the record does not say."""
    data_wrong: bool = False
    """Whether its data was wrong at some time of it."""

    @property
    def worst(self) -> Shown:
        return max((level for _, level in self.turns), key=BADNESS.__getitem__)

    def at(self, moment: Instant) -> Shown | None:
        """None: not on record."""
        found = self.before
        for turned, level in self.turns:
            if turned > moment:
                break
            found = level
        return found

    def spans(self, start: Instant, end: Instant) -> Iterator[tuple[Shown, Instant, Instant]]:
        """(level, from, until) between `start` and `end`, without what is not on record."""
        begun, level = start, self.at(start)
        for turned, after in self.turns:
            if not start < turned < end:
                continue
            if level is not None:
                yield level, begun, turned
            begun, level = turned, after
        if level is not None and begun < end:
            yield level, begun, end

    def hurt(self, start: Instant, end: Instant) -> tuple[tuple[Shown, Instant, Instant], ...]:
        """Where it did not work as agreed, or nobody could see."""
        return tuple(span for span in self.spans(start, end) if is_hurt(span[0]))

    def lasted(self, start: Instant, end: Instant) -> Mapping[Shown, Seconds]:
        """Seconds at each level, the worst first."""
        found: dict[Shown, Seconds] = {}
        for level, begun, ended in self.spans(start, end):
            found[level] = found.get(level, 0.0) + ended - begun
        return dict(sorted(found.items(), key=lambda each: -BADNESS[each[0]]))


def is_hurt(level: Shown) -> bool:
    """DEGRADED or worse; unknown counts, since unknown is never recovery."""
    return level is Shown.UNKNOWN or (level.level or Level.OK) >= Level.DEGRADED


def courses(incident: Incident) -> dict[str, Course]:
    """By node, in the order in which they were first seen to be not OK."""
    found: dict[str, list[tuple[Instant, Shown]]] = {}
    before: dict[str, Shown | None] = {}
    wrong = set(_wrong_when_declared(incident))
    for told in sorted(incident.story, key=lambda each: (each.at, each.seq)):
        if turn := turned(told):
            level, was = turn
            before.setdefault(told.subject, was)
            found.setdefault(told.subject, []).append((told.at, level))
            wrong |= {told.subject} if DATA_WRONG in told.text else set()
    together = _together(incident)
    for name, level in _declared(incident):
        seen = [turn for turn in found.get(name, ()) if turn[0] <= incident.declared_at]
        if not seen:  # how it stood when somebody declared it; since when, a line about many may tell
            since = together.get(level, incident.declared_at)
            found.setdefault(name, []).insert(0, (min(since, incident.declared_at), level))
    return {
        name: Course(name, tuple(turns), before.get(name), name in wrong) for name, turns in found.items()
    }


def _together(incident: Incident) -> dict[Shown, Instant]:
    """When many came to a level in one moment: such a line does not name all of them."""
    found: dict[Shown, Instant] = {}
    for told in incident.story:
        match = _many.match(told.text) if told.kind == "level" and not told.subject else None
        if match:
            found[_shown(match[1])] = told.at
    return found


def turned(told: Told) -> tuple[Shown, Shown | None] | None:
    """(level, level before) of a line about a level; None for other lines."""
    if told.kind != "level" or not told.subject:
        return None
    text = told.text
    for name in (told.subject, told.subject.replace("_", " ")):
        text = text.removeprefix(f"{name}: ")
    match = _turn.match(text)
    return (_shown(match[1]), _shown(match[2]) if match[2] else None) if match else None


def _declared(incident: Incident) -> Iterable[tuple[str, Shown]]:
    levels = incident.evidence.get("levels")
    for name, level in levels.items() if isinstance(levels, Mapping) else ():
        try:
            yield str(name), Shown(str(level))
        except ValueError:
            continue


def _wrong_when_declared(incident: Incident) -> Iterator[str]:
    integrity = incident.evidence.get("integrity")
    for name, how in integrity.items() if isinstance(integrity, Mapping) else ():
        if how == Integrity.BREACHED:
            yield str(name)


def _shown(word: str) -> Shown:
    return Shown(word.replace(" ", "_"))
