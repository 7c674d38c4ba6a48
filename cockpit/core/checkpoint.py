"""What the record comes to at one point, put on record itself: starting does not grow with history.

The records stay the truth: a checkpoint that is not understood is left aside, and all is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.frozen import from_json, to_json
from cockpit.core.incident.model import Incident
from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import Json
from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Run, root
from cockpit.core.state import Record

KIND: Final = "journal.checkpoint"
EVERY: Final = 10_000
"""Records between two of them."""
KEPT: Final = 50
"""Runs that are over, without children, that it remembers; older ones are read when they are asked for."""
RECENT: Final = 2
"""Incidents that are over and keep their stories."""
COCKPIT: Final = "cockpit"
"""The actor of what nobody asked for."""
WORDS: Final = 3
"""Version of the state; one in other words is not understood."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`state` is what records 1 to `seq` come to; read on after `seq`."""

    seq: int
    state: Json
    recorded: int = 0
    """The seq of the record that holds it; others may have written in between. 0: not yet on record."""


def checkpoint(record: Record) -> Checkpoint:
    kept = replace(record, runs=_kept(record), incidents=_told(record))
    return Checkpoint(record.seq, {"words": WORDS, "record": to_json(kept)})


def record_at(checkpoint: Checkpoint | None) -> Record | None:
    """The record as it was; None where there is none to start from that we understand."""
    state = checkpoint.state if checkpoint else None
    if checkpoint is None or not isinstance(state, dict) or state.get("words") != WORDS:
        return None
    try:
        record = from_json(Record, state["record"])
    except (ValueError, KeyError):
        return None
    return record if record.seq == checkpoint.seq else None


def fact_of(checkpoint: Checkpoint, at: Instant, actor: str) -> Fact:
    return Fact(KIND, at, actor, {"seq": checkpoint.seq, "state": checkpoint.state})


def checkpoint_of(record: Recorded) -> Checkpoint | None:
    """None where the record holds none that could be used."""
    seq = record.fact.body.get("seq")
    if record.fact.kind != KIND or not isinstance(seq, int) or not 0 <= seq < record.seq:
        return None
    return Checkpoint(seq, record.fact.body.get("state"), record.seq)


def _kept(record: Record) -> dict[str, Run]:
    """All that are not over, the newest that are, and the children of both."""
    over = [run.id for run in record.runs.values() if run.final and not run.parent]
    gone = set(over[:-KEPT])
    return {id: run for id, run in record.runs.items() if root(id) not in gone}


def _told(record: Record) -> dict[str, Incident]:
    """Stories of what is over are read when somebody asks for them."""
    over = [each.id for each in record.incidents.values() if not each.is_open]
    past = set(over[:-RECENT])
    return {id: replace(each, story=()) if id in past else each for id, each in record.incidents.items()}
