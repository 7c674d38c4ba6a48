"""A record as a row of the table, and back."""

from __future__ import annotations

import json
from typing import Final

from cockpit.core.journal import CHAINED, Fact, Recorded
from cockpit.core.json import Json, canonical
from cockpit.errors import JournalError

APPLICATION: Final = 0x636B7074
"""SQLite's application_id: "ckpt"."""
VERSION: Final = 1
"""SQLite's user_version. Migrations are numbered and only go forward."""
SCHEMA: Final = f"""
CREATE TABLE record (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    uid TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    mono_ns INTEGER NOT NULL,
    actor TEXT NOT NULL,
    origin TEXT NOT NULL,
    incident TEXT NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    visit INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX of_kind ON record (kind, seq);
CREATE INDEX of_run ON record (run, seq);
CREATE TRIGGER not_edited BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER not_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""
"""The triggers keep mistakes away, not an owner who means it: the chain is what shows those."""
COLUMNS: Final = ", ".join((*CHAINED, "hash"))
INSERT: Final = f"INSERT INTO record ({COLUMNS}) VALUES ({', '.join('?' * 16)})"
SELECT: Final = f"SELECT {COLUMNS} FROM record"


class BrokenRecord(JournalError):
    """A row that this program cannot have written."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(
            f"record {seq} of the journal is not as it was written: {why}", "see `cockpit journal verify`"
        )
        self.seq = seq
        self.why = why


def row_of(record: Recorded) -> tuple[object, ...]:
    fields = record.fields()
    return tuple(canonical(value) if name == "body" else value for name, value in fields.items())


def record_of(row: tuple[object, ...]) -> Recorded:
    """Raises BrokenRecord where types or JSON are not ours."""
    match row:
        case (
            int(seq),
            str(uid),
            int(at),
            str(boot_id),
            int(mono_ns),
            str(actor),
            str(origin),
            str(incident),
            str(run),
            str(step),
            int(visit),
            int(attempt),
            str(kind),
            str(text),
            str(prev),
            str(hash_),
        ):
            body = _body(seq, text)
            fact = Fact(kind, at / 1_000_000, actor, body, incident, run, step, visit, attempt, uid)
            return Recorded(seq, fact, origin, boot_id, mono_ns, prev, hash_)
    raise BrokenRecord(row[0] if isinstance(row[0], int) else 0, "a column holds something else")


def _body(seq: int, text: str) -> dict[str, Json]:
    """The very text counts: what a person sees in the file must be what the hash covers."""
    try:
        body = json.loads(text)
        if isinstance(body, dict) and canonical(body) == text:
            return body
    except (ValueError, RecursionError):
        pass
    raise BrokenRecord(seq, "its body was changed")
