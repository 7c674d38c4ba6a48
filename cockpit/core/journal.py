"""The record as values: a fact is what happened or was decided; recorded, it has its place in a chain."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from cockpit.core.json import Json, canonical
from cockpit.core.levels import Instant

GENESIS: Final = "0" * 64
"""What stands for the hash before the first record."""
EVENT: Final = "cockpit.event/v1"
HEAD: Final = "cockpit.head/v1"
RUN_STARTED: Final = "run.started"
"""The kind of fact that every run begins with."""
CHAINED: Final = (
    "seq",
    "uid",
    "at",
    "boot_id",
    "mono_ns",
    "actor",
    "origin",
    "incident",
    "run",
    "step",
    "visit",
    "attempt",
    "kind",
    "body",
    "prev",
)
"""The fields of a record that its hash covers: all but the hash itself."""


def new_uid() -> str:
    """Made before the first try to append, so that a try whose answer was lost can be repeated."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that must outlive us. `kind` as in `run.started`; `body` is finite JSON."""

    kind: str
    at: Instant
    actor: str
    body: Mapping[str, Json] = field(default_factory=dict)
    incident: str = ""
    run: str = ""
    step: str = ""
    visit: int = 0
    """Counts from 1; 0: it is not about a visit."""
    attempt: int = 0
    uid: str = field(default_factory=new_uid)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact on record. `prev` and `hash` chain it to the one before."""

    seq: int
    """From 1, without gaps."""
    fact: Fact
    origin: str
    """Which cockpit wrote it."""
    boot_id: str
    mono_ns: int
    """CLOCK_BOOTTIME of the writer."""
    prev: str
    hash: str

    def fields(self) -> dict[str, Json]:
        """As stored, exported and hashed; `at` in whole microseconds UTC."""
        fact = self.fact
        return {
            "seq": self.seq,
            "uid": fact.uid,
            "at": round(fact.at * 1_000_000),
            "boot_id": self.boot_id,
            "mono_ns": self.mono_ns,
            "actor": fact.actor,
            "origin": self.origin,
            "incident": fact.incident,
            "run": fact.run,
            "step": fact.step,
            "visit": fact.visit,
            "attempt": fact.attempt,
            "kind": fact.kind,
            "body": fact.body,
            "prev": self.prev,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class Unread(Recorded):
    """One whose body no cockpit wrote, so that nobody knows what it says; its very text is in the chain."""

    text: str = ""

    def fields(self) -> dict[str, Json]:
        """An export shows what is there, under a name that no cockpit gives."""
        return {**Recorded.fields(self), "body": {"unread": self.text}}


def chain_hash(prev: str, fields: Mapping[str, Json], written: str | None = None) -> str:
    """sha256 over `prev`, a line feed and the canonical JSON of all fields but `hash`.

    `written`: the text of a body that is not canonical, in its place.
    """
    text = canonical({name: fields[name] for name in CHAINED})
    if written is not None:
        first = canonical({name: fields[name] for name in CHAINED if name < "body"})
        last = canonical({name: fields[name] for name in CHAINED if name > "body"})
        text = f'{first[:-1]},"body":{written},{last[1:]}'
    return hashlib.sha256(f"{prev}\n{text}".encode()).hexdigest()


def sealed(record: Recorded) -> Recorded:
    """`record` with the hash that its fields and `prev` give."""
    return replace(record, hash=chain_hash(record.prev, record.fields()))


def first_broken(records: Iterable[Recorded], prev: str = GENESIS, seq: int = 1) -> tuple[int, str] | None:
    """(seq, why) of the first record that was changed, removed or put elsewhere; None: the chain holds.

    `prev` and `seq` are what the first of `records` must build on and be.
    """
    for record in records:
        if record.seq != seq:
            return seq, f"record {seq} is missing; {record.seq} stands in its place"
        if record.prev != prev:
            return seq, f"record {seq} does not build on the one before it"
        written = record.text if isinstance(record, Unread) else None
        if record.hash != chain_hash(prev, record.fields(), written):
            return seq, f"record {seq} is not as it was written"
        prev, seq = record.hash, seq + 1
    return None
