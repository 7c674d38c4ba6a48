"""A whole journal, read once from its beginning, for what a review asks of it."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.core.incident.milestones import NEEDED
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import is_deep
from cockpit.core.rehearsal.earlier import FINISHED
from cockpit.core.state import Record
from cockpit.core.update_record import remembered


class Gathering:
    """`record` is the same that every other reader comes to; `facts` are in the order of the journal."""

    def __init__(self) -> None:
        self.record = Record()
        self.facts: list[Fact] = []
        self.drills: list[Fact] = []
        """Results of drills."""

    def add(self, records: Iterable[Recorded]) -> None:
        for news in records:
            self.record = remembered(self.record, news)
            fact = news.fact
            if is_deep(fact.body):  # none of ours, and it changes nothing
                continue
            if fact.kind in NEEDED:
                self.facts.append(fact)
            elif fact.kind == FINISHED:
                self.drills.append(fact)
