"""What a reader may start from, so that starting does not grow with history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cockpit.core.journal import Fact, Recorded
from cockpit.core.json import Json
from cockpit.core.levels import Instant

KIND: Final = "journal.checkpoint"
EVERY: Final = 10_000
"""Records between two of them."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`state` is what records 1 to `seq` come to, in the words of whoever made it; read on after `seq`."""

    seq: int
    state: Json
    recorded: int = 0
    """The seq of the record that holds it; others may have written in between. 0: not yet on record."""


def fact_of(checkpoint: Checkpoint, at: Instant, actor: str) -> Fact:
    return Fact(KIND, at, actor, {"seq": checkpoint.seq, "state": checkpoint.state})


def checkpoint_of(record: Recorded) -> Checkpoint | None:
    """None where the record holds none that could be used."""
    seq = record.fact.body.get("seq")
    if record.fact.kind != KIND or not isinstance(seq, int) or not 0 <= seq < record.seq:
        return None
    return Checkpoint(seq, record.fact.body.get("state"), record.seq)
