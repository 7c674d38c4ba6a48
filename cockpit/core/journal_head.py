"""The head of a journal, handed to others so that a tail cut off later shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from cockpit.core.journal import GENESIS, HEAD
from cockpit.core.json import Json


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a journal at some time."""

    seq: int
    hash: str

    def fields(self) -> dict[str, Json]:
        """The last line of an export."""
        return {"schema": HEAD, "seq": self.seq, "hash": self.hash}

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


NOTHING: Final = Head(0, GENESIS)
"""Before the first record."""


def head_of(text: str) -> Head:
    """From `SEQ:HASH`, or from an export, whose last line it is. Raises ValueError."""
    lines = text.split()
    if len(lines) == 1 and not text.lstrip().startswith("{"):
        seq, colon, digest = lines[0].partition(":")
        return _head(int(seq) if seq.isascii() and seq.isdigit() else None, digest if colon else None)
    found = json.loads(text.rstrip().rpartition("\n")[2])
    if not isinstance(found, dict) or found.get("schema") != HEAD:
        raise ValueError("its last line is no head")
    return _head(found.get("seq"), found.get("hash"))


def _head(seq: object, digest: object) -> Head:
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise ValueError("seq is no whole number")
    if not isinstance(digest, str) or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError("the hash is not 64 hexadecimal digits")
    return Head(seq, digest)


def missing_from(exported: Head, end: Head, there: str | None) -> str:
    """Why a journal that ends at `end` does not go on from `exported`; empty: it does.

    `there` is the hash of its record `exported.seq`, None where it has no such record.
    """
    if exported.seq == 0 or there == exported.hash:
        return ""
    if end.seq < exported.seq:
        return f"the tail was cut: it ends at record {end.seq}, and record {exported.seq} was there"
    return f"record {exported.seq} is another than when the head was taken"
