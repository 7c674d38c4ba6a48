"""A record of incidents built from facts, as a journal would give it."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.adapters.journal.sealing import seal
from cockpit.core.incident import words
from cockpit.core.incident.model import Incident
from cockpit.core.journal import GENESIS, Fact, Recorded
from cockpit.core.levels import Severity
from cockpit.core.state import Record
from cockpit.core.update_record import remembered

AT = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC."""


def recorded(facts: Iterable[Fact], seq: int = 0) -> list[Recorded]:
    records: list[Recorded] = []
    prev = GENESIS
    for number, fact in enumerate(facts, seq + 1):
        records.append(seal(fact, number, prev, "here"))
        prev = records[-1].hash
    return records


def record_of(*facts: Fact, record: Record | None = None) -> Record:
    record = record or Record()
    for each in recorded(facts, record.seq):
        record = remembered(record, each)
    return record


def declared(id: str = "INC-1", severity: Severity | None = Severity.SEV1, **more: object) -> Fact:
    return words.declared(id, "Orders fail", severity, "mara", AT, **more)  # type: ignore[arg-type]


def incident(*facts: Fact) -> Incident:
    """What the first declaration and `facts` come to."""
    return record_of(declared(), *facts).incidents["INC-1"]


def level(name: str, level: str, at: float = AT + 1, was: str = "OK") -> Fact:
    return Fact("level.observed", at, "cockpit", {"name": name, "level": level, "was": was, "signals": {}})
