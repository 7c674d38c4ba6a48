"""A whole journal, read once from its beginning, for what a review asks of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from cockpit.core.incident.milestones import NEEDED
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import is_deep
from cockpit.core.levels import Instant
from cockpit.core.rehearsal.earlier import FINISHED
from cockpit.core.state import Record
from cockpit.core.update_record import remembered

NO_TURN: Final = ("operator", "undone")
"""Holds that a person wanted, or that only ask how it goes on."""


class Gathering:
    """`record` is what every other reader comes to, but for levels: there are far too many of them."""

    def __init__(self) -> None:
        self.record = Record()
        self.seq = 0
        """Of the last record that was added."""
        self.drills: list[Fact] = []
        """Results of drills."""
        self.held: dict[str, int] = {}
        """How often each run was held, other than by the wish of a person."""
        self._facts: list[Fact] = []
        self._sorted = True

    def add(self, records: Iterable[Recorded]) -> None:
        for news in records:
            fact, self.seq = news.fact, news.seq
            if fact.kind != "level.observed":
                self.record = remembered(self.record, news)
            if is_deep(fact.body):  # none of ours, and it changes nothing
                continue
            if fact.kind in NEEDED:
                self._facts.append(fact)
                self._sorted = False
            elif fact.kind == FINISHED:
                self.drills.append(fact)
            elif fact.kind == "run.held" and fact.body.get("kind") not in NO_TURN:
                self.held[fact.run] = self.held.get(fact.run, 0) + 1

    def between(self, begin: Instant, end: Instant) -> Sequence[Fact]:
        """Facts of the kinds that milestones are made of, by when they happened; of equals as recorded."""
        if not self._sorted:
            self._facts.sort(key=lambda fact: fact.at)
            self._sorted = True
        first = bisect_left(self._facts, begin, key=lambda fact: fact.at)
        return self._facts[first : bisect_right(self._facts, end, key=lambda fact: fact.at)]
